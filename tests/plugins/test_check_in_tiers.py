"""Members of a tier get more of the check-in's table."""

from datetime import date, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from plugins.check_in.campaign import CHECK_IN
from plugins.check_in.config import CheckInConfig, Milestone, TierMultiplier
from siyu.sdk.testing import Stage

CONFIG = CheckInConfig(
    streak_points=(5, 1),
    continuous_milestones=(Milestone(days=2, points=100),),
    tier_multipliers=(TierMultiplier(tier="gold", percent=150), TierMultiplier(tier="iron", percent=50)),
)
FIRST = date(2026, 11, 2)


@pytest.mark.parametrize(
    ("tier", "points"),
    [
        pytest.param("gold", [7, 101], id="one and a half times, rounded down"),
        pytest.param("iron", [2, 100], id="half of one point is none; milestones stay as they are"),
        pytest.param("silver", [5, 101], id="a tier without a multiplier"),
        pytest.param(None, [5, 101], id="no tier"),
    ],
)
def test_the_table_is_multiplied_by_tier(tier: str | None, points: list[int]) -> None:
    stage = Stage(CHECK_IN, CONFIG)
    stage.member("lin", tier=tier)

    for offset, expected in enumerate(points):
        stage.go_to(f"{FIRST + timedelta(days=offset)}T12:00")
        assert stage.act("lin", "sign").granted() == expected


def test_the_tier_is_that_of_the_day() -> None:
    stage = Stage(CHECK_IN, CONFIG)
    stage.act("lin", "sign")
    stage.member("lin", tier="gold")
    stage.wait(days=2)

    assert stage.act("lin", "sign").granted() == 7


def test_a_check_in_without_multipliers_asks_for_no_tier() -> None:
    assert CHECK_IN.features is not None
    assert [CHECK_IN.features(config) for config in (CheckInConfig(), CONFIG)] == [False, True]


@pytest.mark.parametrize(
    "multipliers",
    [
        [{"tier": "gold", "percent": 0}],
        [{"tier": "gold", "percent": 1_001}],
        [{"tier": "", "percent": 100}],
        [{"tier": "gold", "percent": 150}, {"tier": "gold", "percent": 200}],
        [{"tier": f"t{n}", "percent": 150} for n in range(33)],
    ],
)
def test_impossible_multipliers_are_refused(multipliers: list[dict[str, Any]]) -> None:
    with pytest.raises(ValidationError):
        CheckInConfig.model_validate({"tier_multipliers": multipliers})
