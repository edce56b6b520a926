"""What came of one fact on a stage."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from siyu.sdk.effects import Effect
from siyu.sdk.facts import Fact


class Played(NamedTuple):
    """One fact and what the campaign decided about it.

    `effects` are those that happened: none where `refusal` is the code of a refusal, the campaign's or the core's.
    `log` is what the decision log keeps of them; there a `Reverse` and a `Settle` say what they moved, and what they
    `asked` for.
    `followed` are the facts that followed from this one by `Emit`, by a `Schedule` due at once or by a `Refund`, in the
    order in which they were decided.
    """

    fact: Fact
    effects: tuple[Effect, ...] = ()
    log: tuple[Mapping[str, Any], ...] = ()
    refusal: str | None = None
    missing: Mapping[str, Any] = {}
    followed: tuple["Played", ...] = ()

    def granted(self, unit: str = "points") -> int:
        """What this decision granted of a unit, settled holds included; negative where it took back more than that.

        What the member spent, or was given back of it, is none of this.
        """
        signs = {"grant": 1, "settle": 1, "reverse": -1}
        moved = [entry for entry in self.log if entry.get("unit") == unit and entry.get("of") != "spend"]
        return sum(signs.get(entry["kind"], 0) * entry["amount"] for entry in moved)
