"""The pytest plugin, which comes with siyu: the fixture `stage`, and effects compared line by line."""

from collections.abc import Callable, Sequence
from itertools import zip_longest
from typing import Any, TypeGuard

import pytest

from siyu.sdk.effects import EFFECT_TYPES
from siyu.sdk.testing.stage import Stage


@pytest.fixture
def stage() -> Callable[..., Stage[Any, Any]]:
    """Opens stages: `stage(MY_CAMPAIGN, MyConfig(points=5))`."""
    return Stage


def pytest_assertrepr_compare(op: str, left: object, right: object) -> list[str] | None:
    """Say of two unequal rows of effects which of them differ; of anything else nothing."""
    if op != "==" or not (_are_effects(left) and _are_effects(right)):
        return None
    lines = ["the effects differ (- happened, + expected)"]
    for happened, expected in zip_longest(left, right):
        if happened == expected:
            lines.append(f"  {happened!r}")
            continue
        lines += [f"{sign} {effect!r}" for sign, effect in (("-", happened), ("+", expected)) if effect is not None]
    return lines


def _are_effects(value: object) -> TypeGuard[Sequence[object]]:
    return isinstance(value, tuple | list) and all(isinstance(item, EFFECT_TYPES) for item in value)
