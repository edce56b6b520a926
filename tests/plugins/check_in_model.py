"""A check-in as plainly as it can be said: sets of days in, rewards out, everything counted anew each time."""

from collections.abc import Iterator, Set
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from plugins.check_in.config import CheckInConfig

DAY = timedelta(days=1)


@dataclass
class ModelMember:
    """One member of a check-in: the days they signed and made up, what they have, and what came of the last try."""

    config: CheckInConfig
    points: int = 0
    tier: str | None = None
    signed: set[date] = field(default_factory=set)
    made_up: set[date] = field(default_factory=set)
    rewards: list[str] = field(default_factory=list)
    best: int = 0

    @property
    def days(self) -> set[date]:
        """All days that count."""
        return self.signed | self.made_up

    @property
    def streak(self) -> int:
        """The length of the latest run."""
        return max((run[-1], len(run)) for run in self.runs(self.days))[1] if self.days else 0

    def sign(self, today: date) -> str | None:
        """Sign for a day on the day itself; the refusal."""
        if any(day >= today for day in self.days):
            return "ALREADY_SIGNED" if today == max(self.days) else "DAY_IS_PAST"
        before = self.days
        self.signed.add(today)
        table = self.config.streak_points
        several = 1_000 if self.config.after_table == "wrap" else 1
        endless = [*table * several, *[table[-1]] * 3_000]
        percents = {each.tier: each.percent for each in self.config.tier_multipliers}
        self.points += endless[self.streak - 1] * percents.get(self.tier or "", 100) // 100
        self.pay_milestones(before)
        return None

    def make_up(self, today: date, day: date) -> str | None:
        """Sign for an earlier day; the refusal."""
        terms = self.config.make_up
        if terms is None:
            return "MAKE_UP_IS_OFF"
        used = [other for other in self.made_up if (other.year, other.month) == (day.year, day.month)]
        reasons = {
            "DAY_IS_NOT_OVER": day >= today,
            "TOO_LONG_AGO": day < today - terms.days_back * DAY,
            "BEFORE_FIRST_DAY": not self.days or day < min(self.days),
            "DAY_IS_SIGNED": day in self.days,
            "NO_CARDS_LEFT": len(used) >= terms.per_month,
            "TOO_FEW_POINTS": self.points < terms.cost_points,
        }
        for code, applies in reasons.items():
            if applies:
                return code
        before = self.days
        self.points -= terms.cost_points
        self.made_up.add(day)
        self.pay_milestones(before)
        return None

    def pay_milestones(self, before: Set[date]) -> None:
        """A milestone of streaks is paid where there is one more run that is long enough than there was."""
        had, has = ([len(run) for run in self.runs(days)] for days in (before, self.days))
        for reached in self.config.continuous_milestones:
            if sum(length >= reached.days for length in has) > sum(length >= reached.days for length in had):
                self.take(reached)
        for reached in self.config.cumulative_milestones:
            if len(self.days) == reached.days:
                self.take(reached)
        self.best = max(self.best, *has)

    def take(self, milestone: Any) -> None:
        """Points, a reward, or both."""
        self.points += milestone.points
        if milestone.reward:
            self.rewards.append(milestone.reward)

    def runs(self, days: Set[date]) -> Iterator[list[date]]:
        """The days in a row, cut where a calendar period begins."""
        run: list[date] = []
        for day in sorted(days):
            if run and (day - run[-1] != DAY or self.period(day) != self.period(run[-1])):
                yield run
                run = []
            run.append(day)
        if run:
            yield run

    def period(self, day: date) -> object:
        """What two days of one streak have in common."""
        return {"never": None, "week": day.isocalendar()[:2], "month": (day.year, day.month)}[self.config.restart]
