"""A check-in as plainly as it can be said: sets of days in, rewards out, everything counted anew each time."""

from collections import defaultdict
from collections.abc import Iterator, Set
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from plugins.check_in.config import CheckInConfig
from plugins.check_in.waiting import WAITING_MAX

DAY = timedelta(days=1)


@dataclass
class ModelDay:
    """A day that is signed or made up and does not count yet; `verdict` is None before there is one."""

    percent: int = 100
    made_up: bool = False
    verdict: bool | None = None


@dataclass
class ModelMember:
    """One member of a check-in: the days that count, those that wait, what they have, and what each day brought."""

    config: CheckInConfig
    points: int = 0
    tier: str | None = None
    signed: set[date] = field(default_factory=set)
    made_up: set[date] = field(default_factory=set)
    waiting: dict[date, ModelDay] = field(default_factory=dict)
    rewards: list[str] = field(default_factory=list)
    brought: dict[date, int] = field(default_factory=dict)
    best: int = 0

    @property
    def days(self) -> set[date]:
        """All days that count."""
        return self.signed | self.made_up

    @property
    def streak(self) -> int:
        """The length of the latest run."""
        return max((run[-1], len(run)) for run in self.runs(self.days))[1] if self.days else 0

    def sign(self, today: date, *, photo: bool = True) -> str | None:
        """Sign for a day on the day itself; the refusal."""
        claimed = self.days | set(self.waiting)
        if any(day >= today for day in claimed):
            return "ALREADY_SIGNED" if today == max(claimed) else "DAY_IS_PAST"
        if self.config.proof == "photo" and not photo:
            return "PHOTO_NEEDED"
        if len(self.waiting) == WAITING_MAX:
            return "TOO_MANY_WAIT"
        percents = {each.tier: each.percent for each in self.config.tier_multipliers}
        verdict = None if self.config.review else True
        self.waiting[today] = ModelDay(percents.get(self.tier or "", 100), verdict=verdict)
        self.count_what_is_decided()
        return None

    def make_up(self, today: date, day: date) -> str | None:
        """Sign for an earlier day; the refusal."""
        terms = self.config.make_up
        if terms is None:
            return "MAKE_UP_IS_OFF"
        cards = self.made_up | {other for other, waiting in self.waiting.items() if waiting.made_up}
        used = [other for other in cards if (other.year, other.month) == (day.year, day.month)]
        reasons = {
            "DAY_IS_NOT_OVER": day >= today,
            "TOO_LONG_AGO": day < today - terms.days_back * DAY,
            "BEFORE_FIRST_DAY": not self.days or day < min(self.days),
            "DAY_IS_SIGNED": day in self.days | set(self.waiting),
            "NO_CARDS_LEFT": len(used) >= terms.per_month,
            "TOO_MANY_WAIT": len(self.waiting) == WAITING_MAX and day > min(self.waiting),
            "TOO_FEW_POINTS": self.points < terms.cost_points,
        }
        for code, applies in reasons.items():
            if applies:
                return code
        self.points -= terms.cost_points
        self.waiting[day] = ModelDay(made_up=True, verdict=True)
        self.count_what_is_decided()
        return None

    def review(self, day: date, *, approved: bool) -> None:
        """An operator says what they think of a day's photo."""
        if approved:
            self.waiting[day].verdict = True
        else:
            del self.waiting[day]
        self.count_what_is_decided()

    def count_what_is_decided(self) -> None:
        """The earliest days that wait count, in their order, up to one without a verdict."""
        while self.waiting and self.waiting[min(self.waiting)].verdict:
            day = min(self.waiting)
            self.count(day, self.waiting.pop(day))

    def count(self, day: date, decided: ModelDay) -> None:
        """A day counts from now on: it is paid by the days in a row up to it."""
        before, had = self.days, self.points
        (self.made_up if decided.made_up else self.signed).add(day)
        if not decided.made_up:
            table = self.config.streak_points
            several = 1_000 if self.config.after_table == "wrap" else 1
            endless = [*table * several, *[table[-1]] * 3_000]
            self.points += endless[self.streak_at(day) - 1] * decided.percent // 100
        self.pay_milestones(before)
        self.brought[day] = self.points - had

    def streak_at(self, day: date) -> int:
        """The days in a row up to this one."""
        return next(run.index(day) + 1 for run in self.runs(self.days) if day in run)

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
        if self.config.restart == "week":
            return day.isocalendar()[:2]
        return (day.year, day.month) if self.config.restart == "month" else None


class ModelGroup:
    """A group as plainly as it can be said: who counts on which day, and what everybody gets."""

    def __init__(self, goal: int, bonus: list[int]) -> None:
        self.goal, self.bonus = goal, bonus
        self.members: defaultdict[date, set[str]] = defaultdict(set)
        self.reached: dict[date, int] = {}

    def count(self, member: str, day: date) -> None:
        """A member counts for a day."""
        self.members[day].add(member)
        if len(self.members[day]) == self.goal:
            self.reached[day] = 0
            self.reached[day] = self.bonus[min(self.run_to(day), len(self.bonus)) - 1]

    def run_to(self, day: date) -> int:
        """The days in a row up to this one that reached the goal."""
        run = 0
        while day - run * DAY in self.reached:
            run += 1
        return run

    def points_of(self, member: str) -> int:
        """Their bonuses."""
        return sum(bonus for day, bonus in self.reached.items() if member in self.members[day])
