"""A campaign type for tests alone: sells a scarce item for points, at once or held for a moment."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from siyu.engine import NewFact
from siyu.ids import new_id
from siyu.sdk import (
    Action,
    ActionInput,
    CampaignConfig,
    CampaignState,
    CampaignType,
    Counter,
    Effect,
    Fact,
    FactData,
    Grant,
    Issue,
    Progress,
    Release,
    Reserve,
    Revoke,
    Schedule,
    Scope,
    Spend,
    Text,
    View,
)

TITLE = Text(zh="小摊", en="Stall")


class StallConfig(CampaignConfig):
    """How many there are, and what one costs."""

    stock: int = 5
    price: int = 10


class Buy(ActionInput):
    """Buy one, or hold it for so many milliseconds."""

    held_ms: int | None = None


class Key(FactData):
    """What was held under a key."""

    key: str


def decide(fact: Fact, view: View[StallConfig, CampaignState]) -> Iterator[Effect]:
    """Sell, hold or let go; a point comes back of everything sold."""
    match fact.type:
        case "stall.buy" if (held_ms := fact.data["held_ms"]) is None:
            yield Spend("points", view.config.price, code="POOR")
            yield Reserve("units", 1)
            yield Issue("cup", key=fact.new_key, code="POOR")
            yield Grant("points", 1)
        case "stall.buy":
            yield Reserve("units", 1, key=fact.new_key)
            yield Schedule(fact.new_key, fact.at + timedelta(milliseconds=held_ms), "lapse", {"key": fact.new_key})
        case "stall.back":
            yield Revoke(fact.data["key"])
        case "stall.lapse":
            yield Release(fact.data["key"])


STALL = CampaignType(
    key="stall",
    title=TITLE,
    sdk=">=1.0,<2",
    version="1.0.0",
    config=StallConfig,
    state=CampaignState,
    actions=(Action("buy", TITLE, Buy), Action("back", TITLE, Key)),
    timers={"lapse": Key},
    counters=(
        Counter(name="units", scope=Scope.CAMPAIGN, limit=lambda config, _: config.stock, refusal="NONE", stock=True),
    ),
    effects=frozenset({Grant, Issue, Release, Reserve, Revoke, Schedule, Spend}),
    refusals={"POOR": Text(zh="积分不足", en="Too few points"), "NONE": Text(zh="售罄", en="Sold out")},
    decide=decide,
    describe=lambda config, state: Progress(0, None, TITLE),
)


def buy(campaign_id: UUID, member_id: UUID, at: datetime, held_ms: int | None = None) -> NewFact:
    """A member buys one, or holds one."""
    return NewFact("stall.buy", member_id, at, {"held_ms": held_ms}, new_id().hex, campaign_id)
