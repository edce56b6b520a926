"""Claims: made, given back, and run out of time."""

from collections.abc import Iterator
from datetime import timedelta

from plugins.flash_sale.config import FlashSaleConfig, Item
from plugins.flash_sale.states import CLAIMS_MAX, Claim, FlashSaleState, Status
from siyu.sdk import Cancel, Effect, Fact, Notify, Refuse, Release, Reserve, Schedule, SetState, View

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
    refusal = objection(item, quantity, view)
    if refusal is not None:
        yield refusal
        return
    pay_by = fact.at + timedelta(minutes=config.minutes_to_pay)
    amount_fen = quantity * item.price_fen
    made = Claim(reservation=key, item=item.key, quantity=quantity, amount_fen=amount_fen, pay_by=pay_by)
    yield Reserve("stock", quantity, key=key)
    if item.slot_stock is not None:
        yield Reserve("slot_stock", quantity, key=slot_key(key))
    yield SetState(view.state.with_claim(made))
    yield Schedule(key, pay_by, "expire", {"reservation": key})


def objection(item: Item, quantity: int, view: FlashSaleView) -> Refuse | None:
    """Why the member cannot have so many: because of the time, the member, or what is left; in this order."""
    slot_left, own_left = view.left("slot_stock"), item.per_member - view.state.units(item.key)
    if slot_left == 0 and not view.used("slot_stock"):
        return Refuse("NOT_NOW")
    if quantity > item.per_claim:
        return Refuse("CLAIM_LIMIT", {"most": item.per_claim})
    if quantity > own_left:
        return Refuse("MEMBER_LIMIT", {"most": item.per_member, "left": max(0, own_left)})
    if len(view.state.claims) >= CLAIMS_MAX:
        return Refuse("TOO_MANY_CLAIMS", {"most": CLAIMS_MAX})
    return shortage(quantity, slot_left, view)


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


def give_back(key: str | None, view: FlashSaleView) -> Iterator[Effect]:
    """Free what is held under the key, at the member's wish or because the shop's order is off; None is nobody's."""
    if key is None:
        return
    found = view.state.claim(key)
    if found is None:
        yield Refuse("NO_CLAIM")
    elif found.status is Status.PAID:
        yield Refuse("CLAIM_PAID")
    elif found.is_over:
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
    item = view.config.item(found.item)
    yield Notify("expired", {"title": item.title if item else found.item})


def free(held: Claim, status: Status, view: FlashSaleView) -> Iterator[Effect]:
    """Give the units of a held claim back, to the slot they came from too."""
    yield Release(held.reservation)
    yield Release(slot_key(held.reservation))
    yield SetState(view.state.ended(held, status))
