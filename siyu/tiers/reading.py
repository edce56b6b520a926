"""A ladder as an operator gives it, checked: each wrong rule of a tier is told with its place."""

from collections.abc import Mapping
from typing import Any

from siyu.inputs import parse_json
from siyu.rules import BadRule
from siyu.tiers.ladder import Ladder
from siyu.tiers.tier_rule import bounds_of


def checked_ladder(config: object, path: tuple[str, ...]) -> Ladder:
    """The ladder. Raises InvalidInput, and BadRule below the tier whose rule is none."""
    tiers: Any = config.get("tiers") if isinstance(config, Mapping) else None
    for place, tier in enumerate(tiers if isinstance(tiers, list) else ()):
        if isinstance(tier, Mapping) and isinstance(tier.get("rule"), str):
            try:
                bounds_of(tier["rule"])
            except BadRule as bad:
                raise BadRule(bad.rule_problems, (*path, "tiers", str(place), "rule")) from bad
    return parse_json(Ladder, config, path)
