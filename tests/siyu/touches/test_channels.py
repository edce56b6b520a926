"""Which channel a touch is of."""

import pytest
from pydantic import ValidationError

from siyu.touches.channels import ChannelRules, channel_of
from siyu.touches.facts import TouchSeen
from siyu.touches.scenes import CHANNELS, SCENES_OF

OWN = ChannelRules.model_validate(
    {
        "channels": [{"key": "store_a", "title_zh": "A 店", "title_en": "Store A"}],
        "rules": [
            {"channel": "store_a", "utm_source": "Store-A"},
            {"channel": "scan", "utm_medium": "cpc", "utm_campaign": "spring"},
            {"channel": "group", "scenes": [1047, 1048]},
        ],
    }
)


@pytest.mark.parametrize(
    ("touch", "channel"),
    [
        ({"scene": 1008}, "group"),
        ({"scene": 1047}, "scan"),
        ({"scene": 1058}, "account"),
        ({"scene": 9999}, "other"),
        ({"utm": {"source": "WeCom"}}, "wecom"),
        ({"utm": {"source": "nobody knows"}}, "other"),
        ({"utm": {"source": "nobody knows"}, "scene": 1154}, "moments"),
        ({"utm": {"source": "mp", "medium": "cpc"}}, "ads"),
        ({"channel": "kiosk", "scene": 1008}, "kiosk"),
    ],
    ids=str,
)
def test_utm_goes_before_the_scene_and_what_is_said_outright_before_both(
    touch: dict[str, object], channel: str
) -> None:
    assert channel_of(TouchSeen.model_validate(touch), ChannelRules()) == channel


def test_the_shops_own_rules_go_first_and_ask_for_all_that_they_tell() -> None:
    def of(touch: dict[str, object]) -> str:
        return channel_of(TouchSeen.model_validate(touch), OWN)

    assert of({"utm": {"source": "STORE-A"}, "scene": 1008}) == "store_a"
    assert of({"scene": 1047}) == "group"
    assert of({"utm": {"medium": "cpc", "campaign": "SPRING"}}) == "scan"
    assert of({"utm": {"medium": "cpc", "campaign": "autumn"}}) == "ads"


def test_every_scene_is_of_one_channel_that_has_names_in_both_languages() -> None:
    scenes = [scene for group in SCENES_OF.values() for scene in group]
    assert len(scenes) == len(set(scenes)) > 100
    assert SCENES_OF.keys() <= CHANNELS.keys()
    assert all(title.zh and title.en for title in CHANNELS.values())


@pytest.mark.parametrize(
    "rules",
    [
        {"rules": [{"channel": "nowhere", "utm_source": "x"}]},
        {"rules": [{"channel": "group"}]},
        {"rules": [{"channel": "group", "scenes": []}]},
        {"rules": [{"channel": "group", "scenes": [7]}]},
        {"rules": [{"channel": "group", "utm_source": " x"}]},
        {"channels": [{"key": "a", "title_zh": "x", "title_en": "x"}] * 2},
        {"channels": [{"key": "A!", "title_zh": "x", "title_en": "x"}]},
    ],
    ids=str,
)
def test_rules_that_make_no_sense_are_refused(rules: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        ChannelRules.model_validate(rules)


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"utm": {}},
        {"device": "ios"},
        {"scene": 12},
        {"scene": "1047"},
        {"scene": 1047, "device": "toaster"},
        {"utm": {"source": "x" * 65}},
        {"utm": {"source": "a\nb"}},
        {"utm": {"sauce": "x"}},
        {"scene": 1047, "phone": "13800000000"},
    ],
    ids=str,
)
def test_a_touch_of_another_shape_is_refused(data: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        TouchSeen.model_validate(data)
