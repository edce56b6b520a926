"""Guards: what must hold of the view for a decision to stand, asked of all its effects before any is carried out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from siyu.campaigns.counters import CounterKey
from siyu.campaigns.reservations import ReservationState
from siyu.engine.outcome import Refusal
from siyu.engine.scene import Scene


@dataclass(slots=True)
class Draft:
    """What the effects before this one would take and change, so that two of a decision cannot share what is left.

    `keys` are reservations of the member whose state they would change. What they would free counts for nothing.
    `tags` are the member's as they would be; None before the first effect on them.
    """

    taken: dict[CounterKey, int] = field(default_factory=dict)
    keys: dict[str, ReservationState] = field(default_factory=dict)
    tags: set[str] | None = None


# Answers with the refusal that the whole decision becomes, or None; notes in the draft what its effect would do.
# Raises InvalidEffect for what can never be.
Guard = Callable[[Scene, Draft, Any], Refusal | None]
# Where in the decision the effect is, and its guard.
PlacedGuard = tuple[int, Guard]


def first_refusal(scene: Scene, guards: Sequence[PlacedGuard], effects: Sequence[Any]) -> Refusal | None:
    """The refusal of the first guard that does not hold, in the order of the effects."""
    draft = Draft()
    for place, guard in guards:
        refusal = guard(scene, draft, effects[place])
        if refusal is not None:
            return refusal
    return None
