"""Groups that both members of a merge know: the person has one place in each, and two again once it is undone."""

from collections import Counter
from collections.abc import Collection
from uuid import UUID

from siyu.db import Connection
from siyu.members.merging import Merge

# Whoever is in counts unless it is a bot.
COUNTS = "({0}.left_at IS NULL AND {0}.role <> 'bot')"
TOLD = "role, joined_at, left_at, inviter_id, source, joins, leaves"
# The merged member's place is the person's where the survivor has none, where it alone is one, or where it is older.
TAKEN = f"""(own.member_id IS NULL
    OR ({COUNTS.format("gone")}, gone.left_at IS NULL) > ({COUNTS.format("own")}, own.left_at IS NULL)
    OR (({COUNTS.format("gone")}, gone.left_at IS NULL) = ({COUNTS.format("own")}, own.left_at IS NULL)
        AND gone.left_at IS NULL AND gone.joined_at < own.joined_at))"""
BOTH = """membership AS gone LEFT JOIN membership AS own
    ON own.community_id = gone.community_id AND own.member_id = $2 WHERE gone.member_id = $3"""

LOCK = "SELECT id FROM community WHERE id = ANY($1::uuid[]) ORDER BY id FOR NO KEY UPDATE"
SHARED = "SELECT community_id FROM membership WHERE member_id = $1"
NOTE = f"""
UPDATE member_merge SET survivor_before = survivor_before || jsonb_build_object('memberships', (
    SELECT coalesce(jsonb_agg(jsonb_build_object('own', to_jsonb(own), 'merged', to_jsonb(gone), 'taken', {TAKEN})),
                    '[]') FROM {BOTH})) WHERE id = $1
"""
KNOWN = """
(SELECT place ->> 'own' IS NOT NULL AS has_own, (place ->> 'taken')::boolean AS taken,
        jsonb_populate_record(NULL::membership, CASE jsonb_typeof(place -> 'own')
                              WHEN 'object' THEN place -> 'own' END) AS own,
        jsonb_populate_record(NULL::membership, place -> 'merged') AS gone
 FROM member_merge CROSS JOIN LATERAL jsonb_array_elements(coalesce(survivor_before -> 'memberships', '[]')) AS place
 WHERE id = $1) AS known
"""
STASHED = f"SELECT (gone).community_id FROM {KNOWN}"
TAKE = f"""
INSERT INTO membership (community_id, member_id, {TOLD})
SELECT (gone).community_id, $2, (gone).role, (gone).joined_at, (gone).left_at, nullif((gone).inviter_id, $2),
       (gone).source, (gone).joins, (gone).leaves FROM {KNOWN} WHERE taken
ON CONFLICT (community_id, member_id) DO UPDATE
    SET ({TOLD}) = ROW ({", ".join(f"EXCLUDED.{name}" for name in TOLD.split(", "))})
"""
LEAVE = "DELETE FROM membership WHERE member_id = $1"
GIVE_BACK = f"INSERT INTO membership SELECT (gone).* FROM {KNOWN} ON CONFLICT DO NOTHING"
# Where something came since, that stays.
AS_TAKEN = """mine.member_id = $2 AND taken AND mine.community_id = (gone).community_id
    AND (mine.role, mine.joins, mine.leaves) = ((gone).role, (gone).joins, (gone).leaves)"""
HAVE_NONE = f"DELETE FROM membership AS mine USING {KNOWN} WHERE {AS_TAKEN} AND NOT has_own"
HAVE_OWN = f"""
UPDATE membership AS mine SET ({TOLD}) = ROW ({", ".join(f"(own).{name}" for name in TOLD.split(", "))})
FROM {KNOWN} WHERE {AS_TAKEN} AND has_own
"""
COUNT = f"""
SELECT community_id, count(*)::int FROM membership AS place
WHERE member_id = ANY($1::uuid[]) AND community_id = ANY($2::uuid[]) AND {COUNTS.format("place")} GROUP BY 1
"""
# Two again may be one more than a group holds: nobody is put out for that.
RESIZE = """
UPDATE community SET member_count = member_count + change, capacity = greatest(capacity, member_count + change)
FROM unnest($1::uuid[], $2::int[]) AS changed (community_id, change) WHERE id = community_id
"""


async def share_places(connection: Connection, merge: Merge) -> None:
    """Make one place of two, once all else has moved; the caller has locked both members."""
    groups = [row[0] for row in await connection.fetch(SHARED, merge.merged_id)]
    if not groups:
        return
    before = await _counted(connection, merge, groups)
    await connection.execute(NOTE, merge.id, merge.survivor_id, merge.merged_id)
    await connection.execute(LEAVE, merge.merged_id)
    await connection.execute(TAKE, merge.id, merge.survivor_id)
    await _resize(connection, merge, groups, before)


async def part_places(connection: Connection, merge: Merge) -> None:
    """Give both the places that they had; what the person did since stays with the survivor."""
    groups = [row[0] for row in await connection.fetch(STASHED, merge.id)]
    if not groups:
        return
    before = await _counted(connection, merge, groups)
    for statement in (HAVE_NONE, HAVE_OWN):
        await connection.execute(statement, merge.id, merge.survivor_id)
    await connection.execute(GIVE_BACK, merge.id)
    await _resize(connection, merge, groups, before)


async def _counted(connection: Connection, merge: Merge, groups: Collection[UUID]) -> Counter[UUID]:
    """How many of the two each group counts; the groups are locked."""
    await connection.execute(LOCK, list(groups))
    return await _count(connection, merge, groups)


async def _count(connection: Connection, merge: Merge, groups: Collection[UUID]) -> Counter[UUID]:
    rows = await connection.fetch(COUNT, [merge.survivor_id, merge.merged_id], list(groups))
    return Counter({row[0]: row[1] for row in rows})


async def _resize(connection: Connection, merge: Merge, groups: Collection[UUID], before: Counter[UUID]) -> None:
    after = await _count(connection, merge, groups)
    changes = [(group, after[group] - before[group]) for group in groups if after[group] != before[group]]
    if changes:
        await connection.execute(RESIZE, *map(list, zip(*changes, strict=True)))
