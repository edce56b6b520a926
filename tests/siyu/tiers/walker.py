"""The rule of tiers once more, as a person would apply it: day after day, with nothing but what happened until then."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from siyu.tiers.ladder import Condition, Ladder, Measure, Period, Tier
from tests.siyu.tiers.history import Bought, Deed, Grown

DAY = timedelta(days=1)


def period_of(period: Period, day: date) -> tuple[int, ...]:
    """What days of one period have in common."""
    keys = {
        Period.YEAR: (day.year,),
        Period.QUARTER: (day.year, (day.month + 2) // 3),
        Period.MONTH: (day.year, day.month),
    }
    return keys[period]


def end_of(period: Period, day: date) -> date:
    """The last day of the day's period, by looking at the days after it."""
    last = day
    while period_of(period, last + DAY) == period_of(period, day):
        last += DAY
    return last


def a_year_ago(day: date) -> date:
    """The same date in the year before."""
    return day.replace(year=day.year - 1) if (day.month, day.day) != (2, 29) else date(day.year - 1, 2, 28)


class Walker:
    """One member. `held` tells until when they hold which tier; None is for ever."""

    def __init__(self, ladder: Ladder, deeds: Sequence[Deed], zone: ZoneInfo) -> None:
        self.ladder = ladder
        self.dated = [(deed.at.astimezone(zone).date(), deed) for deed in deeds]
        self.earned: set[int] = set()
        self.held: dict[int, date | None] = {0: None}

    def days(self, first: date, last: date) -> Iterator[tuple[date, int, date | None]]:
        """Each day with the place of the tier that the member has at its end, and until when."""
        day = first
        while day <= last:
            self._lose(day)
            if any(deed_day == day and self._counts(deed) for deed_day, deed in self.dated):
                self._earn(day)
            place = max(place for place, until in self.held.items() if until is None or until >= day)
            yield day, place, self.held[place]
            day += DAY

    def _lose(self, day: date) -> None:
        for place in range(len(self.ladder.tiers) - 1, 1, -1):
            if self.held.get(place) == day - DAY and self.ladder.tiers[place].downgrade == "one":
                self._hold(place - 1, day, periods=1)

    def _earn(self, day: date) -> None:
        for place, tier in enumerate(self.ladder.tiers[1:], start=1):
            anew = place in self.earned and tier.review is not Period.NONE
            wanted = [
                self._amount(condition, tier, day, anew=anew) >= condition.at_least for condition in tier.conditions
            ]
            needed, chosen = wanted[: len(tier.all_of)], wanted[len(tier.all_of) :]
            if all(needed) and (not chosen or any(chosen)):
                self.earned.add(place)
                self._hold(place, day, periods=2)

    def _hold(self, place: int, day: date, periods: int) -> None:
        tier, until = self.ladder.tiers[place], day
        if tier.review is Period.NONE:
            self.held[place] = None
            return
        for period in range(periods):
            until = end_of(tier.review, until + DAY if period else until)
        until += timedelta(days=tier.grace_days)
        before = self.held.get(place, date.min)
        self.held[place] = None if before is None else max(before, until)

    def _counts(self, deed: Deed) -> bool:
        measures = {condition.measure for tier in self.ladder.tiers for condition in tier.conditions}
        if isinstance(deed, Bought):
            return deed.amount_fen > deed.refunded_fen and not measures.isdisjoint(
                {Measure.SPEND_TOTAL, Measure.SPEND_MONTH, Measure.SPEND_YEAR}
            )
        if isinstance(deed, Grown):
            return Measure.GROWTH in measures
        return Measure.INTERACTIONS in measures and not deed.refused

    def _amount(self, condition: Condition, tier: Tier, day: date, *, anew: bool) -> int:
        until_now = [(deed_day, deed) for deed_day, deed in self.dated if deed_day <= day]
        measure = condition.measure
        if condition.days is not None:
            first = day - timedelta(days=condition.days)
            signed = {d for d, deed in until_now if not isinstance(deed, Bought | Grown) and not deed.refused}
            return len([d for d in signed if d > first])
        if measure is Measure.SPEND_MONTH:
            until_now = [(d, deed) for d, deed in until_now if (d.year, d.month) == (day.year, day.month)]
        elif measure is Measure.SPEND_YEAR:
            until_now = [(d, deed) for d, deed in until_now if d >= a_year_ago(day)]
        elif anew:
            until_now = [(d, deed) for d, deed in until_now if period_of(tier.review, d) == period_of(tier.review, day)]
        if measure is Measure.GROWTH:
            return sum(deed.amount for _, deed in until_now if isinstance(deed, Grown))
        return sum(deed.amount_fen - deed.refunded_fen for _, deed in until_now if isinstance(deed, Bought))
