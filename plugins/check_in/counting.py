"""A day counts: the state after it, and what it brings."""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from plugins.check_in.config import WHOLE_PERCENT, CheckInConfig, Milestone
from plugins.check_in.days import (
    begins_anew,
    given_at,
    period_of,
    put_before,
    put_given_before,
    run_from,
    run_towards,
)
from plugins.check_in.state import MADE_UP, RECENT_DAYS_MAX, SIGNED, CheckInState
from siyu.sdk import Effect, Grant, Issue

NOTHING: tuple[Milestone, ...] = ()


class Counted(NamedTuple):
    """The state once a day counts, the run of days that it is in, and what it brings: table and milestones.

    `above` is the longer of the runs that it joined: milestones of a streak up to it had been reached before.
    """

    state: CheckInState
    day: date
    run: int
    points: int
    continuous: tuple[Milestone, ...]
    cumulative: tuple[Milestone, ...]

    @property
    def all_points(self) -> int:
        """Of the table and of milestones."""
        return self.points + sum(milestone.points for milestone in (*self.continuous, *self.cumulative))

    def rewards(self) -> Iterator[tuple[str, str]]:
        """The names of rewards, each with its key: that of the day, so that a lost state cannot have it given twice."""
        for kind, milestones in (("streak", self.continuous), ("days", self.cumulative)):
            for milestone in milestones:
                if milestone.reward is not None:
                    yield milestone.reward, f"{self.day.isoformat()}-{kind}-{milestone.days}"

    def effects(self, code: str) -> Iterator[Effect]:
        """What it brings; `code` refuses a day whose rewards have been given."""
        if self.points:
            yield Grant("points", self.points)
        if not self.continuous and not self.cumulative:
            return
        for milestone in (*self.continuous, *self.cumulative):
            if milestone.points:
                yield Grant("points", milestone.points)
        for reward, key in self.rewards():
            yield Issue(reward, key, code)


def count_last(
    config: CheckInConfig, state: CheckInState, day: date, percent: int = WHOLE_PERCENT, *, made_up: bool = False
) -> Counted:
    """A day that is later than all that count. Every member comes this way every day."""
    last_day, recent, run_before = state.last_day, state.recent, state.run_before
    gap_days = 0 if last_day is None else day.toordinal() - last_day.toordinal()
    goes_on = gap_days == 1 and (config.restart == "never" or not begins_anew(day, config.restart))
    streak, days = state.streak + 1 if goes_on else 1, state.days + 1
    points = 0
    if not made_up:
        table = config.streak_points
        points = (
            table[(streak - 1) % len(table)] if config.after_table == "wrap" else table[min(streak, len(table)) - 1]
        )
        if percent != WHOLE_PERCENT:
            points = points * percent // WHOLE_PERCENT
    continuous = cumulative = NOTHING
    if config.continuous_milestones or config.cumulative_milestones:
        continuous, cumulative = _reached(config, streak - 1, streak, days)
    mark = MADE_UP if made_up else SIGNED
    entry = _entry(points, continuous, cumulative) if continuous or cumulative else str(points)
    if gap_days <= 1 and len(recent) < RECENT_DAYS_MAX:
        recent = mark + recent
    else:
        recent, run_before = put_before(recent, run_before, gap_days, mark)
    after = CheckInState(
        last_day=day,
        streak=streak,
        best_streak=streak if streak > state.best_streak else state.best_streak,
        days=days,
        recent=recent,
        run_before=run_before,
        given=put_given_before(state.given, gap_days, entry),
        waiting=state.waiting,
        tried_on=state.tried_on,
        tries=state.tries,
    )
    return Counted(after, day, streak, points, continuous, cumulative)


def count_between(config: CheckInConfig, state: CheckInState, day: date) -> Counted:
    """A made-up day that is missed among the recent ones: it joins the days before it and those after it."""
    assert state.last_day is not None, "a day is made up after the first signed one"  # noqa: S101 - our bug
    first, last = period_of(day, config.restart)
    place = (state.last_day - day).days
    newer, older = state.recent[:place], state.recent[place + 1 :]
    before, after = run_from(older), run_towards(newer)
    if before == len(older):
        before += state.run_before
    before, after = min(before, (day - first).days), min(after, (last - day).days)
    run = before + 1 + after
    continuous, cumulative = _reached(config, max(before, after), run, state.days + 1)
    joined = state.model_copy(
        update={
            # The run is the present streak where it goes on to the last day, in the same period.
            "streak": run if after == place else state.streak,
            "best_streak": max(run, state.best_streak),
            "days": state.days + 1,
            "recent": f"{newer}{MADE_UP}{older}",
            "given": given_at(state.given, place, _entry(0, continuous, cumulative)),
        }
    )
    return Counted(joined, day, run, 0, continuous, cumulative)


def _reached(
    config: CheckInConfig, above_days: int, streak_days: int, days: int
) -> tuple[tuple[Milestone, ...], tuple[Milestone, ...]]:
    """The milestones of a day that made a streak longer, from above so many days to its length, and those in total."""
    continuous = tuple([each for each in config.continuous_milestones if above_days < each.days <= streak_days])
    return continuous, tuple([each for each in config.cumulative_milestones if each.days == days])


def _entry(points: int, continuous: tuple[Milestone, ...], cumulative: tuple[Milestone, ...]) -> str:
    """What a day brought, as the state tells it."""
    both = (*continuous, *cumulative)
    all_points = points + sum(milestone.points for milestone in both)
    return f"{all_points}+" if any(milestone.reward is not None for milestone in both) else str(all_points)
