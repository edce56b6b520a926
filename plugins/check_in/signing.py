"""The decision of a sign-in, and which decision each fact asks for."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from plugins.check_in.config import WHOLE_PERCENT, CheckInConfig
from plugins.check_in.counting import count_last
from plugins.check_in.groups import GROUP_BONUS_FACT, GROUP_SIGN_FACT, count_member, group_of, sign_for, take_bonus
from plugins.check_in.making_up import MAKE_UP_FACT, make_up
from plugins.check_in.proof import seen
from plugins.check_in.state import CheckInState
from plugins.check_in.waiting import REVIEWED_FACT, SETTLE_FACT, hear_verdict, settle, wait
from siyu.sdk import Effect, Fact, Once, Refuse, Score, SetState, View

SIGN_FACT = "check_in.sign"

ALREADY_SIGNED = "ALREADY_SIGNED"
DAY_IS_PAST = "DAY_IS_PAST"

CheckInView = View[CheckInConfig, CheckInState]


def decide(fact: Fact, view: CheckInView) -> Iterator[Effect]:
    """What the fact brings: most are sign-ins."""
    return (sign if fact.type == SIGN_FACT else OTHERS[fact.type])(fact, view)


def sign(fact: Fact, view: CheckInView) -> Iterator[Effect]:
    """Sign the member in for the fact's day, or say why not.

    Every member comes this way every day: what most configs do not ask for costs no call.
    """
    state, config, day = view.state, view.config, fact.day
    claimed = state.claimed_day
    if claimed is not None and day <= claimed:
        yield Refuse(ALREADY_SIGNED if day == claimed else DAY_IS_PAST)
        return
    shown: Mapping[str, Any] = {}
    if config.proof != "none":
        found = seen(config, fact.data)
        if isinstance(found, Refuse):
            yield found
            return
        shown = found
    percent = config.percent_of(view.features.tier) if config.tier_multipliers else WHOLE_PERCENT
    group = group_of(config.groups, view.features) if config.groups is not None else None
    if config.review or state.waiting:
        yield from wait(fact, config, state, percent, group, shown)
        return
    counted = count_last(config, state, day, percent)
    yield Once(day.isoformat(), ALREADY_SIGNED)
    yield from counted.effects(ALREADY_SIGNED)
    yield SetState(counted.state)
    yield Score("streak", counted.run)
    if group is not None:
        yield sign_for(group, day, fact.at)


OTHERS: Mapping[str, Callable[[Fact, CheckInView], Iterator[Effect]]] = {
    MAKE_UP_FACT: make_up,
    REVIEWED_FACT: hear_verdict,
    SETTLE_FACT: settle,
    GROUP_SIGN_FACT: count_member,
    GROUP_BONUS_FACT: take_bonus,
}
