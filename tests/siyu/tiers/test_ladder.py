"""Ladders as operators write them: what is accepted, and what is told where something is wrong."""

import json
from typing import Any

import pytest

from siyu.errors import InvalidInput
from siyu.inputs import parse_json
from siyu.tiers.ladder import Ladder
from siyu.tiers.live import parse_stored, to_json
from siyu.tiers.presets import COMMUNITY, PRESETS
from tests.siyu.tiers.ladders import LADDERS

WORDS = {"zh": "字", "en": "words"}
BASE = {"key": "base", "title": WORDS}


def tier(key: str, at_least: int = 100, **more: Any) -> dict[str, Any]:
    """A tier for spending in total."""
    return {"key": key, "title": WORDS, "any_of": [{"measure": "spend_total", "at_least": at_least}], **more}


@pytest.mark.parametrize("ladder", LADDERS.values(), ids=LADDERS)
def test_a_ladder_is_stored_whole(ladder: Ladder) -> None:
    assert parse_stored(to_json(ladder)) == ladder


def test_the_presets_are_the_handbooks() -> None:
    silver, gold = COMMUNITY.tiers[1:]
    assert [tier.key for tier in COMMUNITY.tiers] == ["bronze", "silver", "gold"]
    assert [condition.at_least for condition in (*silver.any_of, *gold.any_of)] == [30_000, 200_001]
    assert [tier.key for tier in PRESETS["retail"].tiers] == ["regular", "silver", "gold", "black"]


@pytest.mark.parametrize(
    ("tiers", "told"),
    [
        pytest.param([BASE], "at least 2", id="one tier"),
        pytest.param([BASE, tier("base")], "one key", id="one key twice"),
        pytest.param([tier("low"), tier("high")], "the lowest tier has no conditions", id="no ground"),
        pytest.param([BASE, {"key": "high", "title": WORDS}], "must have a condition", id="asks for nothing"),
        pytest.param([BASE, tier("low", 200), tier("high", 100)], "asks less", id="asks less"),
        pytest.param(
            [BASE, tier("low", privileges={"discount_percent": 10}), tier("high", 200)],
            "lower discount",
            id="gives less",
        ),
        pytest.param([BASE, tier("high", grace_days=3)], "never reviewed", id="grace without a review"),
        pytest.param([BASE, tier("high", review="week")], "month", id="an unknown period"),
        pytest.param([BASE, tier("high", at_least=0)], "greater than or equal to 1", id="nothing"),
        pytest.param([BASE, tier("high", all_of=[{"measure": "interactions", "at_least": 3}])], "days", id="no window"),
        pytest.param(
            [BASE, tier("high", all_of=[{"measure": "growth", "at_least": 3, "days": 7}])], "days", id="a window"
        ),
        pytest.param([BASE, tier("high", colour="red")], "Extra inputs", id="an unknown field"),
        pytest.param([BASE, tier("HIGH")], "match pattern", id="a bad key"),
    ],
)
def test_what_is_wrong_is_told(tiers: list[dict[str, Any]], told: str) -> None:
    with pytest.raises(InvalidInput, match=told):
        parse_json(Ladder, json.loads(json.dumps({"tiers": tiers})), ("config",))
