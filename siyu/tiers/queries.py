"""Ladders, standings and histories as they are read, for many members at once."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson

from siyu.db import Pool
from siyu.paging import Page, cut_page
from siyu.tiers.book import LiveLadder, MemberTier, Reason, TierBook
from siyu.tiers.ladder import Ladder, Period, Tier
from siyu.tiers.live import load_ladder, parse_stored
from siyu.tiers.progress import Progress, progress_of_keeping, progress_to
from siyu.tiers.record import Record
from siyu.tiers.rule import Earned, Standing, earned_days, is_flagged, standing_on
from siyu.tiers.store import load_tiers

CURRENT = """
SELECT revision, config, active_from, made_by, settled_at FROM tier_ladder ORDER BY revision DESC LIMIT 1
"""
HELD = "SELECT tier, count(*) FROM member WHERE merged_into IS NULL GROUP BY tier"

WARNED = """
SELECT member_id, warned_at FROM tier_warning
JOIN unnest($1::uuid[], $2::date[]) AS wanted (member_id, review_on) USING (member_id, review_on)
"""

CHANGES = """
SELECT place, number, from_tier, to_tier, at, noted_at, reason, fact_id, numbers, note, made_by
FROM unnest($1::uuid[], $2::int[], $3::int[]) WITH ORDINALITY AS wanted (member_id, size, below, place)
CROSS JOIN LATERAL (
    SELECT * FROM tier_change
    WHERE tier_change.member_id = wanted.member_id AND (below IS NULL OR number < below)
    ORDER BY number DESC LIMIT size
) AS change
ORDER BY place, number DESC
"""


@dataclass(frozen=True, slots=True)
class LadderRow:
    """The shop's ladder, since when, by whom, and when all members had been judged by it."""

    revision: int
    ladder: Ladder
    active_from: datetime
    made_by: str
    settled_at: datetime | None


@dataclass(frozen=True, slots=True)
class TierState:
    """How a member stands at a moment. `warned`: they may lose the tier soon; `held_since` as far as it is written."""

    ladder: Ladder
    place: int
    held_since: datetime
    valid_until: date | None
    flagged: bool
    warned: bool
    record: Record
    earned: Earned
    day: date
    warned_at: datetime | None = None

    @property
    def tier(self) -> Tier:
        """The tier that the member has."""
        return self.ladder.tiers[self.place]

    def next_tier(self) -> Progress | None:
        """How far the next tier is; None for who has the highest."""
        if self.place + 1 == len(self.ladder.tiers):
            return None
        return progress_to(self.ladder, self.record, self.earned, self.place + 1, self.day)

    def keeping(self) -> Progress | None:
        """How far the member is from keeping their tier; None for one that cannot be lost."""
        if self.valid_until is None:
            return None
        return progress_of_keeping(self.ladder, self.record, self.earned, self.place, self.valid_until, self.day)


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One entry of a member's history."""

    number: int
    before: str | None
    after: str
    at: datetime
    noted_at: datetime
    reason: Reason
    fact_id: UUID | None
    numbers: Sequence[Mapping[str, Any]]
    note: str | None
    made_by: str | None


@dataclass(frozen=True, slots=True)
class ChangesWanted:
    """A page of a member's history, newest first: what has a lower number than `below`."""

    member_id: UUID
    limit: int
    below: int | None


async def current_ladder(pool: Pool) -> LadderRow | None:
    """The shop's ladder; None while tiers are set from outside."""
    row = await pool.fetchrow(CURRENT)
    return LadderRow(row[0], parse_stored(row[1]), *row[2:]) if row is not None else None


async def tiers_held(pool: Pool) -> dict[str | None, int]:
    """How many members have which tier."""
    return {row[0]: row[1] for row in await pool.fetch(HELD)}


async def tier_states(pool: Pool, zone: ZoneInfo, now: datetime, ids: Collection[UUID]) -> dict[UUID, TierState]:
    """How these members stand, whether the review has come to them or not; nobody where the shop has no ladder."""
    live = await load_ladder(pool, zone)
    if live is None:
        return {}
    book, day = TierBook(live), now.astimezone(zone).date()
    await load_tiers(pool, book, ids)
    members = ((member_id, book.find(member_id)) for member_id in ids)
    states = {member_id: _state(live, member, day) for member_id, member in members if member is not None}
    warned = [member_id for member_id, state in states.items() if state.warned]
    if warned:
        dates = [states[member_id].valid_until for member_id in warned]
        for member_id, warned_at in await pool.fetch(WARNED, warned, dates):
            states[member_id] = replace(states[member_id], warned_at=warned_at)
    return states


def _state(live: LiveLadder, member: MemberTier, day: date) -> TierState:
    ladder, record = live.ladder, member.record
    earned = member.earned if member.revision == live.revision else earned_days(ladder, record)
    standing = standing_on(ladder, earned, max(day, member.judged_on))
    return TierState(
        ladder,
        standing.place,
        member.since,
        standing.valid_until,
        is_flagged(ladder, standing, _last_purchase(live, member), day),
        _is_warned(ladder, standing, day),
        record,
        earned,
        day,
    )


def _last_purchase(live: LiveLadder, member: MemberTier) -> date:
    """The day of the last purchase that was not refunded, or of joining."""
    days = member.record.spend.days(date.min)
    return max([member.joined_at.astimezone(live.zone).date(), *days[-1:]])


def _is_warned(ladder: Ladder, standing: Standing, day: date) -> bool:
    tier = ladder.tiers[standing.place]
    if tier.review is Period.NONE or not tier.warning_days or standing.valid_until is None:
        return False
    return day >= standing.valid_until - timedelta(days=tier.warning_days)


async def change_pages(pool: Pool, wanted: Sequence[ChangesWanted]) -> list[Page[ChangeRow]]:
    """The wanted pages, in their order, with one statement."""
    pages: list[list[ChangeRow]] = [[] for _ in wanted]
    records = await pool.fetch(
        CHANGES,
        [page.member_id for page in wanted],
        [page.limit + 1 for page in wanted],
        [page.below for page in wanted],
    )
    for place, number, before, after, at, noted_at, reason, fact_id, numbers, *signed in records:
        shown = orjson.loads(numbers)
        pages[place - 1].append(ChangeRow(number, before, after, at, noted_at, Reason(reason), fact_id, shown, *signed))
    return [cut_page(rows, page.limit) for rows, page in zip(pages, wanted, strict=True)]
