"""What the shop reports of orders: every payment ends as a sale, or in a refund that is asked for."""

from collections.abc import Iterator

from plugins.flash_sale.claiming import FlashSaleView, slot_key
from plugins.flash_sale.lines import Line
from plugins.flash_sale.queueing import is_now
from plugins.flash_sale.states import Claim, Status
from siyu.sdk import Cancel, Confirm, Effect, Emit, Fact, Notify, OrderView, Refund, Refuse, Reserve, SetState


def pay(fact: Fact, view: FlashSaleView) -> Iterator[Effect]:
    """Sell what is held for the money that was agreed; whatever else was paid goes back, or is looked at again."""
    order, key = view.order, fact.data.get("reservation")
    if order is None or key is None:
        return
    found = view.state.claim(key)
    if found is None:
        yield Refuse("NO_CLAIM")
    elif order.amount_fen == 0:
        yield Refuse("NOTHING_PAID")
    elif found.status is Status.PAID:
        yield from ask_refund(order.number, order.amount_fen, "paid_already")
    elif found.was_offered_nothing:
        yield from ask_refund(order.number, order.amount_fen, "not_offered")
    elif order.amount_fen != found.amount_fen:
        yield from ask_refund(order.number, order.amount_fen, "another_amount")
    elif found.is_over:
        yield Emit("late", late(found, order))
    else:
        yield from sell(found, order.number, view)


def sell(held: Claim, order: str, view: FlashSaleView) -> Iterator[Effect]:
    """What was held is bought."""
    key = held.reservation
    yield Confirm(key, "CLAIM_OVER")
    if view.reserved(slot_key(key)) is not None:
        yield Confirm(slot_key(key), "CLAIM_OVER")
    yield Cancel(key)
    yield SetState(view.state.ended(held, Status.PAID, order))


def late(over: Claim, order: OrderView) -> dict[str, str | int]:
    """What the fact carries that looks at an order again: only one that names the item may take of its stock."""
    claimed = {"item": over.item, "reservation": over.reservation}
    line = {} if over.line is None else {"line": over.line}
    return {**claimed, "order": order.number, "amount_fen": order.amount_fen, **line}


def pay_late(fact: Fact, view: FlashSaleView) -> Iterator[Effect]:
    """Sell anew what was given back before it was paid for, if that can still be; otherwise the money goes back."""
    found, order = view.state.claim(fact.data["reservation"]), fact.data["order"]
    if found is not None and can_be_had_again(found, fact, view):
        # For good, and of no slot: it was claimed in one that may be over.
        yield Reserve("stock", found.quantity)
        yield SetState(view.state.ended(found, Status.PAID, order))
    else:
        yield from ask_refund(order, fact.data["amount_fen"], "gone")


def can_be_had_again(over: Claim, fact: Fact, view: FlashSaleView) -> bool:
    """Whether a claim is still unpaid, the member may have so many by now, and so many are left that nobody else has
    waited for."""
    item = view.config.item(over.item)
    if item is None or not over.is_over:
        return False
    wanted, line = view.state.units(item.key) + over.quantity, view.team(Line)
    if line is not None and (line.is_draw or line.waiting or not is_now(fact.data, fact, view)):
        return False
    left = (view.left("stock") or 0) - (line.offered if line is not None else 0)
    return wanted <= item.per_member and over.quantity <= left


def ask_refund(order: str, amount_fen: int, reason: str) -> Iterator[Effect]:
    """Ask the shop to pay all of an order back."""
    yield Refund(order, amount_fen, reason)
    yield Notify("refund", {"order": order})
