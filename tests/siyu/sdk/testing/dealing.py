"""A sound campaign type that gives rewards and tells members about them: mugs by number, one each."""

from collections.abc import Iterator
from typing import Literal

from siyu.sdk import (
    Action,
    ActionInput,
    CampaignConfig,
    CampaignState,
    CampaignType,
    Effect,
    Fact,
    Issue,
    Notify,
    Progress,
    Revoke,
    Text,
    View,
)


class Mug(ActionInput):
    """Which mug."""

    mug: Literal["1", "2", "3"]


def decide(fact: Fact, view: View[CampaignConfig, CampaignState]) -> Iterator[Effect]:
    """A mug is bought once, and may be brought back."""
    mug = fact.data["mug"]
    if fact.type == "dealing.buy":
        yield Issue("mug", mug, "HAD_IT")
        yield Notify("bought", {"mug": mug})
    elif fact.type == "dealing.bringBack":
        yield Revoke(mug)


def describe(config: CampaignConfig, state: CampaignState) -> Progress:
    """Nothing to count."""
    return Progress(0, None, Text(zh="杯子", en="Mugs"))


DEALING = CampaignType(
    key="dealing",
    title=Text(zh="换购", en="Dealing"),
    sdk=">=1.0,<2",
    version="1.0.0",
    config=CampaignConfig,
    state=CampaignState,
    effects=frozenset({Issue, Notify, Revoke}),
    decide=decide,
    describe=describe,
    refusals={"HAD_IT": Text(zh="{key} 号已领过", en="You have had number {key}")},
    messages={"bought": Text(zh="{mug} 号杯子是您的", en="Mug {mug} is yours")},
    actions=(
        Action("buy", Text(zh="换购", en="Buy"), Mug),
        Action("bringBack", Text(zh="退回", en="Bring back"), Mug),
    ),
)
