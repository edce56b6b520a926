"""The campaign type: what members can do, what it may ask for, and every word it says."""

from collections.abc import Callable, Iterator, Mapping

from plugins.group_buy.checking import validate
from plugins.group_buy.config import STOCK, GroupBuyConfig, rewards
from plugins.group_buy.facts import JoinInput, LatePayment, OfTeam, OpenInput, TeamInput, Unseated
from plugins.group_buy.late import pay_late
from plugins.group_buy.leaving import call_off, expire, leave, refunded, unseat
from plugins.group_buy.paying import pay
from plugins.group_buy.seating import join, open_team
from plugins.group_buy.settling import deadline, give_perk, lead, settle
from plugins.group_buy.states import GroupBuyState, GroupBuyView, Status
from plugins.group_buy.teams import Team
from plugins.group_buy.words import MESSAGES, REFUNDS, REFUSALS
from siyu.sdk import (
    Action,
    CampaignType,
    Cancel,
    Confirm,
    Effect,
    Emit,
    Fact,
    Grant,
    Issue,
    Notify,
    Progress,
    References,
    Refund,
    Refuse,
    Release,
    Reserve,
    Reverse,
    Revoke,
    Schedule,
    SetState,
    SetTeam,
    TeamOf,
    Text,
)

Decide = Callable[[Fact, GroupBuyView], Iterator[Effect]]
DECIDE: Mapping[str, Decide] = {
    "group_buy.open": open_team,
    "group_buy.join": join,
    "group_buy.leave": leave,
    "order.paid": pay,
    "order.cancelled": call_off,
    "order.refunded": refunded,
    "group_buy.deadline": deadline,
    "group_buy.expire": expire,
    "group_buy.settled": settle,
    "group_buy.perk": give_perk,
    "group_buy.late": pay_late,
    "group_buy.unseat": unseat,
    "group_buy.leads": lead,
}


def decide(fact: Fact, view: GroupBuyView) -> Iterator[Effect]:
    """One function for each type of fact."""
    return DECIDE[fact.type](fact, view)


def describe(_config: GroupBuyConfig, state: GroupBuyState) -> Progress:
    """How many units the member bought, and in how many teams they wait; there is no end to reach."""
    bought = sum(seat.quantity for seat in state.seats if seat.status is Status.BOUGHT)
    waiting = sum(seat.status in {Status.HELD, Status.PAID} for seat in state.seats)
    text = Text(zh=f"已购 {bought} 件，进行中的团 {waiting} 个", en=f"Bought: {bought}; in open teams: {waiting}")
    return Progress(current=bought, target=None, text=text)


def describe_team(_config: GroupBuyConfig, team: Team) -> Progress:
    """How many of a team have paid."""
    text = Text(zh=f"{team.size} 人团，已付款 {team.paid} 人", en=f"{team.paid} of {team.size} have paid")
    return Progress(current=team.paid, target=team.size, text=text)


GROUP_BUY = CampaignType(
    key="group_buy",
    title=Text(zh="拼团", en="Group-buy"),
    sdk=">=1.0,<2",
    version="1.0.0",
    config=GroupBuyConfig,
    state=GroupBuyState,
    actions=(
        Action("open", Text(zh="开团", en="Open a team"), OpenInput),
        Action("join", Text(zh="参团", en="Join a team"), JoinInput),
        Action("leave", Text(zh="退团", en="Leave a team"), TeamInput),
    ),
    # What the shop reports is settled whenever it comes, after the end of the campaign too.
    settles=frozenset({"order.paid", "order.cancelled", "order.refunded"}),
    timers={"deadline": OfTeam, "expire": OfTeam},
    emits={"settled": OfTeam, "perk": OfTeam, "leads": OfTeam, "late": LatePayment, "unseat": Unseated},
    reads=(References(frozenset({"group_buy.unseat"}), "order"),),
    features=lambda config: config.newcomer_seats > 0,
    counters=(STOCK,),
    team=TeamOf("team", Team),
    effects=frozenset(
        {
            Cancel,
            Confirm,
            Emit,
            Grant,
            Issue,
            Notify,
            Refund,
            Refuse,
            Release,
            Reserve,
            Reverse,
            Revoke,
            Schedule,
            SetState,
            SetTeam,
        }
    ),
    refusals=REFUSALS,
    messages=MESSAGES,
    refunds=REFUNDS,
    validate=validate,
    rewards=rewards,
    decide=decide,
    describe=describe,
    describe_team=describe_team,
)
