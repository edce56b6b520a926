"""The queue: who finds nothing left waits in turn for what comes back, as long as the slot lasts."""

from collections.abc import Iterator, Mapping
from typing import Any

from plugins.flash_sale.claiming import FlashSaleView, free_units, hold, pay_by_from, personal, shortage, title_of
from plugins.flash_sale.config import Allocation, slot_end
from plugins.flash_sale.lines import Line, line_of, number_in, offers, slot_in, ticks
from plugins.flash_sale.states import Claim, Status
from siyu.sdk import Cancel, Effect, Fact, Notify, Refuse, Schedule, SetState, SetTeam


def join(fact: Fact, view: FlashSaleView) -> Iterator[Effect]:
    """Give the member a unit, if one is left that nobody waits for; else let them wait for one."""
    item, line, key = view.config.item(fact.data["item"]), view.team(Line), view.team_key
    if item is None:
        yield Refuse("NO_ITEM")
    elif view.config.allocation is not Allocation.QUEUE:
        yield Refuse("NO_QUEUE")
    elif line is None or key is None:
        yield Refuse("NOT_NOW")
    elif view.state.waiting_in(key) is not None:
        yield Refuse("IN_LINE")
    else:
        slot_left = view.left("slot_stock")
        refusal = personal(item, 1, slot_left, view) or no_use(slot_left, line, view)
        made = Claim(reservation=fact.new_key, item=item.key, quantity=1, amount_fen=item.price_fen, line=key)
        if refusal is not None:
            yield refusal
        elif not line.waiting and free_units(line, view) >= 1:
            pay_by = pay_by_from(fact.at, view)
            yield from hold(made.offered(pay_by), pay_by, view)
        else:
            yield from wait(made, line, fact, view)


def no_use(slot_left: int | None, line: Line, view: FlashSaleView) -> Refuse | None:
    """Why it is of no use to wait: nothing can come back, or too many wait."""
    refusal = shortage(1, slot_left, view)
    if refusal is not None and refusal.code == "SOLD_OUT":
        return refusal
    if slot_left == 0 and not view.on_hold("slot_stock"):
        return Refuse("SLOT_SOLD_OUT")
    most = view.config.queue_length
    # Whoever is being offered a unit may have to be taken in again.
    return Refuse("QUEUE_FULL", {"most": most}) if len(line.waiting) + line.offered >= most else None


def wait(made: Claim, line: Line, fact: Fact, view: FlashSaleView) -> Iterator[Effect]:
    """Put a claim at the end of the line, and offer what is free to those who are first."""
    assert made.line is not None, "a claim that waits has a line"  # noqa: S101 - our bug
    closes_at = slot_end(view.config, slot_in(made.line), view.zone)
    data = {"line": made.line, "item": made.item}
    place = len(line.waiting) + line.offered + 1
    waiting = made.model_copy(update={"status": Status.WAITING, "ticket": line.tickets, "place": place})
    joined = line.with_waiting(line.tickets, view.member.id).changed(
        tickets=line.tickets + 1, closes_at=closes_at, ends_at=closes_at
    )
    left, told = offers(joined, data, free_units(line, view))
    yield SetTeam(made.line, left)
    yield SetState(view.state.with_claim(waiting))
    yield Schedule(made.reservation, closes_at, "close", {**data, "reservation": made.reservation})
    if line.tickets == 0:
        yield from ticks(data, fact.at, closes_at)
    yield from told


def leave(fact: Fact, view: FlashSaleView) -> Iterator[Effect]:
    """Let the member wait no more, in a queue or after a draw."""
    key, line = fact.data["line"], view.team(Line)
    found = view.state.waiting_in(key)
    if line is None or found is None:
        yield Refuse("NO_WAIT")
        return
    number = number_in(line, found)
    if number is None:
        yield Refuse("NOT_DRAWN")
    elif number not in line.waiting:
        yield Refuse("OFFER_COMING")
    else:
        yield SetTeam(key, line.without(number))
        yield SetState(view.state.ended(found, Status.CANCELLED))
        yield Cancel(found.reservation)


def serve(fact: Fact, view: FlashSaleView, freed: int = 0) -> Iterator[Effect]:
    """Offer what is free to those who are first, where the line is still at it; `freed` units have come back."""
    line = view.team(Line)
    if line is None:
        return
    told_of = line.changed(freed=line.freed + freed) if line.is_draw else line
    left, told = offers(told_of, fact.data, to_offer(told_of, fact, view))
    if left != line:
        yield SetTeam(fact.data["line"], left)
    yield from told


def to_offer(line: Line, fact: Fact, view: FlashSaleView) -> int:
    """How many units may be offered: of a queue what its slot can sell, of a draw what winners did not pay for."""
    if line.ends_at is None or fact.at >= line.ends_at:
        return 0
    if line.is_draw:
        return line.freed if line.is_settled else 0
    # A fact that was told late may be of another slot, whose units these are not.
    return free_units(line, view) if is_now(fact.data, fact, view) else 0


def is_now(data: Mapping[str, Any], fact: Fact, view: FlashSaleView) -> bool:
    """Whether a fact falls into the slot of the line that it names."""
    present = line_of(view.config, data, fact.at.astimezone(view.zone))
    return present is not None and present == data["line"]


def take_offer(fact: Fact, view: FlashSaleView) -> Iterator[Effect]:
    """Set aside for a member what they waited for; if it is gone meanwhile, they are in their place again."""
    key, line = fact.data["line"], view.team(Line)
    found = view.state.waiting_in(key)
    if line is None or found is None:
        return
    arrived, number = line.changed(offered=line.offered - 1), number_in(line, found)
    assert number is not None, "who is offered a unit has a place"  # noqa: S101 - our bug
    if has_one(found, view):
        yield SetTeam(key, arrived)
        # From when it can be known, however late that is.
        pay_by = pay_by_from(view.now, view)
        yield from hold(found.offered(pay_by), pay_by, view)
        yield Notify("yours", {"title": title_of(found, view), "minutes": view.config.minutes_to_pay})
    else:
        yield SetTeam(key, arrived.with_waiting(number, view.member.id))
        # It may have closed in between.
        data = {"line": key, "item": found.item, "reservation": found.reservation}
        yield Schedule(found.reservation, arrived.ends_at or fact.at, "close", data)


def has_one(found: Claim, view: FlashSaleView) -> bool:
    """Whether a unit is left for a claim, in its slot too where that counts."""
    slot_left = view.left("slot_stock") if found.is_of_slot else None
    return bool(view.left("stock")) and slot_left != 0


def close(fact: Fact, view: FlashSaleView) -> Iterator[Effect]:
    """Let a member wait no more whose line has ended; not one who is being offered something."""
    found, line = view.state.claim(fact.data["reservation"]), view.team(Line)
    if found is None or line is None or found.status is not Status.WAITING:
        return
    number = number_in(line, found)
    if number in line.waiting:
        yield SetTeam(fact.data["line"], line.without(number))
        yield SetState(view.state.ended(found, Status.LOST))
        yield Notify("in_vain", {"title": title_of(found, view)})
