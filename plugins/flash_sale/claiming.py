"""Claims: made, given back, and run out of time."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from plugins.flash_sale.config import Allocation, FlashSaleConfig, Item
from plugins.flash_sale.lines import Line
from plugins.flash_sale.states import CLAIMS_MAX, Claim, FlashSaleState, Status
from siyu.sdk import Cancel, Effect, Emit, Fact, Notify, Refuse, Release, Reserve, Schedule, SetState, View

FlashSaleView = View[FlashSaleConfig, FlashSaleState]


def slot_key(reservation: str) -> str:
    """The key under which a claim holds its part of what the slot sells."""
    return f"{reservation}.slot"


def claim(fact: Fact, view: FlashSaleView) -> Iterator[Effect]:
    """Set units aside for the member, for as long as they have to pay."""
    config, key, quantity = view.config, fact.new_key, fact.data["quantity"]
    item = config.item(fact.data["item"])
    if item is None:
        yield Refuse("NO_ITEM")
        return
    if config.allocation is Allocation.LOTTERY:
        yield Refuse("BY_LOT")
        return
    has_queue = config.allocation is Allocation.QUEUE
    refusal = objection(item, quantity, view) or (overtaking(quantity, view) if has_queue else None)
    if refusal is not None:
        yield refusal
        return
    amount_fen, pay_by = quantity * item.price_fen, pay_by_from(fact.at, view)
    made = Claim(reservation=key, item=item.key, quantity=quantity, amount_fen=amount_fen, pay_by=pay_by)
    yield from hold(made.model_copy(update={"line": view.team_key}) if has_queue else made, pay_by, view)


def pay_by_from(since: datetime, view: FlashSaleView) -> datetime:
    """Until when somebody must pay who may from then on."""
    return since + timedelta(minutes=view.config.minutes_to_pay)


def hold(wanted: Claim, pay_by: datetime, view: FlashSaleView) -> Iterator[Effect]:
    """Set the units of a claim aside, those of a slot too, until they must be paid for."""
    key = wanted.reservation
    yield Reserve("stock", wanted.quantity, key=key)
    item = view.config.item(wanted.item)
    if item is not None and item.slot_stock is not None and wanted.is_of_slot:
        yield Reserve("slot_stock", wanted.quantity, key=slot_key(key))
    yield SetState(view.state.with_claim(wanted))
    yield Schedule(key, pay_by, "expire", {"reservation": key})


def objection(item: Item, quantity: int, view: FlashSaleView) -> Refuse | None:
    """Why the member cannot have so many: because of the time, the member, or what is left; in this order."""
    slot_left = view.left("slot_stock")
    return personal(item, quantity, slot_left, view) or shortage(quantity, slot_left, view)


def personal(item: Item, quantity: int, slot_left: int | None, view: FlashSaleView) -> Refuse | None:
    """Why the member cannot have so many even if there are: because of the time, who they are, or what they have."""
    own_left = item.per_member - view.state.units(item.key)
    if slot_left == 0 and not view.used("slot_stock"):
        return Refuse("NOT_NOW")
    lacks = item.only_for.lacks(view.features) if item.only_for is not None else None
    if lacks:
        return Refuse("NOT_FOR_YOU", lacks)
    if quantity > item.per_claim:
        return Refuse("CLAIM_LIMIT", {"most": item.per_claim})
    if quantity > own_left:
        return Refuse("MEMBER_LIMIT", {"most": item.per_member, "left": max(0, own_left)})
    if len(view.state.claims) >= CLAIMS_MAX:
        return Refuse("TOO_MANY_CLAIMS", {"most": CLAIMS_MAX})
    return None


def shortage(quantity: int, slot_left: int | None, view: FlashSaleView) -> Refuse | None:
    """Why there are not so many: none for good, none until a claim is given back, none in this slot, or too few."""
    left = view.left("stock") or 0
    if left == 0:
        on_hold = view.on_hold("stock")
        return Refuse("SOLD_OUT_FOR_NOW", {"on_hold": on_hold}) if on_hold else Refuse("SOLD_OUT")
    if slot_left == 0:
        return Refuse("SLOT_SOLD_OUT")
    least = left if slot_left is None else min(left, slot_left)
    return Refuse("TOO_FEW_LEFT", {"left": least}) if quantity > least else None


def overtaking(quantity: int, view: FlashSaleView) -> Refuse | None:
    """Those who wait, and those who are being offered what they waited for, come first."""
    line = view.team(Line)
    if line is not None and (line.waiting or quantity > free_units(line, view)):
        return Refuse("OTHERS_WAIT", {"waiting": len(line.waiting) + line.offered})
    return None


def free_units(line: Line, view: FlashSaleView) -> int:
    """How many units the slot could sell now that nobody is being offered."""
    left, slot_left = view.left("stock") or 0, view.left("slot_stock")
    return (left if slot_left is None else min(left, slot_left)) - line.offered


def give_back(key: str | None, view: FlashSaleView) -> Iterator[Effect]:
    """Free what is held under the key, at the member's wish or because the shop's order is off; None is nobody's."""
    if key is None:
        return
    found = view.state.claim(key)
    if found is None:
        yield Refuse("NO_CLAIM")
    elif found.status is Status.PAID:
        yield Refuse("CLAIM_PAID")
    elif found.status is Status.WAITING:
        yield Refuse("CLAIM_WAITING")
    elif found.status is not Status.HELD:
        yield Refuse("CLAIM_OVER")
    else:
        yield from free(found, Status.CANCELLED, view)
        yield Cancel(key)


def expire(fact: Fact, view: FlashSaleView) -> Iterator[Effect]:
    """Free what was not paid for in time."""
    found = view.state.claim(fact.data["reservation"])
    if found is None or found.status is not Status.HELD:
        return
    yield from free(found, Status.EXPIRED, view)
    yield Notify("expired", {"title": title_of(found, view)})


def free(held: Claim, status: Status, view: FlashSaleView) -> Iterator[Effect]:
    """Give the units of a held claim back, to the slot they came from too, and tell the line it is of."""
    yield Release(held.reservation)
    yield Release(slot_key(held.reservation))
    yield SetState(view.state.ended(held, status))
    if held.line is not None:
        # Only a fact that names the line may change it.
        yield Emit("freed", {"line": held.line, "item": held.item})


def title_of(claim: Claim, view: FlashSaleView) -> str:
    """What members call the item of a claim."""
    item = view.config.item(claim.item)
    return item.title if item else claim.item
