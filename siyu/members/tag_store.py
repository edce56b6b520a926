"""Members' tags to the database, many at a time; the caller has locked the members."""

from siyu.db import Connection
from siyu.members.tags import TagChanges

# What stays keeps its order; what is new comes last, in the order it was given.
WRITE = """
UPDATE member
SET tags = ARRAY(
    SELECT old FROM unnest(tags) WITH ORDINALITY AS had (old, place) WHERE old <> ALL (taken) ORDER BY place
) || given
FROM (
    SELECT member_id, coalesce(array_agg(tag ORDER BY place) FILTER (WHERE gives), '{}') AS given,
           coalesce(array_agg(tag) FILTER (WHERE NOT gives), '{}') AS taken
    FROM unnest($1::uuid[], $2::text[], $3::boolean[]) WITH ORDINALITY AS change (member_id, tag, gives, place)
    GROUP BY member_id
) AS changed
WHERE member.id = changed.member_id
"""


async def write_tags(connection: Connection, changes: TagChanges) -> None:
    """Write what changed."""
    changed = changes.changed()
    if changed:
        await connection.execute(WRITE, *map(list, zip(*changed, strict=True)))
