"""The campaign type: what members can do, what it may ask for, and every word it says."""

from pydantic import Field

from siyu.sdk import (
    Action,
    ActionInput,
    CampaignType,
    Cancel,
    Confirm,
    Emit,
    FactData,
    Grant,
    Issue,
    Notify,
    Progress,
    Refuse,
    Release,
    Reserve,
    Schedule,
    SetState,
    SetTeam,
    TeamOf,
    Text,
)
from siyu_bargain.config import BARGAINS, CUTS_A_DAY, STOCK, BargainConfig, rewards, validate
from siyu_bargain.deciding import decide
from siyu_bargain.prices import yuan
from siyu_bargain.states import Bargain, MemberState, Outcome


class Cut(ActionInput):
    """What a friend sends: the key that the owner passed on."""

    bargain: str = Field(max_length=64, description="The key of the bargain.")


class Expired(FactData):
    """What the timer carries."""

    bargain: str


class Won(FactData):
    """What the owner is told by the last cut."""

    bargain: str
    price_fen: int


def describe(config: BargainConfig, state: MemberState) -> Progress:
    """How many bargains the member has won."""
    text = Text(zh=f"已砍成 {state.won} 次", en=f"Bargains won: {state.won}")
    return Progress(current=state.won, target=config.bargains, text=text)


def describe_team(_config: BargainConfig, bargain: Bargain) -> Progress:
    """How many cuts were made, and the price they left."""
    price = yuan(bargain.present_fen)
    texts = {
        Outcome.OPEN: Text(zh=f"已砍到 {price} 元", en=f"The price is down to {price} yuan"),
        Outcome.WON: Text(zh=f"砍价成功，{price} 元可购", en=f"Won: yours for {price} yuan"),
        Outcome.EXPIRED: Text(zh="砍价超时", en="Time is up"),
    }
    return Progress(current=len(bargain.helpers), target=len(bargain.plan_fen), text=texts[bargain.outcome])


CAMPAIGN = CampaignType(
    key="bargain",
    title=Text(zh="砍价", en="Bargain"),
    sdk=">=1.0,<2",
    version="0.1.0",
    config=BargainConfig,
    state=MemberState,
    actions=(
        Action("start", Text(zh="发起砍价", en="Start a bargain")),
        Action("cut", Text(zh="帮砍一刀", en="Cut the price"), Cut),
    ),
    timers={"expire": Expired},
    emits={"won": Won},
    counters=(STOCK, BARGAINS, CUTS_A_DAY),
    team=TeamOf("bargain", Bargain),
    effects=frozenset(
        {Cancel, Confirm, Emit, Grant, Issue, Notify, Refuse, Release, Reserve, Schedule, SetState, SetTeam}
    ),
    refusals={
        "BARGAIN_OVER": Text(zh="砍价已结束", en="The bargain is over"),
        "HELPED_ALREADY": Text(zh="已经帮砍过了", en="You have cut this price already"),
        "NO_BARGAIN": Text(zh="没有这个砍价", en="There is no such bargain"),
        "NO_MORE_BARGAINS": Text(zh="发起次数已用完", en="You have no bargains left to start"),
        "OWN_BARGAIN": Text(zh="不能帮自己砍", en="Your friends cut the price, you cannot"),
        "SOLD_OUT": Text(zh="已抢光", en="Sold out"),
        "TOMORROW": Text(zh="今天的帮砍次数已用完", en="No more cuts today"),
    },
    messages={
        "won": Text(zh="砍价成功，您可以 {price} 元购买", en="Your friends did it: buy it for {price} yuan"),
        "expired": Text(zh="砍价超时，下次再来", en="Time is up; try again"),
        "consoled": Text(zh="砍价超时，送您 {points} 积分", en="Time is up; {points} points for trying"),
    },
    validate=validate,
    rewards=rewards,
    decide=decide,
    describe=describe,
    describe_team=describe_team,
)
