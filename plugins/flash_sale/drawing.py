"""The lottery: tickets of a slot are put into an order that nobody could foresee and everybody can check."""

from collections.abc import Iterator
from datetime import timedelta

from plugins.flash_sale.claiming import FlashSaleView, hold, pay_by_from, personal, shortage, title_of
from plugins.flash_sale.config import WAITING_MAX, Allocation, slot_end
from plugins.flash_sale.lines import Line, offers, slot_in, ticks
from plugins.flash_sale.queueing import to_offer
from plugins.flash_sale.states import Claim, Status
from siyu.sdk import Draw, Effect, Fact, Notify, Refuse, Schedule, SetState, SetTeam


def enter(fact: Fact, view: FlashSaleView) -> Iterator[Effect]:
    """Give the member the next ticket of the slot's draw."""
    item, line, key = view.config.item(fact.data["item"]), view.team(Line), view.team_key
    if item is None:
        yield Refuse("NO_ITEM")
        return
    if view.config.allocation is not Allocation.LOTTERY:
        yield Refuse("NO_DRAW")
        return
    if line is None or key is None:
        yield Refuse("NOT_NOW")
        return
    refusal = no_ticket(key, line, fact, view) or personal(item, 1, view.left("slot_stock"), view)
    if refusal is not None:
        yield refusal
        return
    # The first ticket fixes it, whatever becomes of the config.
    closes_at = line.closes_at or slot_end(view.config, slot_in(key), view.zone)
    seed_hash = line.seed_hash or view.draw(key).seed_hash
    made = Claim(reservation=fact.new_key, item=item.key, quantity=1, amount_fen=item.price_fen, line=key)
    entered = made.model_copy(update={"status": Status.WAITING, "ticket": line.tickets})
    yield SetTeam(key, line.changed(tickets=line.tickets + 1, closes_at=closes_at, seed_hash=seed_hash))
    yield SetState(view.state.with_claim(entered))
    data = {"line": key, "item": item.key, "reservation": made.reservation}
    yield Schedule(made.reservation, closes_at, "draw", data)


def no_ticket(key: str, line: Line, fact: Fact, view: FlashSaleView) -> Refuse | None:
    """Why there is no ticket to be had: they have one, it is too late, or there is nothing left to draw for."""
    if view.state.waiting_in(key) is not None:
        return Refuse("IN_LINE")
    if line.units is not None or (line.closes_at is not None and fact.at >= line.closes_at):
        return Refuse("DRAWN")
    refusal = shortage(1, None, view)
    return refusal if refusal is not None and refusal.code == "SOLD_OUT" else None


def draw(fact: Fact, view: FlashSaleView) -> Iterator[Effect]:
    """Find the place of one ticket: it wins, or waits for what winners do not pay for, or has lost.

    The first ticket that asks fixes how many units are drawn for; from then on nobody gets in, and the seed is shown.
    """
    line, found = view.team(Line), view.state.claim(fact.data["reservation"])
    if line is None or found is None or found.ticket is None:
        return
    drawn = line if line.units is not None else opened(line, fact, view)
    assert drawn.seed is not None, "a draw that is open has a seed"  # noqa: S101 - our bug
    assert drawn.units is not None, "as well as its units"  # noqa: S101 - our bug
    place = Draw(drawn.seed, drawn.seed_hash or "").position(found.ticket, drawn.tickets) + 1
    placed, decided = found.model_copy(update={"place": place}), drawn.changed(decided=drawn.decided + 1)
    if place <= drawn.units and view.left("stock"):
        pay_by = pay_by_from(view.now, view)
        yield from hold(placed.offered(pay_by), pay_by, view)
        yield Notify("yours", {"title": title_of(found, view), "minutes": view.config.minutes_to_pay})
    elif place <= drawn.units + view.config.standby and len(drawn.waiting) < WAITING_MAX:
        decided = decided.with_waiting(place, view.member.id)
        yield SetState(view.state.with_claim(placed))
        yield Schedule(found.reservation, drawn.ends_at or fact.at, "close", dict(fact.data))
        yield Notify("next", {"title": title_of(found, view), "place": max(1, place - drawn.units)})
    else:
        yield SetState(view.state.ended(placed, Status.LOST))
        yield Notify("in_vain", {"title": title_of(found, view)})
    left, told = offers(decided, fact.data, to_offer(decided, fact, view))
    yield SetTeam(fact.data["line"], left)
    if line.units is None and drawn.ends_at is not None:
        yield from ticks(fact.data, fact.at, drawn.ends_at)
    yield from told


def opened(line: Line, fact: Fact, view: FlashSaleView) -> Line:
    """The draw with its seed, for as many units as are left, or as the slot may sell."""
    item, left = view.config.item(fact.data["item"]), view.left("stock") or 0
    units = left if item is None or item.slot_stock is None else min(left, item.slot_stock)
    ends_at = fact.at + timedelta(minutes=view.config.standby_minutes)
    return line.changed(seed=view.draw(fact.data["line"]).seed, units=units, ends_at=ends_at)
