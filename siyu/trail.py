"""What one operation, or one batch of facts, came through: its facts, its batches, its calls of PostgreSQL and Redis.

Texts of calls are the code's own: never parameters, which may be personal data.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from time import monotonic
from typing import NamedTuple
from uuid import UUID

# An operation that asks more often is told by its first calls and their number.
CALLS_MAX = 64
FACTS_MAX = 16
BATCHES_MAX = 16


class Call(NamedTuple):
    """One question to PostgreSQL (`text` is the SQL) or Redis (the command); `ended_s` is of the monotonic clock."""

    system: str
    text: str
    ended_s: float
    seconds: float


@dataclass(slots=True)
class Trail:
    """What is noted on the way; `calls` has the first CALLS_MAX of `calls_made`."""

    began_s: float = field(default_factory=monotonic)
    ended_s: float = 0.0
    facts: list[UUID] = field(default_factory=list)
    batches: list["Trail"] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    calls_made: int = 0

    def end(self) -> None:
        """Note that it is over."""
        self.ended_s = monotonic()

    @property
    def seconds(self) -> float:
        """How long it took."""
        return self.ended_s - self.began_s

    def add_fact(self, fact_id: UUID) -> None:
        """A fact was entered, or answered by an earlier one of this id."""
        if len(self.facts) < FACTS_MAX:
            self.facts.append(fact_id)

    def add_batch(self, batch: "Trail") -> None:
        """One of its facts was decided in this batch."""
        if len(self.batches) < BATCHES_MAX:
            self.batches.append(batch)


_FOLLOWED: ContextVar[Trail | None] = ContextVar("trail", default=None)


def followed() -> Trail | None:
    """The trail of what runs now; None where nobody follows it."""
    return _FOLLOWED.get()


@contextmanager
def following(trail: Trail) -> Iterator[None]:
    """Note on the trail what happens inside; it ends with the block."""
    token = _FOLLOWED.set(trail)
    try:
        yield
    finally:
        _FOLLOWED.reset(token)
        trail.end()


def note_call(system: str, text: str, seconds: float) -> None:
    """A call that has just ended and took so long."""
    trail = _FOLLOWED.get()
    if trail is None:
        return
    trail.calls_made += 1
    if len(trail.calls) < CALLS_MAX:
        trail.calls.append(Call(system, text, monotonic(), seconds))
