"""Caps that can be agreed on, and those that cannot."""

from itertools import product
from typing import Any

import pytest
from pydantic import ValidationError

from siyu.sdk import CampaignTerms, Cap
from siyu.sdk.caps import CAP_LIMIT_MAX
from siyu.sdk.terms import CAPS_MAX

VALUE: dict[str, Any] = {"measure": "value", "unit": "points", "scope": "member", "period": "day", "limit": 5}
COUNT = VALUE | {"measure": "count", "unit": None}


@pytest.mark.parametrize("given", [VALUE, COUNT, VALUE | {"limit": 0}, COUNT | {"limit": CAP_LIMIT_MAX}])
def test_a_cap_comes_back_from_json_as_it_was(given: dict[str, Any]) -> None:
    terms = CampaignTerms(caps=(Cap.model_validate(given),))

    assert terms.caps[0].model_dump(mode="json") == given
    assert CampaignTerms.model_validate_json(terms.model_dump_json()) == terms


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"unit": None}, "a cap of value needs a unit"),
        ({"measure": "count"}, "a cap of a count has none"),
        ({"unit": ""}, "unit"),
        ({"unit": "x" * 11}, "unit"),
        ({"scope": "team"}, "must be campaign or member"),
        ({"period": "slot"}, "must be ever, day, week or month"),
        ({"limit": -1}, "limit"),
        ({"limit": CAP_LIMIT_MAX + 1}, "limit"),
        ({"limit": 1.5}, "limit"),
        ({"measure": "weight"}, "measure"),
        ({"refusal": "MINE"}, "refusal"),
    ],
)
def test_a_cap_that_cannot_be_is_refused(changes: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        Cap.model_validate(VALUE | changes)


def test_two_caps_of_one_thing_are_refused() -> None:
    with pytest.raises(ValidationError, match="two caps have one measure"):
        CampaignTerms.model_validate({"caps": [VALUE, VALUE | {"limit": 6}]})


def test_there_are_as_many_caps_as_allowed_and_no_more() -> None:
    kinds = product([VALUE, COUNT], ["campaign", "member"], ["ever", "day", "week", "month"])
    caps = [given | {"scope": scope, "period": period} for given, scope, period in kinds]

    assert len(CampaignTerms.model_validate({"caps": caps[:CAPS_MAX]}).caps) == CAPS_MAX
    with pytest.raises(ValidationError, match="at most 8"):
        CampaignTerms.model_validate({"caps": caps[: CAPS_MAX + 1]})
