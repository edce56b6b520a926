"""Audiences as rules, and members' tags with where each came from and how long it lasts."""

from tortoise import migrations
from tortoise.migrations import operations as ops

# What each condition of an audience was meant as. A list as JSON has it is a list of rules, its escapes included.
CLAUSES = """
SELECT string_agg(clause, ' && ' ORDER BY place) FROM (VALUES
    (1, CASE WHEN jsonb_array_length(was -> 'tiers') > 0 THEN 'member.tier in ' || (was -> 'tiers')::text END),
    (2, (SELECT '(' || string_agg(tag::text || ' in member.tags', ' || ') || ')' FROM jsonb_array_elements(was -> 'tags_any') AS tag)),
    (3, (SELECT string_agg('!(' || tag::text || ' in member.tags)', ' && ') FROM jsonb_array_elements(was -> 'tags_none') AS tag)),
    (4, (SELECT '(' || string_agg(key::text || ' in member.groups', ' || ') || ')' FROM jsonb_array_elements(was -> 'groups_any') AS key)),
    (5, 'member.joined_at >= timestamp("' || (was ->> 'joined_from') || '")'),
    (6, 'member.joined_at < timestamp("' || (was ->> 'joined_before') || '")'),
    (7, 'member.joined_days >= ' || (was ->> 'joined_days_min')),
    (8, 'member.joined_days <= ' || (was ->> 'joined_days_max')),
    (9, CASE was ->> 'first_order' WHEN 'before' THEN '!member.has_ordered' WHEN 'after' THEN 'member.has_ordered' END)
) AS meant (place, clause)
"""


def as_rules(table: str) -> str:
    """The audiences of a table's terms as rules; of one that is a rule already nothing changes."""
    return f"""
    UPDATE {table} SET terms = jsonb_set(terms, '{{audience}}', jsonb_build_object('rule', coalesce(({CLAUSES}), 'true')))
    FROM (SELECT ctid AS place, terms -> 'audience' AS was FROM {table}) AS old
    WHERE {table}.ctid = old.place AND jsonb_typeof(was) = 'object' AND NOT was ? 'rule';
    """


class Migration(migrations.Migration):
    """Written by hand: tables and columns without models. All of it can be run again."""

    dependencies = [("siyu", "0026_group_boards")]

    operations = [
        # A revision stays what it was; what it was is said in other words. On the way back a campaign whose audience is
        # a rule is one that the older release cannot read: it decides about nobody.
        ops.RunSQL(
            as_rules("campaign")
            + "ALTER TABLE campaign_revision DISABLE TRIGGER campaign_revision_append_only;"
            + as_rules("campaign_revision")
            + "ALTER TABLE campaign_revision ENABLE TRIGGER campaign_revision_append_only",
            "SELECT",
        ),
        # Where each tag of a member came from. `member.tags` stays what is read, and is written with these rows by
        # siyu.members.tag_store alone. Whoever had set the tags there were, is not known: people had.
        ops.RunSQL(
            """
            CREATE TABLE IF NOT EXISTS member_tag (
                member_id uuid NOT NULL REFERENCES member ON DELETE RESTRICT,
                tag varchar(32) NOT NULL CONSTRAINT member_tag_not_empty CHECK (tag <> ''),
                family varchar(16) NOT NULL CONSTRAINT member_tag_family_known
                    CHECK (family IN ('manual', 'rule', 'questionnaire', 'imported', 'campaign')),
                set_by varchar(60) NOT NULL,
                set_at timestamptz NOT NULL,
                expires_at timestamptz,
                PRIMARY KEY (member_id, tag, family),
                CONSTRAINT member_tag_expires_later CHECK (expires_at > set_at),
                CONSTRAINT member_tag_of_a_rule_lasts CHECK (family <> 'rule' OR expires_at IS NULL)
            );
            CREATE INDEX IF NOT EXISTS member_tag_use ON member_tag (tag, family);
            CREATE INDEX IF NOT EXISTS member_tag_expiry ON member_tag (expires_at) WHERE expires_at IS NOT NULL;
            INSERT INTO member_tag (member_id, tag, family, set_by, set_at)
                SELECT id, tag, 'manual', 'siyu', now() FROM member CROSS JOIN LATERAL unnest(tags) AS tag
                WHERE tag <> '' ON CONFLICT DO NOTHING
            """,
            "DROP TABLE IF EXISTS member_tag",
        ),
        # A tag that follows from a rule. All members were asked for the day `settled_on`; on another day the worker asks
        # them anew, those after `scanned_to` being still to come. One that is deleted goes once nobody has its tag.
        ops.RunSQL(
            """
            CREATE TABLE IF NOT EXISTS tag_rule (
                id uuid PRIMARY KEY,
                tag varchar(32) NOT NULL CONSTRAINT tag_rule_tag UNIQUE,
                rule varchar(4000) NOT NULL,
                revision int NOT NULL CHECK (revision > 0),
                created_at timestamptz NOT NULL,
                updated_at timestamptz NOT NULL,
                updated_by varchar(60) NOT NULL,
                is_deleted boolean NOT NULL DEFAULT false,
                settled_on date,
                scanned_to uuid
            )
            """,
            "DROP TABLE IF EXISTS tag_rule",
        ),
    ]
