"""What decisions of the past and of a replay are compared by."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from siyu.campaigns import AnyCampaignType
from siyu.engine.facts import ArrivedFact, NewFact
from siyu.engine.outcome import Decision
from siyu.sdk import Refund
from siyu.sdk.core_facts import REFUND_REQUESTED

INCOMPARABLE = frozenset({"pending", "changed"})
# What names a follow-up in the past and in the replay alike: its type, the member and the time it happens at.
Name = tuple[str, UUID, datetime]


class Verdict(NamedTuple):
    """What a decision comes to: its effects or the code of its refusal. Nothing decided and nothing done are one.

    Left out are the ids of facts asked for, which are others every time, and whether a tag was new to the member, since
    a replay starts from the tags of today.
    """

    effects: tuple[Mapping[str, Any], ...] = ()
    refusal: str | None = None


def verdict_of(decision: Decision | None) -> Verdict:
    """The verdict of a decision, or of none."""
    if decision is None:
        return Verdict()
    return Verdict(tuple(map(_comparable, decision.effects)), decision.refusal.code if decision.refusal else None)


def _comparable(effect: Mapping[str, Any]) -> Mapping[str, Any]:
    if INCOMPARABLE.isdisjoint(effect):
        return effect
    return {name: value for name, value in effect.items() if name not in INCOMPARABLE}


def follow_ups_of(kind: AnyCampaignType) -> frozenset[str]:
    """The types of the facts that campaigns of a type can ask for."""
    own = frozenset(map(kind.own_fact, (*kind.timers, *kind.emits)))
    return own | {REFUND_REQUESTED} if Refund in kind.effects else own


class FollowUps:
    """What the campaign asks for in a replay, beside the past's own follow-ups that are still `to_come`.

    What the past has, happens when it did there: a timer that is due waits until it fired then, which counters tell.
    """

    def __init__(self, to_come: Counter[Name]) -> None:
        self._to_come = to_come
        self._waiting: dict[Name, list[ArrivedFact]] = {}
        self._decided: list[tuple[NewFact, Verdict]] = []

    def leave(self, fact: ArrivedFact) -> bool:
        """Have a fact that is due wait for the past's own; False where the past has none for it."""
        name = _name(fact.new)
        if not self._to_come[name]:
            return False
        self._to_come[name] -= 1
        self._waiting.setdefault(name, []).append(fact)
        return True

    def meet(self, past: ArrivedFact) -> ArrivedFact | None:
        """What has waited for this one, with its id and time; None where the replay has not asked for it."""
        name = _name(past.new)
        waiting = self._waiting.get(name)
        if waiting is None:
            self._to_come[name] -= 1
            return None
        place = next((place for place, fact in enumerate(waiting) if fact.new.data == past.new.data), 0)
        found = waiting.pop(place)
        if not waiting:
            del self._waiting[name]
        return replace(found, id=past.id, arrived_at=past.arrived_at)

    def note(self, fact: NewFact, verdict: Verdict) -> None:
        """What the past has no fact for has been decided."""
        self._decided.append((fact, verdict))

    def unmatched(self) -> Sequence[tuple[NewFact, Verdict]]:
        """What the past has no fact for, in the order it was decided in."""
        return self._decided


def _name(fact: NewFact) -> Name:
    return fact.type, fact.member_id, fact.at
