"""What the erasure of a member reads, and what its commit takes out of the database beside value."""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from siyu.access import TOKEN_LIFE_MAX, Caller, note_revoked
from siyu.boards import leave_changes
from siyu.boards.changes import BoardChange
from siyu.db import Connection
from siyu.engine.desks.erasing import ERASED
from siyu.engine.facts import NewFact
from siyu.engine.world import Possessions, World
from siyu.members.erasure_requests import note_erased
from siyu.sdk.core_facts import CORE_FACT_TYPES, TOUCH_SEEN

# A member and a row of theirs.
Owned = tuple[UUID, UUID]
# Any board: the worker then looks at all of a member who is erased.
ANY_BOARD = "points"
# Keys of facts' data and of logged effects that hold words of people, or whatever a campaign puts there.
WORDS = ["reason", "note", "params", "evidence", "url", "source", "answers"]

# Facts whose data is kept but for words: numbers of the shop, of groups and of days rest on it.
COUNTED = CORE_FACT_TYPES - {TOUCH_SEEN}

OPEN = """
SELECT member_id, id, 'redemption' FROM redemption
WHERE member_id = ANY($1::uuid[]) AND state IN ('reserved', 'confirmed')
UNION ALL
SELECT member_id, id, 'coupon' FROM coupon
WHERE member_id = ANY($1::uuid[]) AND state IN ('issued', 'locked', 'returned')
"""

# Facts stay, since value and orders rest on them: of the core's with what they count by, of campaigns' without data.
# $1 are the members, $2 the types whose data is kept without words, $3 the keys of words, $4 the erasures themselves.
CLEAN_FACTS = """
UPDATE fact SET data = CASE WHEN type = ANY($2::text[]) THEN data - $3::text[] ELSE '{}' END
WHERE member_id = ANY($1::uuid[]) AND type <> $4 AND data <> '{}'
"""
CLEAN_DECISIONS = """
UPDATE decision SET effects = (SELECT jsonb_agg(effect - $2::text[] ORDER BY place)
                               FROM jsonb_array_elements(effects) WITH ORDINALITY AS each (effect, place))
WHERE fact_id IN (SELECT id FROM fact WHERE member_id = ANY($1::uuid[])) AND effects <> '[]'
"""
CLEAN: Sequence[str] = (
    "DELETE FROM identity WHERE member_id = ANY($1::uuid[])",
    "DELETE FROM personal WHERE member_id = ANY($1::uuid[])",
    "DELETE FROM message WHERE member_id = ANY($1::uuid[])",
    "DELETE FROM session WHERE member_id = ANY($1::uuid[])",
    "DELETE FROM segment_member WHERE member_id = ANY($1::uuid[])",
    "DELETE FROM member_tag WHERE member_id = ANY($1::uuid[])",
    "DELETE FROM member_attribute WHERE member_id = ANY($1::uuid[])",
    "DELETE FROM touch WHERE member_id = ANY($1::uuid[])",
    "DELETE FROM arrival WHERE member_id = ANY($1::uuid[])",
    "DELETE FROM arrival_change WHERE member_id = ANY($1::uuid[])",
    "DELETE FROM questionnaire_answer WHERE member_id = ANY($1::uuid[])",
    "UPDATE community SET owner_id = NULL WHERE owner_id = ANY($1::uuid[])",
    # Without it nobody is in a live segment, or ranked among buyers.
    "DELETE FROM member_feature WHERE member_id = ANY($1::uuid[])",
    "UPDATE review SET evidence = '{}', note = CASE WHEN note IS NOT NULL THEN '' END "
    "WHERE member_id = ANY($1::uuid[])",
    "UPDATE wallet_freeze SET reason = '', lifted_for = CASE WHEN lifted_for IS NOT NULL THEN '' END "
    "WHERE member_id = ANY($1::uuid[])",
    "UPDATE adjustment SET reason = '', note = CASE WHEN note IS NOT NULL THEN '' END "
    "WHERE member_id = ANY($1::uuid[])",
)
# No merge of an erased person is undone: what it would need goes. Reasons are kept with facts.
CLEAN_MERGES = (
    """
    UPDATE fact SET data = data - 'reason' WHERE data ? 'reason' AND id IN (
        SELECT unnest(ARRAY[fact_id, undo_fact_id]) FROM member_merge
        WHERE survivor_id = ANY($1::uuid[]) OR merged_id = ANY($1::uuid[]))
    """,
    """
    DELETE FROM member_merge_row WHERE moved IN ('member_tag', 'member_attribute') AND merge_id IN (
        SELECT id FROM member_merge WHERE survivor_id = ANY($1::uuid[]) OR merged_id = ANY($1::uuid[]))
    """,
    """
    UPDATE member_merge SET survivor_before = '{}', undone_for = CASE WHEN undone_for IS NOT NULL THEN '' END
    WHERE survivor_id = ANY($1::uuid[]) OR merged_id = ANY($1::uuid[])
    """,
)
# Who is in a group leaves it; bots are not counted.
LEAVE_GROUPS = """
WITH gone AS (
    UPDATE membership SET left_at = greatest(joined_at, $2), joins = ARRAY[joined_at],
        leaves = ARRAY[greatest(joined_at, $2)], source = NULL
    WHERE member_id = ANY($1::uuid[]) AND joined_at IS NOT NULL AND left_at IS NULL RETURNING community_id, role
), fewer AS (
    SELECT community_id, count(*)::int AS members FROM gone WHERE role <> 'bot' GROUP BY 1
)
UPDATE community SET member_count = member_count - members FROM fewer WHERE id = community_id
"""
BARE = """
UPDATE member SET nickname = NULL, avatar_url = NULL, tags = '{}', groups = '{}', channel = NULL, device = NULL,
    erased_at = coalesce(erased_at, $2)
WHERE id = ANY($1::uuid[])
"""
VOID_HOLDS = """
UPDATE hold SET state = 'void', ended_at = $2 WHERE member_id = ANY($1::uuid[]) AND state = 'open'
"""


async def load_for_erasing(connection: Connection, world: World, facts: Sequence[NewFact], _lock: bool) -> None:
    """What these persons have, for those who load redemptions and coupons after; their members are locked."""
    own: defaultdict[UUID, tuple[list[Owned], list[Owned]]] = defaultdict(lambda: ([], []))
    whole = world.kin.whole({new.member_id for new in facts})
    for member_id, row_id, kind in await connection.fetch(OPEN, list(whole)):
        own[world.kin.person(member_id)][kind == "coupon"].append((member_id, row_id))
    for new in facts:
        world.erasing[new.member_id] = Possessions(*own[new.member_id])


async def write_erased(connection: Connection, world: World) -> None:
    """Take out what is personal of those who were erased and of all who were merged into them; their value was written
    before, in the same transaction."""
    for member_id, arrived in world.erased.items():
        at = arrived.new.at
        whole = sorted(world.kin.whole([member_id]))
        for each in whole:
            await note_revoked(connection, Caller("member", each).bearer, at, TOKEN_LIFE_MAX)
        await leave_changes(connection, [BoardChange(ANY_BOARD, each, world.day(at), at, 0) for each in whole])
        await note_erased(connection, whole, arrived.new.data["made_by"], at)
        await connection.execute(VOID_HOLDS, whole, at)
        await connection.execute(LEAVE_GROUPS, whole, at)
        for statement in (*CLEAN, *CLEAN_MERGES):
            await connection.execute(statement, whole)
        await connection.execute(CLEAN_FACTS, whole, sorted(COUNTED), WORDS, ERASED)
        await connection.execute(CLEAN_DECISIONS, whole, WORDS)
        await connection.execute(BARE, whole, at)
