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
from siyu.orders import CORE_FACTS

# Any board: the worker then looks at all of a member who is erased.
ANY_BOARD = "points"
# Keys of facts' data and of logged effects that hold words of people, or whatever a campaign puts there.
WORDS = ["reason", "note", "params", "evidence"]

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
    # Without it nobody is in a live segment, or ranked among buyers.
    "DELETE FROM member_feature WHERE member_id = ANY($1::uuid[])",
    "UPDATE review SET evidence = '{}', note = CASE WHEN note IS NOT NULL THEN '' END "
    "WHERE member_id = ANY($1::uuid[])",
    "UPDATE wallet_freeze SET reason = '', lifted_for = CASE WHEN lifted_for IS NOT NULL THEN '' END "
    "WHERE member_id = ANY($1::uuid[])",
    "UPDATE adjustment SET reason = '', note = CASE WHEN note IS NOT NULL THEN '' END "
    "WHERE member_id = ANY($1::uuid[])",
)
BARE = """
UPDATE member SET nickname = NULL, avatar_url = NULL, tags = '{}', groups = '{}', erased_at = coalesce(erased_at, $2)
WHERE id = ANY($1::uuid[])
"""
VOID_HOLDS = """
UPDATE hold SET state = 'void', ended_at = $2 WHERE member_id = ANY($1::uuid[]) AND state = 'open'
"""


async def load_for_erasing(connection: Connection, world: World, facts: Sequence[NewFact], _lock: bool) -> None:
    """What these members have, for those who load redemptions and coupons after; their members are locked."""
    own: defaultdict[UUID, tuple[list[UUID], list[UUID]]] = defaultdict(lambda: ([], []))
    for member_id, row_id, kind in await connection.fetch(OPEN, list({new.member_id for new in facts})):
        own[member_id][kind == "coupon"].append(row_id)
    for new in facts:
        world.erasing[new.member_id] = Possessions(*own[new.member_id])


async def write_erased(connection: Connection, world: World) -> None:
    """Take out what is personal of those who were erased; their value was written before, in the same transaction."""
    for member_id, arrived in world.erased.items():
        at = arrived.new.at
        await note_revoked(connection, Caller("member", member_id).bearer, at, TOKEN_LIFE_MAX)
        await leave_changes(connection, [BoardChange(ANY_BOARD, member_id, world.day(at), at, 0)])
        await note_erased(connection, [member_id], arrived.new.data["made_by"], at)
        await connection.execute(VOID_HOLDS, [member_id], at)
        for statement in CLEAN:
            await connection.execute(statement, [member_id])
        await connection.execute(CLEAN_FACTS, [member_id], sorted(CORE_FACTS), WORDS, ERASED)
        await connection.execute(CLEAN_DECISIONS, [member_id], WORDS)
        await connection.execute(BARE, [member_id], at)
