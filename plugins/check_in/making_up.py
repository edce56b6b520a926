"""The decision about a missed day that a member makes up."""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from plugins.check_in.config import CheckInConfig, MakeUp, Restart
from plugins.check_in.days import month_of, period_of, put_before, run_from, run_towards
from plugins.check_in.milestones import reached
from plugins.check_in.state import MADE_UP, MISSED, RECENT_DAYS_MAX, CheckInState
from siyu.sdk import ActionInput, Effect, Fact, Once, Refuse, Score, SetState, Spend, View

MAKE_UP_FACT = "check_in.makeUp"

MAKE_UP_IS_OFF = "MAKE_UP_IS_OFF"
DAY_IS_NOT_OVER = "DAY_IS_NOT_OVER"
TOO_LONG_AGO = "TOO_LONG_AGO"
BEFORE_FIRST_DAY = "BEFORE_FIRST_DAY"
DAY_IS_SIGNED = "DAY_IS_SIGNED"
NO_CARDS_LEFT = "NO_CARDS_LEFT"
TOO_FEW_POINTS = "TOO_FEW_POINTS"


class MakeUpInput(ActionInput):
    """Which missed day is made up."""

    day: date


class Joined(NamedTuple):
    """The state once a day is made up, and the runs: the longer of the two that the day joins, and the whole."""

    state: CheckInState
    longest_before: int
    run: int


def make_up(fact: Fact, view: View[CheckInConfig, CheckInState]) -> Iterator[Effect]:
    """Sign the member in for a missed day, or say why not."""
    state, config, day = view.state, view.config, date.fromisoformat(fact.data["day"])
    terms = config.make_up
    if terms is None:
        yield Refuse(MAKE_UP_IS_OFF)
        return
    refusal = next(_refusals(terms, state, fact.day, day), None)
    if refusal is not None:
        yield refusal
        return
    yield Once(day.isoformat(), DAY_IS_SIGNED)
    if terms.cost_points:
        yield Spend("points", terms.cost_points, TOO_FEW_POINTS)
    joined = with_day(state, day, config.restart)
    yield from reached(config, day, joined.longest_before, joined.run, joined.state.days, DAY_IS_SIGNED)
    yield SetState(joined.state)
    yield Score("streak", joined.run)


def _refusals(terms: MakeUp, state: CheckInState, today: date, day: date) -> Iterator[Refuse]:
    """Why a day cannot be made up, the first of all reasons first; what comes after the first has no meaning."""
    if day >= today:
        yield Refuse(DAY_IS_NOT_OVER)
    if (today - day).days > terms.days_back:
        yield Refuse(TOO_LONG_AGO, {"days_back": terms.days_back})
    if state.last_day is None:
        yield Refuse(BEFORE_FIRST_DAY)
        return
    first, last = month_of(day)
    oldest, newest = (state.last_day - first).days, max(0, (state.last_day - last).days)
    if len(state.recent) == RECENT_DAYS_MAX <= oldest:
        # Only a fact that is told late gets here: not all days of its month are remembered any more.
        yield Refuse(TOO_LONG_AGO, {"days_back": terms.days_back})
    place = (state.last_day - day).days
    if place >= len(state.recent):
        yield Refuse(BEFORE_FIRST_DAY)
    if place >= 0 and state.recent[place] != MISSED:
        yield Refuse(DAY_IS_SIGNED)
    if state.recent[newest : max(0, oldest + 1)].count(MADE_UP) >= terms.per_month:
        yield Refuse(NO_CARDS_LEFT, {"per_month": terms.per_month})


def with_day(state: CheckInState, day: date, restart: Restart) -> Joined:
    """The state as if the missed day had been signed; it is later than the last day, or missed among the recent."""
    assert state.last_day is not None, "a day is made up after the first signed one"  # noqa: S101 - our bug
    first, last = period_of(day, restart)
    gap_days = (day - state.last_day).days
    if gap_days > 0:
        before = state.streak if gap_days == 1 and first < day else 0
        after, place, last_day = 0, 0, day
        recent, run_before = put_before(state.recent, state.run_before, gap_days, MADE_UP)
    else:
        place, last_day = -gap_days, state.last_day
        older, newer = state.recent[place + 1 :], state.recent[:place]
        before = run_from(older)
        if before == len(older):
            before += state.run_before
        before, after = min(before, (day - first).days), min(run_towards(newer), (last - day).days)
        recent, run_before = f"{newer}{MADE_UP}{older}", state.run_before
    run = before + 1 + after
    return Joined(
        CheckInState(
            last_day=last_day,
            # The run is the present streak where it goes on to the last day, in the same period.
            streak=run if after == place else state.streak,
            best_streak=max(run, state.best_streak),
            days=state.days + 1,
            recent=recent,
            run_before=run_before,
        ),
        max(before, after),
        run,
    )
