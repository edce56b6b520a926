"""What a member did, as far as ladders count it: amounts by the shop's days."""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import accumulate

from siyu.tiers.ladder import SPENDING, Condition, Measure, Period
from siyu.tiers.periods import DAY, first_day, year_before


class Series:
    """Amounts by day; a day whose amounts come to nothing is as though it had none."""

    def __init__(self, amounts: Iterable[tuple[date, int]] = ()) -> None:
        self._amounts: dict[date, int] = {}
        self._days: list[date] = []
        self._sums: list[int] | None = None
        for day, amount in amounts:
            self.add(day, amount)

    def add(self, day: date, amount: int) -> None:
        """Count more, or less, of a day."""
        before = self._amounts.get(day, 0)
        after = self._amounts[day] = before + amount
        if not before and after:
            insort(self._days, day)
        elif before and not after:
            del self._days[bisect_left(self._days, day)]
        self._sums = None

    def days(self, since: date) -> list[date]:
        """The days from then on that something counts on."""
        return self._days[bisect_left(self._days, since) :]

    def between(self, first: date, last: date) -> int:
        """The sum of these days, both included."""
        if self._sums is None:
            self._sums = [0, *accumulate(self._amounts[day] for day in self._days)]
        return self._sums[bisect_right(self._days, last)] - self._sums[bisect_left(self._days, first)]


@dataclass(frozen=True, slots=True)
class SetByHand:
    """An operator gave a member a tier on a day: what the member did until then counts no more for higher ones."""

    tier: str
    day: date


@dataclass(slots=True)
class Record:
    """One member's days. Money in fen by the day of payment, net of refunds; growth by the day it counts for.

    An interaction is a kind of fact that some campaign accepted, once a day. `interactions_since`: what came before is
    not read. A measure that the ladder does not ask for may stay empty.
    """

    spend: Series = field(default_factory=Series)
    growth: Series = field(default_factory=Series)
    interactions: Series = field(default_factory=Series)
    by_hand: SetByHand | None = None
    interactions_since: date = date.min
    seen: set[tuple[date, str]] = field(default_factory=set)

    def interact(self, day: date, kind: str) -> bool:
        """Count an interaction; False for one that was counted that day."""
        if (day, kind) in self.seen:
            return False
        self.seen.add((day, kind))
        self.interactions.add(day, 1)
        return True

    def days(self, measures: Collection[Measure], since: date = date.min) -> list[date]:
        """The days from then on that something of these measures counts on, in their order."""
        return sorted({day for series in self._series(measures) for day in series.days(since)})

    def have(self, condition: Condition, day: date, since: date) -> int:
        """How much of a condition's measure there is on a day, of what happened from a day on."""
        series, first = self._window(condition, day)
        return series.between(max(first, since), day)

    def _series(self, measures: Collection[Measure]) -> Iterator[Series]:
        if not SPENDING.isdisjoint(measures):
            yield self.spend
        if Measure.GROWTH in measures:
            yield self.growth
        if Measure.INTERACTIONS in measures:
            yield self.interactions

    def _window(self, condition: Condition, day: date) -> tuple[Series, date]:
        if condition.days is not None:
            return self.interactions, day - DAY * (condition.days - 1)
        series = self.spend if condition.measure in SPENDING else self.growth
        if condition.measure is Measure.SPEND_MONTH:
            return series, first_day(Period.MONTH, day)
        return series, year_before(day) if condition.measure is Measure.SPEND_YEAR else date.min
