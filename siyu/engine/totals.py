"""What logged effects come to: value by what was done with it."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

# Effects of the log that move value, each with what it is of where that is told, and the total they count in. Facts
# asked for, counters, teams and states move none: what comes of them are effects of other decisions.
COUNTED_AS: Mapping[tuple[str, str | None], str] = {
    ("grant", None): "granted",
    ("settle", None): "granted",
    ("reverse", None): "reversed",
    ("spend", None): "spent",
    ("reverse", "spend"): "returned",
}
# What of these a member has in the end; one row a total.
SIGNS: Mapping[str, int] = {"granted": 1, "reversed": -1, "spent": -1, "returned": 1}

# A unit and a total, such as ("points", "granted").
Totals = Counter[tuple[str, str]]


def totals_of(effects: Iterable[Mapping[str, Any]]) -> Totals:
    """The amounts of some effects, by unit and total."""
    totals: Totals = Counter()
    for effect in effects:
        total = COUNTED_AS.get((effect["kind"], effect.get("of")))
        # A settlement of no open hold has no unit.
        if total is not None and effect["unit"] is not None:
            totals[effect["unit"], total] += effect["amount"]
    return totals


def by_unit(totals: Totals) -> dict[str, dict[str, int]]:
    """Totals as plain JSON, every total of a unit that occurs, in one order."""
    units = sorted({unit for unit, _ in totals})
    return {unit: {total: totals[unit, total] for total in SIGNS} for unit in units}


def net(totals: Totals, unit: str) -> int:
    """What is left with the members of what the campaign gave and took."""
    return sum(sign * totals[unit, total] for total, sign in SIGNS.items())
