"""Facts that campaigns have asked for and that are still to be decided: timers and emitted facts, in memory."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from siyu.sdk.core_facts import REFUND_REQUESTED

# Of facts that follow from one another without a pause, so many come after the first.
EMIT_DEPTH_MAX = 4

# What campaigns ask of the core: no campaign decides about it, so it waits for none.
CORE_TYPES = frozenset({REFUND_REQUESTED})

# A campaign, a member and the timer's name.
TimerKey = tuple[UUID, UUID, str]


class PendingFact(NamedTuple):
    """A fact about a member that a campaign asked for, as its row has it; `timer_key` is None for an emitted one.

    It happens at `due_at`, which for an emitted fact has passed. `depth` counts the facts that it follows from.
    """

    id: UUID
    type: str
    member_id: UUID
    campaign_id: UUID
    data: Mapping[str, Any]
    timer_key: str | None
    depth: int
    due_at: datetime
    created_at: datetime

    @property
    def idempotency_key(self) -> str:
        """The key of the fact that it becomes."""
        return f"{'emit' if self.timer_key is None else 'timer'}/{self.id}"

    @property
    def timer(self) -> TimerKey | None:
        """What names it among the timers; None for an emitted fact."""
        return None if self.timer_key is None else (self.campaign_id, self.member_id, self.timer_key)

    def is_due(self) -> bool:
        """Whether it was due when it was asked for."""
        return self.due_at <= self.created_at


class PendingFacts:
    """What a batch of facts asks for and takes back, and the timers that it is deciding about."""

    def __init__(self) -> None:
        self._emitted: list[PendingFact] = []
        self._scheduled: dict[TimerKey, PendingFact] = {}
        self._firing: dict[TimerKey, UUID] = {}
        # Timers that are no more, if there were any: cancelled, or replaced.
        self.ended: set[TimerKey] = set()
        # Taken back by another fact of the batch that was about to decide them.
        self.withdrawn: set[UUID] = set()

    def emit(self, fact: PendingFact) -> None:
        """Ask for a fact."""
        self._emitted.append(fact)

    def schedule(self, key: TimerKey, fact: PendingFact) -> None:
        """Set a timer, in the place of one with that key."""
        self.cancel(key)
        self._scheduled[key] = fact

    def cancel(self, key: TimerKey) -> None:
        """Take a timer back, also one that is due in this very batch."""
        self.ended.add(key)
        self._scheduled.pop(key, None)
        firing = self._firing.pop(key, None)
        if firing is not None:
            self.withdrawn.add(firing)

    def expect(self, fact: PendingFact) -> None:
        """Know of a pending fact that this batch is going to decide."""
        if fact.timer is not None:
            self._firing[fact.timer] = fact.id

    def is_withdrawn(self, fact: PendingFact) -> bool:
        """Whether a fact decided before it has taken it back; from now on it cannot be any more."""
        if fact.timer is not None and fact.id not in self.withdrawn:
            self._firing.pop(fact.timer, None)
        return fact.id in self.withdrawn

    def asked_for(self) -> list[PendingFact]:
        """What is to be written."""
        return [*self._emitted, *self._scheduled.values()]
