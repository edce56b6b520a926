"""Days that wait: for an operator to review them, or for an earlier day that does.

What a day is worth depends on the days before it. So days count in their own order, not in that of the verdicts: an
approved day waits until every earlier one is decided, and then counts as if it had been signed in turn.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import islice, takewhile

from plugins.check_in.config import CheckInConfig
from plugins.check_in.counting import Counted, count_last
from plugins.check_in.groups import sign_for
from plugins.check_in.state import CheckInState, Waiting
from siyu.sdk import (
    Effect,
    Fact,
    FactData,
    Grant,
    Issue,
    Notify,
    Once,
    Refuse,
    Review,
    Schedule,
    Score,
    SetState,
    View,
)

REVIEWED_FACT = "check_in.reviewed"
SETTLE_FACT = "check_in.settle"
SETTLE = "settle"
PHOTO = "photo"
REJECTED = "rejected"

ALREADY_SIGNED = "ALREADY_SIGNED"
TOO_MANY_WAIT = "TOO_MANY_WAIT"

# A decision has at most 32 effects. A day brings at most two rewards and a sign-in for its group; Once, points, state,
# score and what comes next are the other five.
DAYS_A_SETTLE = 9
# Settling follows from a verdict, settling the rest from that, the group's sign-in from that and its bonus from that: a
# chain of facts may be four deep.
WAITING_MAX = 2 * DAYS_A_SETTLE


class Settle(FactData):
    """Nothing: the state tells which days are to count."""


def wait(
    fact: Fact,
    config: CheckInConfig,
    state: CheckInState,
    percent: int,
    group: str | None,
    shown: Mapping[str, str | int],
) -> Iterator[Effect]:
    """Claim today: it counts once it is approved, where photos are reviewed, and every earlier day is decided."""
    day = fact.day
    tries = state.tries + 1 if state.tried_on == day else 1
    key = day.isoformat() if tries == 1 else f"{day.isoformat()}-{tries}"
    if len(state.waiting) >= WAITING_MAX:
        yield Refuse(TOO_MANY_WAIT, {"waiting": WAITING_MAX})
        return
    yield Once(f"{key}-claim", ALREADY_SIGNED)
    if config.review:
        yield Review(key, PHOTO, {"day": day.isoformat(), **shown})
    waiting = Waiting(day=day, review=key, approved=not config.review, percent=percent, group=group)
    changed = {"waiting": (*state.waiting, waiting), "tried_on": day, "tries": tries}
    yield SetState(state.model_copy(update=changed))
    # What a cap had refused, for instance, is tried again.
    yield from _settle_if_due(state.waiting, fact)


def wait_made_up(fact: Fact, state: CheckInState, day: date, code: str) -> Iterator[Effect]:
    """Claim a made-up day that is later than one that waits."""
    if len(state.waiting) >= WAITING_MAX:
        yield Refuse(TOO_MANY_WAIT, {"waiting": WAITING_MAX})
        return
    yield Once(f"{day.isoformat()}-card", code)
    waiting = sorted((*state.waiting, Waiting(day=day, approved=True, made_up=True)), key=lambda each: each.day)
    yield SetState(state.model_copy(update={"waiting": tuple(waiting)}))
    yield from _settle_if_due(state.waiting, fact)


def hear_verdict(fact: Fact, view: View[CheckInConfig, CheckInState]) -> Iterator[Effect]:
    """An operator has looked: the day may count, or is as if it had never been signed.

    Nothing is given here, so that nothing can refuse the verdict, such as a cap.
    """
    state, key = view.state, fact.data["key"]
    found = next((each for each in state.waiting if each.review == key and not each.approved), None)
    if found is None:
        return
    if fact.data["approved"]:
        approved = found.model_copy(update={"approved": True})
        waiting = tuple([approved if each is found else each for each in state.waiting])
    else:
        waiting = tuple([each for each in state.waiting if each is not found])
        yield Notify(REJECTED, {"day": found.day.isoformat()})
    yield SetState(state.model_copy(update={"waiting": waiting}))
    yield from _settle_if_due(waiting, fact)


def _settle_if_due(waiting: tuple[Waiting, ...], fact: Fact) -> Iterator[Effect]:
    if waiting and waiting[0].approved:
        yield Schedule(SETTLE, fact.at, SETTLE, {})


@dataclass(frozen=True, slots=True)
class Settled:
    """The state once the first of the waiting days count, and what each of them brought."""

    state: CheckInState
    days: tuple[Counted, ...]


def count_waiting(config: CheckInConfig, state: CheckInState, waiting: tuple[Waiting, ...]) -> Settled:
    """Let these days, the first of those that wait, count."""
    days: list[Counted] = []
    for each in waiting:
        days.append(count_last(config, state, each.day, each.percent, made_up=each.made_up))
        state = days[-1].state
    return Settled(state.model_copy(update={"waiting": state.waiting[len(waiting) :]}), tuple(days))


def settle(fact: Fact, view: View[CheckInConfig, CheckInState]) -> Iterator[Effect]:
    """Let the approved days count that no earlier one keeps waiting, as many as fit into one decision."""
    due = tuple(islice(takewhile(lambda each: each.approved, view.state.waiting), DAYS_A_SETTLE))
    if not due:
        return
    settled = count_waiting(view.config, view.state, due)
    points = sum(day.all_points for day in settled.days)
    yield Once(due[0].day.isoformat(), ALREADY_SIGNED)
    if points:
        yield Grant("points", points)
    for counted in settled.days:
        for reward, key in counted.rewards():
            yield Issue(reward, key, ALREADY_SIGNED)
    yield SetState(settled.state)
    yield Score("streak", max(day.run for day in settled.days))
    for each in due:
        if each.group is not None:
            yield sign_for(each.group, each.day, fact.at)
    yield from _settle_if_due(settled.state.waiting, fact)
