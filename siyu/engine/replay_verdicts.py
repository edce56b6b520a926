"""What decisions of the past and of a replay are compared by."""

from collections import deque
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from siyu.campaigns import AnyCampaignType
from siyu.engine.facts import NewFact
from siyu.engine.outcome import Decision

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
    return frozenset(map(kind.own_fact, (*kind.timers, *kind.emits)))


class FollowUps:
    """What a replay made of facts that the campaign asked for, until the past's own ones come."""

    def __init__(self) -> None:
        self._verdicts: dict[Name, deque[tuple[NewFact, Verdict]]] = {}

    def note(self, fact: NewFact, verdict: Verdict) -> None:
        """A follow-up has been decided."""
        self._verdicts.setdefault(_name(fact), deque()).append((fact, verdict))

    def match(self, past: NewFact) -> Verdict:
        """What came of the first such fact that is not matched; nothing where the replay has none."""
        found = self._verdicts.get(_name(past))
        if found is None:
            return Verdict()
        _, verdict = found.popleft()
        if not found:
            del self._verdicts[_name(past)]
        return verdict

    def unmatched(self) -> Iterator[tuple[NewFact, Verdict]]:
        """What the past has no fact for, in the order it was decided in."""
        for found in self._verdicts.values():
            yield from found


def _name(fact: NewFact) -> Name:
    return fact.type, fact.member_id, fact.at
