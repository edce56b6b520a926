"""The decision about a missed day that a member makes up."""

from collections.abc import Iterator
from datetime import date

from plugins.check_in.config import CheckInConfig, MakeUp
from plugins.check_in.counting import count_between, count_last
from plugins.check_in.days import month_of
from plugins.check_in.state import MADE_UP, MISSED, RECENT_DAYS_MAX, CheckInState
from plugins.check_in.waiting import wait_made_up
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


def make_up(fact: Fact, view: View[CheckInConfig, CheckInState]) -> Iterator[Effect]:
    """Sign the member in for a missed day, or say why not."""
    state, config, day = view.state, view.config, date.fromisoformat(fact.data["day"])
    terms = config.make_up
    if terms is None:
        yield Refuse(MAKE_UP_IS_OFF)
        return
    refusal = next(refusals(terms, state, fact.day, day), None)
    if refusal is not None:
        yield refusal
        return
    if state.waiting and day > state.waiting[0].day:
        yield from wait_made_up(fact, state, day, DAY_IS_SIGNED)
        yield from _cost(terms)
        return
    assert state.last_day is not None, "a day is made up after the first signed one"  # noqa: S101 - our bug
    is_last = day > state.last_day
    counted = count_last(config, state, day, made_up=True) if is_last else count_between(config, state, day)
    yield Once(day.isoformat(), DAY_IS_SIGNED)
    yield from _cost(terms)
    yield from counted.effects(DAY_IS_SIGNED)
    yield SetState(counted.state)
    yield Score("streak", counted.run)


def _cost(terms: MakeUp) -> Iterator[Effect]:
    if terms.cost_points:
        yield Spend("points", terms.cost_points, TOO_FEW_POINTS)


def refusals(terms: MakeUp, state: CheckInState, today: date, day: date) -> Iterator[Refuse]:
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
    if (place >= 0 and state.recent[place] != MISSED) or any(each.day == day for each in state.waiting):
        yield Refuse(DAY_IS_SIGNED)
    waiting = sum(each.made_up and first <= each.day <= last for each in state.waiting)
    if state.recent[newest : max(0, oldest + 1)].count(MADE_UP) + waiting >= terms.per_month:
        yield Refuse(NO_CARDS_LEFT, {"per_month": terms.per_month})
