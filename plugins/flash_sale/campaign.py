"""The campaign type: what members can do, what it may ask for, and every word it says."""

from collections.abc import Iterator

from pydantic import Field

from plugins.flash_sale.claiming import FlashSaleView, claim, expire, give_back
from plugins.flash_sale.config import QUANTITY_MAX, SLOT_STOCK, STOCK, FlashSaleConfig, slot_of, validate
from plugins.flash_sale.paying import pay, pay_late
from plugins.flash_sale.states import FlashSaleState, Status
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
    Progress,
    Refund,
    Refuse,
    Release,
    Reserve,
    Schedule,
    SetState,
    Text,
)


class ClaimInput(ActionInput):
    """What a member wants, and how many."""

    item: str = Field(max_length=32, description="The key of the item.")
    quantity: int = Field(default=1, ge=1, le=QUANTITY_MAX)


class CancelInput(ActionInput):
    """What a member does not want any more."""

    reservation: str = Field(max_length=64, description="The key of the claim.")


class Expired(FactData):
    """What the timer of a claim carries."""

    reservation: str


class Late(FactData):
    """An order that was paid for a claim that is over."""

    item: str
    reservation: str
    order: str
    amount_fen: int


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


def describe(_config: FlashSaleConfig, state: FlashSaleState) -> Progress:
    """How many units the member bought, and how many wait for their money; there is no end to reach."""
    units = {status: sum(c.quantity for c in state.claims if c.status is status) for status in Status}
    bought, held = units[Status.PAID], units[Status.HELD]
    text = Text(zh=f"已购 {bought} 件，待付款 {held} 件", en=f"Bought: {bought}; waiting to be paid: {held}")
    return Progress(current=bought, target=None, text=text)


FLASH_SALE = CampaignType(
    key="flash_sale",
    title=Text(zh="秒杀", en="Flash sale"),
    sdk=">=1.0,<2",
    version="1.0.0",
    config=FlashSaleConfig,
    state=FlashSaleState,
    actions=(
        Action("claim", Text(zh="抢购", en="Claim"), ClaimInput),
        Action("cancel", Text(zh="放弃", en="Give a claim back"), CancelInput),
    ),
    # What the shop reports is settled whenever it comes, after the end of the sale too.
    settles=frozenset({"order.paid", "order.cancelled"}),
    timers={"expire": Expired},
    emits={"late": Late},
    counters=(STOCK, SLOT_STOCK),
    slot_of=slot_of,
    effects=frozenset({Cancel, Confirm, Emit, Notify, Refund, Refuse, Release, Reserve, Schedule, SetState}),
    refusals={
        "CLAIM_LIMIT": Text(zh="每单限购 {most} 件", en="At most {most} a claim"),
        "CLAIM_OVER": Text(zh="名额已释放", en="The claim is over"),
        "CLAIM_PAID": Text(zh="已付款，请走退款", en="It is paid for: ask for a refund"),
        "MEMBER_LIMIT": Text(
            zh="每人限购 {most} 件，您还可购 {left} 件", en="At most {most} a member; {left} left for you"
        ),
        "NOTHING_PAID": Text(zh="订单金额为零", en="Nothing was paid"),
        "NOT_NOW": Text(zh="不在秒杀时段", en="There is no sale at this time of the day"),
        "NO_CLAIM": Text(zh="该会员没有这个名额", en="The member has no such claim"),
        "NO_ITEM": Text(zh="没有这个商品", en="There is no such item"),
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
        "refund": Text(
            zh="订单 {order} 未能成交，款项将退回", en="Order {order} could not be filled; your money goes back"
        ),
    },
    refunds={
        "another_amount": Text(zh="付款金额与名额不符", en="Another amount was paid than was claimed"),
        "gone": Text(zh="名额已释放，商品已无余量", en="The claim was over, and what it held is no longer to be had"),
        "paid_already": Text(zh="该名额已付过款", en="The claim was paid for already, by another order"),
    },
    validate=validate,
    decide=decide,
    describe=describe,
)
