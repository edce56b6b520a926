"""Which tier a member has: a pure function of what they did, the ladder, and the day.

For each tier the last day on which it was earned is all that counts (`earned_days`); it tells until when the tier is
held (`held_until`), and of those held on a day the highest is the member's (`standing_on`). So the order in which siyu
learns of things changes nothing.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from siyu.tiers.ladder import CUMULATIVE, Ladder, Period, Tier
from siyu.tiers.periods import DAY, FOR_EVER, first_day, last_day
from siyu.tiers.record import Record

# The last day on which each tier above the lowest was earned.
Earned = tuple[date | None, ...]


class Standing(NamedTuple):
    """The place of a tier in its ladder, and the last day on which it is held; None for one that cannot be lost."""

    place: int
    valid_until: date | None


class Fall(NamedTuple):
    """A tier that is lost as a day begins."""

    day: date
    before: int
    after: Standing


def tier_at(record: Record, ladder: Ladder, day: date) -> Standing:
    """The member's standing on a day, by a record of what happened until then."""
    return standing_on(ladder, earned_days(ladder, record), day)


def earned_days(ladder: Ladder, record: Record, known: Earned | None = None, since: date = date.min) -> Earned:
    """The last day on which each tier was earned. With what is `known` only the days `since` are looked at.

    A tier is earned on a day on which something counts and its conditions hold. Spending in total and growth count from
    joining on until a tier is first earned; afterwards, where it is reviewed, those of one review period.
    """
    days = record.days(ladder.measures, since)
    before = known or (None,) * (len(ladder.tiers) - 1)
    return tuple(_earned(ladder, record, place, days, earned) for place, earned in enumerate(before, start=1))


def _earned(ladder: Ladder, record: Record, place: int, days: Sequence[date], earned: date | None) -> date | None:
    tier, by_hand, counted_from, given = ladder.tiers[place], record.by_hand, date.min, None
    if by_hand is not None and (hand := ladder.place_of(by_hand.tier)) is not None:
        counted_from = by_hand.day + DAY if hand < place else date.min
        given = by_hand.day if hand == place else None
    for day in days:
        if day < counted_from:
            continue
        if earned is None and given is not None and given <= day:
            earned = given
        if earned is None:
            earned = day if is_met(tier, record, day, counted_from) else None
        elif tier.review is Period.NONE:
            break
        elif is_met(tier, record, day, counted_from, first_day(tier.review, day)):
            earned = day
    return max(filter(None, (earned, given)), default=None)


def is_met(tier: Tier, record: Record, day: date, since: date, anew: date = date.min) -> bool:
    """Whether a tier's conditions hold on a day, of what happened `since`; sums without an end begin `anew`."""

    def holds(place: int) -> bool:
        condition = tier.conditions[place]
        first = max(since, anew) if condition.measure in CUMULATIVE else since
        return record.have(condition, day, first) >= condition.at_least

    needed, chosen = range(len(tier.all_of)), range(len(tier.all_of), len(tier.conditions))
    return all(map(holds, needed)) and (not chosen or any(map(holds, chosen)))


def held_until(ladder: Ladder, earned: Earned) -> list[date | None]:
    """The last day on which each tier is held, by its own earning or by falling from above; the lowest for ever."""
    until: list[date | None] = [FOR_EVER] + [None] * len(earned)
    for place in range(len(earned), 0, -1):
        tier, last = ladder.tiers[place], earned[place - 1]
        own = _end(tier, last, later=1) if last is not None else None
        above = until[place + 1] if place < len(earned) else None
        given = None
        if above is not None and above != FOR_EVER and ladder.tiers[place + 1].downgrade == "one":
            given = _end(tier, above + DAY)
        until[place] = max(filter(None, (own, given)), default=None)
    return until


def _end(tier: Tier, day: date, later: int = 0) -> date:
    """The last day, with its grace, of the period that holds a day, or of a later one."""
    if tier.review is Period.NONE:
        return FOR_EVER
    return last_day(tier.review, day, later) + timedelta(days=tier.grace_days)


def standing_on(ladder: Ladder, earned: Earned, day: date) -> Standing:
    """The highest tier that is held on a day which nothing was earned after."""
    until = held_until(ladder, earned)
    place, last = next((p, held) for p in reversed(range(len(until))) if (held := until[p]) is not None and held >= day)
    return Standing(place, None if last == FOR_EVER else last)


def falls(ladder: Ladder, earned: Earned, standing: Standing, day: date) -> Iterator[Fall]:
    """The tiers that are lost one after the other until a day; as many as there are tiers, at most."""
    while standing.valid_until is not None and standing.valid_until < day:
        lost_on = standing.valid_until + DAY
        after = standing_on(ladder, earned, lost_on)
        yield Fall(lost_on, standing.place, after)
        standing = after


def is_flagged(ladder: Ladder, standing: Standing, last_purchase: date, day: date) -> bool:
    """Whether a member of the tier has bought nothing for so long that they are flagged."""
    days = ladder.tiers[standing.place].flag_after_days
    return days is not None and day >= last_purchase + timedelta(days=days)
