"""What campaigns asked for on a rehearsal and what has not happened yet."""

from collections import deque
from datetime import datetime
from heapq import heappop, heappush
from uuid import UUID

from siyu.campaigns.pending import PendingFact, PendingFacts, TimerKey


class Agenda:
    """Pending facts in the order in which they are to be decided, in memory.

    What is due at once comes first, in the order it was asked for; timers by when they are due. A timer that was taken
    back or replaced stays where it is and is passed over.
    """

    def __init__(self) -> None:
        self._at_once: deque[PendingFact] = deque()
        self._later: list[tuple[datetime, UUID, PendingFact]] = []
        # Which timer of a key still holds.
        self._timers: dict[TimerKey, UUID] = {}

    def note(self, asked: PendingFacts) -> None:
        """Take back the timers that a decision ended, and enter what it asked for."""
        for key in asked.ended:
            self._timers.pop(key, None)
        for fact in asked.asked_for():
            self.enter(fact)

    def enter(self, fact: PendingFact) -> None:
        """Enter one fact, a timer in the place of one with its key."""
        if fact.timer is not None:
            self._timers[fact.timer] = fact.id
        if fact.is_due():
            self._at_once.append(fact)
        else:
            heappush(self._later, (fact.due_at, fact.id, fact))

    def take_next(self, until: datetime) -> PendingFact | None:
        """What is to be decided next of all that is due by then; it is not on the agenda any more."""
        while self._at_once:
            fact = self._at_once.popleft()
            if self._holds(fact):
                return fact
        while self._later and self._later[0][0] <= until:
            fact = heappop(self._later)[2]
            if self._holds(fact):
                return fact
        return None

    def _holds(self, fact: PendingFact) -> bool:
        """Whether nobody took it back; a timer ends with this."""
        if fact.timer is None:
            return True
        if self._timers.get(fact.timer) != fact.id:
            return False
        del self._timers[fact.timer]
        return True
