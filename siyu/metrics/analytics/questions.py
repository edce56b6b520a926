"""The questions of analytics: checked, asked of the engine the shop has chosen, and answered in order."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import ibis.expr.types as ir

from siyu.errors import InvalidInput, Problem
from siyu.metrics.analytics.engines import AnalyticsEngine, Rows
from siyu.metrics.analytics.figures import figures
from siyu.metrics.analytics.funnel import funnel
from siyu.metrics.analytics.retention import retention
from siyu.metrics.analytics.rfm import RFM_WINDOW_DAYS, rfm_cells
from siyu.metrics.analytics.standings import counts_by, moves
from siyu.metrics.analytics.tables import tables
from siyu.metrics.cohorts import CohortBy

# Room on both sides for whatever is counted from a day; no shop is older.
FIRST_DAY, LAST_DAY = date(1970, 1, 1), date(2970, 1, 1)
# Each reads everything there is; more at once would only wait for each other.
QUESTIONS_AT_ONCE = 2
RFM_DAYS_MAX = 730
RANGE_DAYS_MAX = 800
PERIODS_MAX, PERIOD_DAYS_MAX = 24, 366
STEPS_MIN, STEPS_MAX = 2, 8
FUNNEL_DAYS_MAX = 366
TYPE_LENGTH_MAX = 64


@dataclass(frozen=True, slots=True)
class RfmCell:
    """The buyers of one cell: their scores from 1 to 5, how many they are, and what they spent in fen."""

    recency: int
    frequency: int
    monetary: int
    members: int
    spend_fen: int


@dataclass(frozen=True, slots=True)
class CohortPeriod:
    """Of the `members` who joined in a cohort (from `first_day`), how many were active in its period.

    `is_complete`: the period has passed for every one of them.
    """

    first_day: date
    period: int
    members: int
    active: int
    is_complete: bool


@dataclass(frozen=True, slots=True)
class FunnelStep:
    """How many members came to a step, the first of them all who began."""

    type: str
    members: int


@dataclass(frozen=True, slots=True)
class Standing:
    """How many members are in a stage or layer; None: in none."""

    key: str | None
    members: int


@dataclass(frozen=True, slots=True)
class StageMove:
    """How many members were in one stage before (None: not joined yet) and are in another now."""

    before: str | None
    after: str
    members: int


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of a window; the ratios are None where there is nothing to divide by, and in fen where of money."""

    revenue_fen: int
    orders: int
    buyers: int
    repeat_buyers: int
    active_members: int

    @property
    def average_order_fen(self) -> float | None:
        """Revenue by orders."""
        return self.revenue_fen / self.orders if self.orders else None

    @property
    def arpu_fen(self) -> float | None:
        """Revenue by active members."""
        return self.revenue_fen / self.active_members if self.active_members else None

    @property
    def repurchase(self) -> float | None:
        """Members with two orders or more by buyers."""
        return self.repeat_buyers / self.buyers if self.buyers else None


class Analytics:
    """Asks an engine. Every method raises InvalidInput for what is beyond its bounds, and what the engine raises."""

    def __init__(self, engine: AnalyticsEngine) -> None:
        self._engine = engine
        self._tables = tables(engine.key)
        self._turns = asyncio.Semaphore(QUESTIONS_AT_ONCE)

    async def taken_at(self) -> datetime | None:
        """The moment up to which the shop is known; None: now."""
        return await self._engine.taken_at()

    async def rfm(self, day: date, window_days: int = RFM_WINDOW_DAYS) -> Sequence[RfmCell]:
        """The cells of the buyers of the window that ends on the day, those with nobody left out; the best first."""
        _check_day("on", day)
        _check("windowDays", window_days, 1, RFM_DAYS_MAX)
        found = [RfmCell(*row) for row in await self._rows(rfm_cells(self._tables, day, window_days))]
        return sorted(found, key=lambda cell: (-cell.recency, -cell.frequency, -cell.monetary))

    async def stages(self, day: date) -> Sequence[Standing]:
        """The stages of the life cycle at the end of a day."""
        return await self._standings(day, "stage")

    async def layers(self, day: date) -> Sequence[Standing]:
        """The layers at the end of a day."""
        return await self._standings(day, "layer")

    async def stage_moves(self, before: date, after: date) -> Sequence[StageMove]:
        """From which stage into which members came between the ends of two days."""
        _check_order(before, after, RANGE_DAYS_MAX)
        found = [StageMove(*row) for row in await self._rows(moves(self._tables, before, after))]
        return sorted(found, key=lambda move: (move.before or "", move.after))

    async def retention(
        self, first: date, last: date, today: date, cohort_by: CohortBy, period_days: int, periods: int
    ) -> Sequence[CohortPeriod]:
        """How the cohorts who joined from `first` to `last` stayed; periods without anybody are there with 0.

        Cohorts are whole: `first` and `last` are moved outwards to the borders of weeks or months.
        """
        _check("periodDays", period_days, 1, PERIOD_DAYS_MAX)
        _check("periods", periods, 1, PERIODS_MAX)
        _check_order(first, last, RANGE_DAYS_MAX)
        first, last = cohort_by.first_day(first), cohort_by.last_day(last)
        expression = retention(self._tables, first, last, today, cohort_by, period_days, periods)
        found = {(row[0], row[1]): (row[2], row[3]) for row in await self._rows(expression)}
        cohorts = {first_day: members for (first_day, period), (members, _) in found.items() if period == 0}
        return [
            CohortPeriod(
                first_day,
                period,
                members,
                found.get((first_day, period), (0, 0))[1],
                cohort_by.last_day(first_day) + timedelta(days=(period + 1) * period_days - 1) <= today,
            )
            for first_day, members in sorted(cohorts.items())
            for period in range(periods + 1)
        ]

    async def funnel(self, steps: Sequence[str], first: date, last: date, window_days: int) -> Sequence[FunnelStep]:
        """How many members came how far, of those who began on the days `first` to `last`."""
        _check("steps", len(steps), STEPS_MIN, STEPS_MAX)
        _check("windowDays", window_days, 1, FUNNEL_DAYS_MAX)
        _check_order(first, last, RANGE_DAYS_MAX)
        if any(not 1 <= len(step) <= TYPE_LENGTH_MAX for step in steps):
            raise InvalidInput([Problem(("steps",), f"types of facts have 1 to {TYPE_LENGTH_MAX} characters")])
        [row] = await self._rows(funnel(self._tables, steps, first, last, window_days))
        return [FunnelStep(step, members) for step, members in zip(steps, row, strict=True)]

    async def figures(self, first: date, last: date) -> Figures:
        """Revenue, orders, buyers and active members of the days `first` to `last`."""
        _check_order(first, last, RANGE_DAYS_MAX)
        [row] = await self._rows(figures(self._tables, first, last))
        return Figures(*row)

    async def _standings(self, day: date, column: str) -> Sequence[Standing]:
        _check_day("on", day)
        found = [Standing(*row) for row in await self._rows(counts_by(self._tables, day, column))]
        return sorted(found, key=lambda standing: standing.key or "")

    async def _rows(self, expression: ir.Table) -> Rows:
        async with self._turns:
            return await self._engine.rows(expression)


def _check(name: str, number: int, least: int, most: int) -> None:
    if not least <= number <= most:
        raise InvalidInput([Problem((name,), f"must be from {least} to {most}")])


def _check_day(name: str, day: date) -> None:
    if not FIRST_DAY <= day <= LAST_DAY:
        raise InvalidInput([Problem((name,), f"must be from {FIRST_DAY} to {LAST_DAY}")])


def _check_order(first: date, last: date, days_max: int) -> None:
    _check_day("from", first)
    _check_day("to", last)
    if first > last:
        raise InvalidInput([Problem(("from",), "must not be after `to`")])
    if (last - first).days >= days_max:
        raise InvalidInput([Problem(("to",), f"at most {days_max} days from `from`")])
