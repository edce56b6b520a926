"""The campaign type: what members can do, what it may ask for, and every word it says."""

from collections.abc import Iterator

from pydantic import Field

from plugins.flash_sale.claiming import FlashSaleView, claim, expire, give_back
from plugins.flash_sale.config import QUANTITY_MAX, SLOT_STOCK, STOCK, FlashSaleConfig, has_gates, slot_of, validate
from plugins.flash_sale.describing import describe, describe_line
from plugins.flash_sale.drawing import draw, enter
from plugins.flash_sale.lines import LINES, Due, OfLine
from plugins.flash_sale.paying import pay, pay_late
from plugins.flash_sale.queueing import close, join, leave, serve, take_offer
from plugins.flash_sale.states import FlashSaleState
from siyu.sdk import (
    Action,
    ActionInput,
    CampaignType,
    Cancel,
    Confirm,
    Effect,
    Emit,
    Fact,
    FactData,
    Notify,
    Refund,
    Refuse,
    Release,
    Reserve,
    Schedule,
    SetState,
    SetTeam,
    Text,
)


class ClaimInput(ActionInput):
    """What a member wants, and how many."""

    item: str = Field(max_length=32, description="The key of the item.")
    quantity: int = Field(default=1, ge=1, le=QUANTITY_MAX)


class CancelInput(ActionInput):
    """What a member does not want any more."""

    reservation: str = Field(max_length=64, description="The key of the claim.")


class LineInput(ActionInput):
    """What a member wants to wait for, or to have a ticket for: one unit."""

    item: str = Field(max_length=32, description="The key of the item.")


class LeaveInput(ActionInput):
    """Where a member does not want to wait any more."""

    line: str = Field(max_length=64, description="As the claim that waits has it.")


class Expired(FactData):
    """What the timer of a claim carries."""

    reservation: str


class Late(FactData):
    """An order that was paid for a claim that is over."""

    item: str
    reservation: str
    order: str
    amount_fen: int
    line: str | None = None


def decide(fact: Fact, view: FlashSaleView) -> Iterator[Effect]:
    """One function for each type of fact."""
    match fact.type:
        case "flash_sale.claim":
            yield from claim(fact, view)
        case "flash_sale.cancel" | "order.cancelled":
            yield from give_back(fact.data.get("reservation"), view)
        case "flash_sale.expire":
            yield from expire(fact, view)
        case "order.paid":
            yield from pay(fact, view)
        case "flash_sale.late":
            yield from pay_late(fact, view)
        case _:
            yield from decide_on_lines(fact, view)


def decide_on_lines(fact: Fact, view: FlashSaleView) -> Iterator[Effect]:
    """The same, where members wait for what comes back or what is drawn."""
    match fact.type:
        case "flash_sale.join":
            yield from join(fact, view)
        case "flash_sale.enter":
            yield from enter(fact, view)
        case "flash_sale.leave":
            yield from leave(fact, view)
        case "flash_sale.draw":
            yield from draw(fact, view)
        case "flash_sale.offer":
            yield from take_offer(fact, view)
        case "flash_sale.freed":
            yield from serve(fact, view, freed=1)
        case "flash_sale.tick":
            yield from serve(fact, view)
        case "flash_sale.close":
            yield from close(fact, view)


FLASH_SALE = CampaignType(
    key="flash_sale",
    title=Text(zh="秒杀", en="Flash sale"),
    sdk=">=1.0,<2",
    version="1.1.0",
    config=FlashSaleConfig,
    state=FlashSaleState,
    actions=(
        Action("claim", Text(zh="抢购", en="Claim"), ClaimInput),
        Action("cancel", Text(zh="放弃", en="Give a claim back"), CancelInput),
        Action("join", Text(zh="排队", en="Wait in the queue"), LineInput),
        Action("enter", Text(zh="登记抽签", en="Enter the draw"), LineInput),
        Action("leave", Text(zh="不再等候", en="Wait no more"), LeaveInput),
    ),
    # What the shop reports is settled whenever it comes, after the end of the sale too.
    settles=frozenset({"order.paid", "order.cancelled"}),
    timers={"expire": Expired, "draw": Due, "close": Due, "tick": OfLine},
    emits={"late": Late, "freed": OfLine, "offer": OfLine},
    team=LINES,
    describe_team=describe_line,
    counters=(STOCK, SLOT_STOCK),
    slot_of=slot_of,
    effects=frozenset({Cancel, Confirm, Emit, Notify, Refund, Refuse, Release, Reserve, Schedule, SetState, SetTeam}),
    refusals={
        "BY_LOT": Text(zh="抽签发售，请登记抽签", en="It is given out by lot: enter the draw"),
        "CLAIM_LIMIT": Text(zh="每单限购 {most} 件", en="At most {most} a claim"),
        "CLAIM_OVER": Text(zh="名额已释放", en="The claim is over"),
        "CLAIM_PAID": Text(zh="已付款，请走退款", en="It is paid for: ask for a refund"),
        "CLAIM_WAITING": Text(zh="仍在等候，如不再等候请退出", en="It still waits: leave the line instead"),
        "DRAWN": Text(zh="登记已截止", en="No more tickets are given out"),
        "IN_LINE": Text(zh="您已在等候", en="You wait for it already"),
        "MEMBER_LIMIT": Text(
            zh="每人限购 {most} 件，您还可购 {left} 件", en="At most {most} a member; {left} left for you"
        ),
        "NOTHING_PAID": Text(zh="订单金额为零", en="Nothing was paid"),
        "NOT_DRAWN": Text(zh="尚未抽签", en="It is not drawn yet"),
        "NOT_FOR_YOU": Text(zh="该商品仅限指定会员", en="The item is only for some members"),
        "NOT_NOW": Text(zh="不在秒杀时段", en="There is no sale at this time of the day"),
        "NO_CLAIM": Text(zh="该会员没有这个名额", en="The member has no such claim"),
        "NO_DRAW": Text(zh="该活动不抽签", en="It is not given out by lot"),
        "NO_ITEM": Text(zh="没有这个商品", en="There is no such item"),
        "NO_QUEUE": Text(zh="该活动不排队", en="Nobody waits in this sale"),
        "NO_WAIT": Text(zh="您没有在等候", en="You do not wait there"),
        "OFFER_COMING": Text(zh="名额正分配给您，请稍候", en="You are just being offered one"),
        "OTHERS_WAIT": Text(zh="{waiting} 人在等候，请排队", en="{waiting} wait for it: join the queue"),
        "QUEUE_FULL": Text(zh="排队人数已满（{most} 人）", en="{most} wait already, the most there may be"),
        "SLOT_SOLD_OUT": Text(zh="本场已抢光，请等下一场", en="Sold out in this slot"),
        "SOLD_OUT": Text(zh="已售罄", en="Sold out"),
        "SOLD_OUT_FOR_NOW": Text(
            zh="暂时抢光，{on_hold} 件待付款，未付将放出", en="All taken for now; {on_hold} are not paid for yet"
        ),
        "TOO_FEW_LEFT": Text(zh="只剩 {left} 件", en="Only {left} left"),
        "TOO_MANY_CLAIMS": Text(
            zh="抢购次数已达上限（{most} 次）", en="You have made {most} claims, the most there may be"
        ),
    },
    messages={
        "expired": Text(
            zh="{title} 超时未付款，名额已释放", en="{title} was not paid for in time and is for sale again"
        ),
        "in_vain": Text(zh="很遗憾，{title} 没有轮到您", en="{title}: your turn did not come"),
        "next": Text(
            zh="{title} 未抽中，候补第 {place} 位", en="{title}: you are number {place} for what is not paid for"
        ),
        "yours": Text(
            zh="{title} 为您保留 {minutes} 分钟，请付款", en="{title} is yours if you pay in {minutes} minutes"
        ),
        "refund": Text(
            zh="订单 {order} 未能成交，款项将退回", en="Order {order} could not be filled; your money goes back"
        ),
    },
    refunds={
        "another_amount": Text(zh="付款金额与名额不符", en="Another amount was paid than was claimed"),
        "gone": Text(zh="名额已释放，商品已无余量", en="The claim was over, and what it held is no longer to be had"),
        "not_offered": Text(zh="该名额没有轮到", en="The turn of the claim has not come"),
        "paid_already": Text(zh="该名额已付过款", en="The claim was paid for already, by another order"),
    },
    validate=validate,
    features=has_gates,
    decide=decide,
    describe=describe,
)
