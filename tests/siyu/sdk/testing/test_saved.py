"""The check `configs_can_be_saved`: what a shop refuses when a campaign is saved."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest
from pydantic import BaseModel, Field, field_validator

from siyu.campaigns import AnyCampaignType
from siyu.campaigns.checking import check_settings
from siyu.errors import InvalidInput
from siyu.sdk import Action, ActionKind, CampaignConfig, ConfigProblem, Reverse, RewardRule, Text
from siyu.sdk.testing import CampaignIsNotSound, campaign_tests
from tests.siyu.sdk.testing.planted import SOUND

WRONG = Text(zh="不行", en="not so")
COMMISSION = RewardRule("commission", "order.paid", level=1)


class Prize(BaseModel):
    """A place within the config."""

    stock: int = 1


class Config(CampaignConfig):
    """Fields of several depths."""

    points: int = 5
    prizes: tuple[Prize, ...] = (Prize(), Prize(stock=0))
    by_tier: dict[str, int] = Field(default_factory=lambda: {"gold": 2})


def problems(kind: AnyCampaignType, *configs: CampaignConfig) -> list[str]:
    """What the check has against the type."""
    try:
        campaign_tests(kind, configs=configs)("configs_can_be_saved")
    except CampaignIsNotSound as error:
        return list(error.problems["configs_can_be_saved"])
    return []


def minding(*found: Any) -> AnyCampaignType:
    """A type that finds these problems of a config with fewer than 10 points, whatever they are."""

    def validate(config: Any) -> Iterable[Any]:
        return found if config.points < 10 else ()

    return replace(SOUND, config=Config, validate=validate)


def declaring(*rules: Any, **fields: Any) -> AnyCampaignType:
    """A type that declares to reward this."""
    return replace(SOUND, rewards=lambda config: rules, **fields)


def test_what_a_shop_would_save_is_fine() -> None:
    assert problems(SOUND) == problems(minding()) == problems(declaring(RewardRule("points", "order.paid"))) == []
    check_settings(minding(), {}, None)


@pytest.mark.parametrize("path", [(), ("points",), ("prizes",), ("prizes", "1", "stock"), ("by_tier", "gold")])
def test_a_refused_default_is_told_with_its_sentence(path: tuple[str, ...]) -> None:
    kind = minding(ConfigProblem(path, WRONG))

    assert problems(kind) == [f"the default config: validate refuses it: {'.'.join(path)}{': ' if path else ''}not so"]
    with pytest.raises(InvalidInput, match="not so"):
        check_settings(kind, {}, None)


@pytest.mark.parametrize(
    "path", [("point",), ("prizes", "2"), ("prizes", "stock"), ("prizes", 1), ("by_tier", "silver"), "points", None]
)
def test_a_path_leads_to_a_field(path: Any) -> None:
    [problem] = problems(minding(ConfigProblem(path, WRONG)))

    assert problem == f"the default config: validate names {path!r}, and the config has no such field"


def test_a_config_that_is_to_be_refused_may_be_given() -> None:
    kind = minding(ConfigProblem(("points",), WRONG))
    higher = replace(kind, config=type("Higher", (Config,), {"__annotations__": {"points": int}, "points": 20}))

    assert problems(higher, Config(points=3)) == []
    lost = replace(higher, validate=minding(ConfigProblem(("point",), WRONG)).validate)
    [problem] = problems(lost, Config(points=3))
    assert problem.startswith("Config(points=3")


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (minding("points"), "validate answered 'points', which is no ConfigProblem with a Text"),
        (minding(ConfigProblem((), "too few")), "which is no ConfigProblem with a Text"),  # type: ignore[arg-type]  # junk on purpose
        (minding(ConfigProblem((), Text(zh="no", en="no"))), "zh is not Chinese"),
        (replace(SOUND, validate=lambda config: 1 / 0), "validate failed: ZeroDivisionError"),
        (replace(SOUND, validate=lambda config: None), "validate failed: TypeError"),
        (replace(SOUND, rewards=lambda config: 1 / 0), "rewards failed: ZeroDivisionError"),
        (declaring("points"), "rewards answered 'points', which is no RewardRule"),
        (declaring(RewardRule("points", "wx.share")), "NO_REWARD_FOR_SHARING: no reward for the act of sharing"),
        (
            declaring(RewardRule("points", "wave.wave"), actions=(Action("wave", WRONG, kind=ActionKind.SHARE),)),
            "NO_REWARD_FOR_SHARING",
        ),
        (declaring(COMMISSION), "COMMISSION_IS_TAKEN_BACK"),
        (declaring(COMMISSION._replace(level=3)), "COMMISSION_LEVELS: commission of level 3, but at most 2"),
        (declaring(COMMISSION._replace(fact="member.joined")), "NO_REWARD_FOR_RECRUITING"),
    ],
)
def test_what_a_shop_minds_is_said(kind: AnyCampaignType, said: str) -> None:
    assert any(said in problem for problem in problems(kind))


def test_two_levels_of_commission_can_be_agreed() -> None:
    settles = {"settles": frozenset({"order.refunded"}), "effects": SOUND.effects | {Reverse}}

    assert problems(declaring(COMMISSION, COMMISSION._replace(level=2), **settles)) == []


class Torn(CampaignConfig):
    """A model that refuses its own default."""

    points: int = Field(default=5, title="Points", validate_default=True)

    @field_validator("points")
    @classmethod
    def are_enough(cls, points: int) -> int:
        """Five are not."""
        if points < 10:
            raise ValueError("five are too few")
        return points


class Needy(CampaignConfig):
    """A model without a default."""

    points: int


def test_a_default_that_its_model_refuses_is_told() -> None:
    assert problems(replace(SOUND, config=Torn)) == [
        "the default config is refused: points: Value error, five are too few"
    ]
    assert problems(replace(SOUND, config=Needy)) == []
