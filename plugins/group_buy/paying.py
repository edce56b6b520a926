"""What the shop reports of payments: each ends in a seat of a team, or in a refund that is asked for."""

from collections.abc import Iterator

from plugins.group_buy.seating import pay_timer
from plugins.group_buy.settling import keep, pay_back
from plugins.group_buy.states import LATE_MAX, WITH_MONEY, GroupBuyView, Seat, Status
from plugins.group_buy.teams import Team
from siyu.sdk import Cancel, Effect, Emit, Fact, OrderView, Refuse, SetState


def pay(fact: Fact, view: GroupBuyView) -> Iterator[Effect]:
    """Take the money that was agreed for a seat that is held; other money goes back, or is looked at again."""
    order, key = view.order, fact.data.get("team")
    if order is None or key is None:
        return
    team, seat = view.team(Team), view.state.seat(key)
    if team is None:
        yield Refuse("NO_TEAM")
    elif order.amount_fen == 0:
        yield Refuse("NOTHING_PAID")
    elif seat is None:
        yield from pay_back(order.number, order.amount_fen, "no_seat")
    elif (reason := why_not(seat, order)) is not None:
        yield from pay_back(order.number, order.amount_fen, reason)
    elif seat.status is Status.HELD and team.is_open:
        yield from take(seat, order.number, team, view)
    else:
        yield SetState(view.state.waiting(seat, order.number))
        # Only a fact that names the item may take of its stock.
        yield Emit("late", {"team": key, "item": seat.item, "quantity": seat.quantity, **told(order)})


def told(order: OrderView) -> dict[str, str | int]:
    """What a fact about a late order says of it."""
    return {"order": order.number, "amount_fen": order.amount_fen}


def why_not(seat: Seat, order: OrderView) -> str | None:
    """Why the money of an order goes back whatever has become of the team; None where it may do."""
    if seat.status in WITH_MONEY:
        return "paid_twice"
    if order.amount_fen != seat.amount_fen:
        return "wrong_amount"
    return "late" if len(seat.late) >= LATE_MAX else None


def take(seat: Seat, order: str, team: Team, view: GroupBuyView) -> Iterator[Effect]:
    """The seat is paid for; if it was the last one, the team has succeeded."""
    yield Cancel(pay_timer(seat.team))
    yield SetState(view.state.looked_at(order).moved(seat, Status.PAID, order))
    yield from keep(seat.team, team.paid_by(view.member.id))
