"""Standings and what members did, from and to the database, many members at a time."""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import orjson

from siyu.db import Connection, Pool, append_rows
from siyu.tiers.book import Cause, LiveLadder, MemberTier, TierBook, TierChange
from siyu.tiers.interactions import INTERACTIONS
from siyu.tiers.ladder import SPENDING, Ladder, Measure
from siyu.tiers.record import Record, SetByHand
from siyu.tiers.sql import GROWN, INTERACTED, SPENT
from siyu.tiers.tier_rule import WINDOW_DAYS_MAX

LOAD = """
SELECT place - 1, coalesce(standing.tier, member.tier), coalesce(since, joined_at), joined_at, revision,
       coalesce(earned_on, '{}'), valid_until, coalesce(judged_on, '0001-01-01'), coalesce(changes, 0),
       hand_tier, hand_on
FROM unnest($1::uuid[]) WITH ORDINALITY AS wanted (id, place) JOIN member USING (id)
LEFT JOIN tier_standing AS standing ON standing.member_id = id
"""

BY_DAY = (
    "SELECT member_id, day, sum({amount})::bigint FROM ({source}) AS counted (member_id, day, spend, growth, facts)"
)
SPENT_BY_DAY = f"{BY_DAY.format(amount='spend', source=SPENT)} GROUP BY member_id, day"
GROWN_BY_DAY = f"{BY_DAY.format(amount='growth', source=GROWN)} GROUP BY member_id, day"
INTERACTED_SINCE = f"{INTERACTED} AND at >= $4"

WRITE = """
INSERT INTO tier_standing (member_id, revision, tier, since, earned_on, valid_until, judged_on, changes,
                           hand_tier, hand_on)
SELECT member_id, $2, tier, since, earned_on::date[], valid_until, judged_on, changes, hand_tier, hand_on
FROM unnest($1::uuid[], $3::text[], $4::timestamptz[], $5::text[], $6::date[], $7::date[], $8::int[],
            $9::text[], $10::date[])
    AS judged (member_id, tier, since, earned_on, valid_until, judged_on, changes, hand_tier, hand_on)
ON CONFLICT (member_id) DO UPDATE
    SET revision = EXCLUDED.revision, tier = EXCLUDED.tier, since = EXCLUDED.since, earned_on = EXCLUDED.earned_on,
        valid_until = EXCLUDED.valid_until, judged_on = EXCLUDED.judged_on, changes = EXCLUDED.changes,
        hand_tier = EXCLUDED.hand_tier, hand_on = EXCLUDED.hand_on
"""

TELL = """
UPDATE member SET tier = judged.tier FROM unnest($1::uuid[], $2::text[]) AS judged (id, tier)
WHERE member.id = judged.id AND member.tier IS DISTINCT FROM judged.tier
"""

CHANGE_COLUMNS = (
    "member_id",
    "number",
    "from_tier",
    "to_tier",
    "at",
    "noted_at",
    "reason",
    "revision",
    "fact_id",
    "numbers",
)


async def load_tiers(
    connection: Connection | Pool, book: TierBook, member_ids: Collection[UUID], *, whole: bool = False
) -> None:
    """Make these members known with what the ladder counts of them; who decides on them has locked them before.

    Of interactions, unless `whole`, only those that may count from the day on which a member was judged last.
    """
    assert book.live is not None, "nothing is counted without a ladder"  # noqa: S101 - an invariant
    wanted = list(member_ids)
    known: dict[UUID, MemberTier] = {}
    for place, tier, since, joined_at, revision, earned, *standing, hand_tier, hand_on in await connection.fetch(
        LOAD, wanted
    ):
        record = Record(by_hand=SetByHand(hand_tier, hand_on) if hand_tier is not None else None)
        member = MemberTier(wanted[place], record, tier, since, joined_at, revision, tuple(earned), *standing)
        if revision == book.live.revision and not whole:
            record.interactions_since = member.judged_on - timedelta(days=WINDOW_DAYS_MAX)
        known[wanted[place]] = member
        book.put(member)
    await load_records(connection, book.live, {member_id: member.record for member_id, member in known.items()})


async def load_records(connection: Connection | Pool, live: LiveLadder, records: Mapping[UUID, Record]) -> None:
    """Fill the records of these members with what the ladder counts."""
    ids, zone, measures = list(records), live.zone.key, live.ladder.measures
    if measures & SPENDING or any(tier.flag_after_days for tier in live.ladder.tiers):
        for member_id, day, amount in await connection.fetch(SPENT_BY_DAY, ids, zone):
            records[member_id].spend.add(day, amount)
    if Measure.GROWTH in measures:
        for member_id, day, amount in await connection.fetch(GROWN_BY_DAY, ids, zone):
            records[member_id].growth.add(day, amount)
    if Measure.INTERACTIONS in measures and ids:
        first = min(record.interactions_since for record in records.values())
        for member_id, day, kind in await _interactions(connection, ids, zone, first):
            if day >= records[member_id].interactions_since:
                records[member_id].interact(day, kind)


async def _interactions(
    connection: Connection | Pool, ids: Sequence[UUID], zone: str, first: date
) -> Sequence[tuple[UUID, date, str]]:
    kinds = list(INTERACTIONS)
    if first == date.min:
        return [tuple(row) for row in await connection.fetch(INTERACTED, ids, zone, kinds)]
    # No zone is further than a day from UTC; what comes of the days before is passed over above.
    since = datetime.combine(first - timedelta(days=1), time.min, UTC)
    return [tuple(row) for row in await connection.fetch(INTERACTED_SINCE, ids, zone, kinds, since)]


def counts(ladder: Ladder, fact_type: str) -> bool:
    """Whether a fact of this type may be an interaction that the ladder counts."""
    return fact_type in INTERACTIONS and Measure.INTERACTIONS in ladder.measures


async def write_tiers(connection: Connection, book: TierBook, now: datetime) -> None:
    """Write what changed. Those who have to be judged by all that they did are judged now, from the database."""
    if book.unsettled:
        await rejudge(connection, book, dict(book.unsettled))
    members = list(book.written())
    if book.live is None or not members:
        return
    ids, tiers = [member.member_id for member in members], [member.tier for member in members]
    by_hand = [member.record.by_hand for member in members]
    await connection.execute(
        WRITE,
        ids,
        book.live.revision,
        tiers,
        [member.since for member in members],
        ["{" + ",".join(str(day or "NULL") for day in member.earned) + "}" for member in members],
        [member.valid_until for member in members],
        [member.judged_on for member in members],
        [member.changes for member in members],
        [hand.tier if hand else None for hand in by_hand],
        [hand.day if hand else None for hand in by_hand],
    )
    await connection.execute(TELL, ids, tiers)
    rows = [_row(change, now, book.live.revision) for change in book.changes]
    await append_rows(connection, "tier_change", CHANGE_COLUMNS, rows)


async def rejudge(connection: Connection, book: TierBook, causes: Mapping[UUID, Cause]) -> None:
    """Judge locked members by all that the database has of them, each on the day that its cause counts for."""
    assert book.live is not None, "nobody is judged without a ladder"  # noqa: S101 - an invariant
    for member_id in causes:
        book.drop(member_id)
    await load_tiers(connection, book, causes, whole=True)
    for member_id, cause in causes.items():
        member = book.find(member_id)
        if member is not None:
            book.judge(member, cause, cause.at.astimezone(book.live.zone).date(), anew=True)


def _row(change: TierChange, now: datetime, revision: int) -> tuple[object, ...]:
    return (
        change.member_id,
        change.number,
        change.before,
        change.after,
        change.at,
        now,
        change.reason.value,
        revision,
        change.fact_id,
        orjson.dumps(change.numbers).decode(),
    )
