"""What is wrong with the counters and teams that a campaign type declares."""

import re
from collections.abc import Iterator
from typing import Any

from siyu.sdk.campaign import CampaignType
from siyu.sdk.counters import COUNTERS_MAX, Counter, Period, Scope
from siyu.sdk.effects import Confirm, Release, Reserve, SetTeam

NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
NAME_LENGTH_MAX = 32

# Whether the problem is there, and its sentence.
Told = tuple[bool, str]


def counter_problems(kind: CampaignType[Any, Any]) -> Iterator[Told]:
    """Every problem there can be, each with whether it is there."""
    names = [counter.name for counter in kind.counters]
    reserving = bool(kind.effects & {Reserve, Release, Confirm})
    yield len(names) > COUNTERS_MAX, f"it has more than {COUNTERS_MAX} counters"
    yield len(set(names)) < len(names), f"two of its counters have one name: {names}"
    yield reserving and not names, "it has Reserve, Release or Confirm among its effects but no counters"
    yield bool(names) and Reserve not in kind.effects, "it has counters but no Reserve effect"
    yield (
        (SetTeam in kind.effects) != (kind.team is not None),
        "it needs both the SetTeam effect and `team`, or neither",
    )
    if kind.team is not None:
        unknown = sorted(kind.team.hidden - kind.team.state.model_fields.keys())
        yield bool(unknown), f"its teams' state has no such fields to hide: {unknown}"
    for counter in kind.counters:
        for applies, problem in _problems_of(kind, counter):
            yield applies, f"its counter {counter.name!r} {problem}"


def _problems_of(kind: CampaignType[Any, Any], counter: Counter[Any]) -> Iterator[Told]:
    item = counter.scope is Scope.ITEM
    yield (
        not NAME.fullmatch(counter.name) or len(counter.name) > NAME_LENGTH_MAX,
        "has a name that is not short snake_case",
    )
    yield counter.refusal not in kind.refusals, f"refuses with {counter.refusal!r}, which is not among the refusals"
    without = counter.field is None and counter.subjects is None
    yield item and without, "is of scope ITEM and needs a `field`, or `subjects` that every fact names"
    yield not item and counter.field is not None, "has a `field`, which scope ITEM alone has"
    yield not item and counter.subjects is not None, "has `subjects`, which scope ITEM alone has"
    yield counter.scope is Scope.TEAM and kind.team is None, "is of scope TEAM, and the type has no teams"
    yield counter.period is Period.SLOT and kind.slot_of is None, "has slots, and the type no `slot_of`"
    yield counter.stock and counter.scope in {Scope.MEMBER, Scope.TEAM}, "can be no stock in its scope"
    yield counter.stock and item and counter.subjects is None, "is an ITEM stock and needs `subjects`"
    yield from ((applies, f"has `hints`, and {problem}") for applies, problem in _hint_problems(kind, counter))


def _hint_problems(kind: CampaignType[Any, Any], counter: Counter[Any]) -> Iterator[Told]:
    if counter.hints:
        item = counter.scope is Scope.ITEM
        yield counter.scope in {Scope.MEMBER, Scope.TEAM}, "what others have used up is no hint in its scope"
        yield item and counter.field is None, "needs a `field` that names the item"
        yield not counter.hints <= kind.refusals.keys(), "not all of them are among the refusals"
