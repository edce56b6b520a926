"""What logged effects come to: value by what was done with it."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

# Effects of the log that move value, and the total they count in; one row a kind. Facts asked for, counters, teams and
# states move none: what comes of them are effects of other decisions.
COUNTED_AS: Mapping[str, str] = {"grant": "granted", "settle": "granted", "reverse": "reversed"}
# What of these a member has in the end; one row a total.
SIGNS: Mapping[str, int] = {"granted": 1, "reversed": -1}

# A unit and a total, such as ("points", "granted").
Totals = Counter[tuple[str, str]]


def totals_of(effects: Iterable[Mapping[str, Any]]) -> Totals:
    """The amounts of some effects, by unit and total."""
    totals: Totals = Counter()
    for effect in effects:
        total = COUNTED_AS.get(effect["kind"])
        # What a settlement drops has no unit; what was spent and is given back was no grant.
        if total is not None and effect["unit"] is not None and effect.get("of") != "spend":
            totals[effect["unit"], total] += effect["amount"]
    return totals


def by_unit(totals: Totals) -> dict[str, dict[str, int]]:
    """Totals as plain JSON, every total of a unit that occurs, in one order."""
    units = sorted({unit for unit, _ in totals})
    return {unit: {total: totals[unit, total] for total in SIGNS} for unit in units}


def net(totals: Totals, unit: str) -> int:
    """What is left with the members."""
    return sum(sign * totals[unit, total] for total, sign in SIGNS.items())
