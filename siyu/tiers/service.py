"""What operators change about tiers: the ladder, and the tier of one member by hand."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from siyu.db import Connection, Pool
from siyu.errors import IdempotencyConflict, InvalidInput, Problem
from siyu.features import leave_touched
from siyu.inputs import check_words
from siyu.members import lock_person
from siyu.tiers.book import Cause, LiveLadder, Reason, TierBook
from siyu.tiers.ladder import Ladder
from siyu.tiers.live import load_ladder, to_json
from siyu.tiers.record import SetByHand
from siyu.tiers.store import load_tiers, write_tiers

NOTE_LENGTH_MAX = 500

# One after the other: revisions have no gap, and nobody sets what another has just set.
LOCK = "LOCK TABLE tier_ladder IN SHARE ROW EXCLUSIVE MODE"
ADD = "INSERT INTO tier_ladder (revision, config, base_tier, active_from, made_by) VALUES ($1, $2, $3, $4, $5)"

# A key that is in use by now was used for another member: who does it for one, holds the member's lock.
SIGN = """
INSERT INTO tier_change (member_id, number, from_tier, to_tier, at, noted_at, reason, revision, numbers,
                         note, made_by, idempotency_key)
VALUES ($1, $2, $3, $4, $5, $5, 'manual', $6, '[]', $7, $8, $9) ON CONFLICT (idempotency_key) DO NOTHING
RETURNING number
"""

KNOWN = "SELECT member_id, to_tier, note FROM tier_change WHERE idempotency_key = $1"


async def set_ladder(pool: Pool, ladder: Ladder, zone: ZoneInfo, now: datetime, made_by: str) -> LiveLadder:
    """Make a ladder the shop's; `made_by` has at most 60 characters. One that is the shop's already stays as it is.

    Facts are judged by it from the commit on, all other members by `settle`.
    """
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute(LOCK)
        current = await load_ladder(connection, zone)
        if current is not None and current.ladder == ladder:
            return current
        live = LiveLadder(current.revision + 1 if current else 1, ladder, zone)
        await connection.execute(ADD, live.revision, to_json(ladder), ladder.base.key, now, made_by)
    return live


@dataclass(frozen=True, slots=True)
class TierByHand:
    """An operator gives a member a tier, and says why. What the member did before counts no more for higher tiers.

    `idempotency_key`, in the operator's own namespace, names this for ever; `made_by` has at most 60 characters.
    """

    member_id: UUID
    tier: str
    note: str
    made_by: str
    idempotency_key: str


async def set_tier(pool: Pool, zone: ZoneInfo, given: TierByHand, now: datetime) -> None:
    """Give a member a tier; a repeated key changes nothing. Raises InvalidInput, NotFound and IdempotencyConflict."""
    note = check_words(given.note, ("note",), NOTE_LENGTH_MAX)
    async with pool.acquire() as connection, connection.transaction():
        person_id = await lock_person(connection, given.member_id)
        known = await connection.fetchrow(KNOWN, given.idempotency_key)
        if known is not None:
            # A change stays where it was noted, whoever stands for the member by now.
            if known[0] not in {given.member_id, person_id} or tuple(known)[1:] != (given.tier, note):
                raise IdempotencyConflict(given.idempotency_key)
            return
        live = await load_ladder(connection, zone)
        place = live.ladder.place_of(given.tier) if live is not None else None
        if live is None or place is None:
            keys = ", ".join(tier.key for tier in live.ladder.tiers) if live else "the shop has no ladder"
            raise InvalidInput([Problem(("tier",), f"must be one of the ladder's tiers: {keys}")])
        await _give(connection, live, replace(given, member_id=person_id), note, now)
        # Rules of tags ask for it.
        await leave_touched(connection, [person_id])


async def _give(connection: Connection, live: LiveLadder, given: TierByHand, note: str, now: datetime) -> None:
    book, day = TierBook(live), now.astimezone(live.zone).date()
    await load_tiers(connection, book, [given.member_id], whole=True)
    member = book.find(given.member_id)
    assert member is not None, "it is locked, so it is there"  # noqa: S101 - an invariant
    # First what time has brought, then the operator's word.
    book.judge(member, Cause(now, Reason.REVIEW), day, anew=member.revision != live.revision)
    before = member.tier
    member.record.by_hand = SetByHand(given.tier, day)
    book.judge(member, Cause(now, Reason.MANUAL), day, anew=True)
    if member.tier == before:
        member.changes += 1
    book.changes = [change for change in book.changes if change.reason is not Reason.MANUAL]
    book.changed.add(member.member_id)
    await write_tiers(connection, book, now)
    values = given.member_id, member.changes, before, member.tier, now, live.revision
    if await connection.fetchval(SIGN, *values, note, given.made_by, given.idempotency_key) is None:
        raise IdempotencyConflict(given.idempotency_key)
