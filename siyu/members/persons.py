"""SQL that asks for the person behind members: whoever stands for one, and all who were merged into one."""

# Of a member as `m`: who was merged into somebody else is counted as that member, and of who was erased nothing is
# asked any more.
PRESENT = "m.merged_into IS NULL AND m.erased_at IS NULL"
# Who stands for the member $1.
PERSON_OF = "SELECT coalesce(merged_into, id) FROM member WHERE id = $1"
# `kin.id`: each of the members $1, called `asked`, with all who were merged into them; `own`: it is the one asked for.
KIN_OF_ASKED = """unnest($1::uuid[]) AS each (asked) CROSS JOIN LATERAL (
    SELECT asked AS id, true AS own UNION ALL SELECT member.id, false FROM member WHERE merged_into = asked
) AS kin"""
