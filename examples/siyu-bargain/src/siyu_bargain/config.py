"""What an operator sets for a bargain, and how much there is of everything."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from siyu.sdk import CampaignConfig, ConfigProblem, Counter, Period, RewardRule, Scope, Text

PRICE_FEN_MAX = 100_000_000
CUTS_MAX = 50
HOURS_MAX = 7 * 24
STOCK_MAX = 1_000_000


class BargainConfig(CampaignConfig):
    """The fields draw the operator's form."""

    reward: Annotated[str, Field(min_length=1, max_length=64)] = Field(
        default="bargain",
        title="Reward",
        description="The name under which the shop hands over the right to buy at the floor price.",
    )
    price_fen: Annotated[int, Field(ge=1, le=PRICE_FEN_MAX)] = Field(default=19_900, title="Price (fen)")
    floor_fen: Annotated[int, Field(ge=0, le=PRICE_FEN_MAX)] = Field(default=9_900, title="Floor price (fen)")
    cuts: Annotated[int, Field(ge=1, le=CUTS_MAX)] = Field(default=10, title="Cuts to the floor price")
    hours: Annotated[int, Field(ge=1, le=HOURS_MAX)] = Field(default=24, title="Hours to get there")
    stock: Annotated[int, Field(ge=0, le=STOCK_MAX)] = Field(default=100, title="Items in stock")
    bargains: Annotated[int, Field(ge=1, le=100)] = Field(default=1, title="Bargains a member may start")
    cuts_a_day: Annotated[int, Field(ge=1, le=100)] = Field(default=3, title="Cuts a member may make a day")
    consolation_points: Annotated[int, Field(ge=0, le=10_000)] = Field(
        default=20, title="Consolation points", description="For a bargain that did not get there in time."
    )


def validate(config: BargainConfig) -> Iterator[ConfigProblem]:
    """Every cut takes at least 1 fen."""
    if config.price_fen - config.floor_fen < config.cuts:
        text = Text(zh=f"底价须比原价至少低 {config.cuts} 分", en=f"must be at least {config.cuts} fen below the price")
        yield ConfigProblem(("floor_fen",), text)


def rewards(config: BargainConfig) -> Iterator[RewardRule]:
    """Points for nothing but a bargain that failed."""
    if config.consolation_points:
        yield RewardRule("points", "bargain.expire")


STOCK = Counter[BargainConfig](
    name="stock",
    scope=Scope.CAMPAIGN,
    limit=lambda config, _: config.stock,
    refusal="SOLD_OUT",
    stock=True,
    public=True,
)
BARGAINS = Counter[BargainConfig](
    name="bargains", scope=Scope.MEMBER, limit=lambda config, _: config.bargains, refusal="NO_MORE_BARGAINS"
)
CUTS_A_DAY = Counter[BargainConfig](
    name="cuts_a_day",
    scope=Scope.MEMBER,
    period=Period.DAY,
    limit=lambda config, _: config.cuts_a_day,
    refusal="TOMORROW",
)
