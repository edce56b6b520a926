"""A sound campaign type of value: mugs are sold for points, and what an order earns is the member's a week later."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field

from siyu.sdk import (
    Action,
    ActionInput,
    CampaignConfig,
    CampaignState,
    CampaignType,
    Effect,
    Fact,
    FactData,
    Hold,
    Issue,
    Notify,
    Progress,
    References,
    Reverse,
    Revoke,
    Schedule,
    Settle,
    Spend,
    Text,
    View,
)


class DealingConfig(CampaignConfig):
    """What a mug costs, and what an order earns."""

    price: Annotated[int, Field(ge=1)] = Field(default=30, title="Points for a mug")
    earned: Annotated[int, Field(ge=1)] = Field(default=20, title="Points for an order")


class Mug(ActionInput):
    """Which mug."""

    mug: Literal["1", "2", "3"]


class Order(FactData):
    """What the timer carries."""

    order: str


def decide(fact: Fact, view: View[DealingConfig, CampaignState]) -> Iterator[Effect]:
    """A mug is sold once, and may be brought back; what an order earned is void if money went back within the week."""
    if fact.type == "dealing.buy":
        mug = fact.data["mug"]
        yield Spend("points", view.config.price, "TOO_POOR", reference=mug)
        yield Issue("mug", mug, "HAD_IT")
        yield Notify("bought", {"mug": mug, "left": view.balance("points") - view.config.price})
    elif fact.type == "dealing.bringBack":
        spent = view.granted("points", fact.data["mug"], of="spend")
        if spent is not None:
            yield Reverse("points", spent.amount, fact.data["mug"], of="spend")
            yield Revoke(fact.data["mug"])
    else:
        yield from _earn(fact, view, fact.data["order"])


def _earn(fact: Fact, view: View[DealingConfig, CampaignState], number: str) -> Iterator[Effect]:
    if fact.type == "order.paid":
        yield Hold("points", view.config.earned, number, "HAD_IT", reference=number)
        yield Schedule(number, fact.at + timedelta(days=7), "earn", {"order": number})
    elif fact.type == "dealing.earn":
        yield Settle(number)
    elif view.held(number) is not None:
        yield Settle(number, 0)
    elif (granted := view.granted("points", number)) is not None:
        yield Reverse("points", granted.amount, number)


def describe(config: DealingConfig, state: CampaignState) -> Progress:
    """Nothing to count."""
    return Progress(0, None, Text(zh="杯子", en="Mugs"))


DEALING = CampaignType(
    key="dealing",
    title=Text(zh="换购", en="Dealing"),
    sdk=">=1.0,<2",
    version="1.0.0",
    config=DealingConfig,
    state=CampaignState,
    effects=frozenset({Hold, Issue, Notify, Reverse, Revoke, Schedule, Settle, Spend}),
    decide=decide,
    describe=describe,
    refusals={
        "HAD_IT": Text(zh="{key} 号已领过", en="You have had number {key}"),
        "TOO_POOR": Text(zh="还差 {missing} 积分", en="{missing} points are missing"),
    },
    messages={"bought": Text(zh="{mug} 号杯子是您的", en="Mug {mug} is yours, {left} points are left")},
    actions=(
        Action("buy", Text(zh="换购", en="Buy"), Mug),
        Action("bringBack", Text(zh="退回", en="Bring back"), Mug),
    ),
    reads=(References(frozenset({"dealing.bringBack"}), "mug"),),
    timers={"earn": Order},
    listens=frozenset({"order.paid"}),
    settles=frozenset({"order.refunded"}),
)
