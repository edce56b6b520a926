"""Every kind of effect in the decision log: of campaigns and of desks."""

from collections.abc import Mapping
from typing import Any

from schema.types.coupon_effects import COUPON_EFFECTS
from schema.types.effect import EFFECTS
from schema.types.effect_interface import Effect
from schema.types.merge_effects import MERGE_EFFECTS
from schema.types.reward_effects import REWARD_EFFECTS

ALL_EFFECTS: Mapping[str, type[Effect]] = {**EFFECTS, **COUPON_EFFECTS, **REWARD_EFFECTS, **MERGE_EFFECTS}


def effect_object(logged: Mapping[str, Any]) -> Effect:
    """An effect from the decision log."""
    return ALL_EFFECTS[logged["kind"]].from_log(logged)
