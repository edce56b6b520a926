"""What cannot be said of a reward, and where it is wrong."""

from collections.abc import Mapping
from typing import Any

import pytest

from siyu.errors import InvalidInput
from siyu.inputs import parse_json
from siyu.rewards import RewardKind
from siyu.rewards.terms import NewReward, RewardTerms, parse_details

PLAIN = {"title_zh": "杯子", "title_en": "Mug"}


def problems(
    said: Mapping[str, Any], model: type[RewardTerms] | type[NewReward] = RewardTerms
) -> list[tuple[str, ...]]:
    """The paths of what is wrong."""
    with pytest.raises(InvalidInput) as caught:
        parse_json(model, dict(said), ())
    return [problem.path for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("said", "path"),
    [
        ({"price_points": -1}, ("price_points",)),
        ({"price_points": "5"}, ("price_points",)),
        ({"price_fen": 100_000_001}, ("price_fen",)),
        ({"per_member": 0}, ("per_member",)),
        ({"period": "year"}, ("period",)),
        ({"tiers": [""]}, ("tiers", "0")),
        ({"tiers": ["t"] * 17}, ("tiers",)),
        ({"hold_s": 59}, ("hold_s",)),
        ({"title_zh": " "}, ("title_zh",)),
        ({"title_en": "a\0"}, ("title_en",)),
        ({"starts_at": "2026-12-01T00:00:00Z", "ends_at": "2026-12-01T00:00:00Z"}, ()),
        ({"starts_at": "2026-12-01T00:00:00"}, ("starts_at",)),
        ({"library": "friends"}, ()),
        ({"library": "friends", "step": 3, "price_points": 5}, ()),
        ({"library": "friends", "step": 3, "price_fen": 5}, ()),
        ({"stock": 5}, ("stock",)),
    ],
    ids=str,
)
def test_what_cannot_be_said_is_told_with_its_place(said: Mapping[str, Any], path: tuple[str, ...]) -> None:
    assert problems(PLAIN | said) == [path]


@pytest.mark.parametrize("key", ["Mug", "", "m" * 65, "杯", "-mug", "mug\n", None])
def test_what_is_no_key_is_told(key: object) -> None:
    assert problems({"key": key, "stock": -1}, NewReward) == [("key",), ("stock",)]


@pytest.mark.parametrize(
    ("kind", "details", "path"),
    [
        (RewardKind.GOODS, {"sku": "x", "colour": "red"}, "colour"),
        (RewardKind.POINTS, {"amount": 0}, "amount"),
        (RewardKind.PRIVILEGE, {"privilege": "crown", "name": "x"}, "privilege"),
        (RewardKind.PRIVILEGE, {"privilege": "title", "name": "x", "days": 0}, "days"),
        (RewardKind.CONTENT, {"url": "javascript:alert(1)"}, "url"),
        (RewardKind.COUPON, {}, "template"),
        (RewardKind.DONATION, {}, "recipient"),
        (RewardKind.EXPERIENCE, {"place": ""}, "place"),
    ],
)
def test_details_are_those_of_the_kind(kind: RewardKind, details: object, path: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_details(kind, details)
    assert [problem.path for problem in caught.value.problems] == [("details", path)]
