"""Seats given up: by the member, because nobody paid, or because their money went back."""

from collections.abc import Iterator

from plugins.group_buy.seating import is_over, pay_timer
from plugins.group_buy.settling import keep, pay_back, title_of
from plugins.group_buy.states import LIVE, WITH_MONEY, GroupBuyView, Seat, Status
from plugins.group_buy.teams import Outcome, Team
from siyu.sdk import Cancel, Confirm, Effect, Emit, Fact, Notify, Refuse, Release, Reverse, Revoke, SetState


def leave(fact: Fact, view: GroupBuyView) -> Iterator[Effect]:
    """Give a seat up while the team is open; what was paid for it goes back."""
    team, seat = view.team(Team), view.state.seat(fact.data["team"])
    if team is None or seat is None:
        yield Refuse("NO_SEAT")
    elif seat.status not in LIVE:
        yield Refuse("SEAT_OVER")
    elif not team.is_open or is_over(team, fact):
        yield Refuse("TEAM_OVER")
    elif seat.status is Status.PAID:
        yield from vacate(seat, Status.REFUNDED, team, view)
        yield from pay_back(seat.order or "", seat.amount_fen, "left")
    else:
        yield from vacate(seat, Status.LEFT, team, view)


def call_off(fact: Fact, view: GroupBuyView) -> Iterator[Effect]:
    """Free the seat of an order that will not be paid; orders of no team are not ours."""
    key = fact.data.get("team")
    if key is None:
        return
    team, seat = view.team(Team), view.state.seat(key)
    if team is None:
        yield Refuse("NO_TEAM")
    elif seat is None:
        yield Refuse("NO_SEAT")
    elif seat.status in WITH_MONEY:
        yield Refuse("SEAT_PAID")
    elif seat.status is not Status.HELD or not team.is_open:
        yield Refuse("SEAT_OVER")
    else:
        yield from vacate(seat, Status.LEFT, team, view)


def expire(fact: Fact, view: GroupBuyView) -> Iterator[Effect]:
    """Free a seat that was not paid for in time; of a team that is decided, its own fact does."""
    team, seat = view.team(Team), view.state.seat(fact.data["team"])
    if team is not None and seat is not None and seat.status is Status.HELD and team.is_open:
        yield from vacate(seat, Status.EXPIRED, team, view)
        yield Notify("expired", {"title": title_of(seat, view)})


def refunded(fact: Fact, view: GroupBuyView) -> Iterator[Effect]:
    """End the seat of an order whose money is all back; a part of it ends nothing."""
    order, state = view.order, view.state
    if order is None or order.refunded_fen < order.amount_fen:
        return
    seat = state.paid_by(order.number)
    if seat is None and state.waited_for(order.number) is not None:
        yield SetState(state.looked_at(order.number))
    elif seat is None:
        return
    elif seat.status is Status.PAID and fact.data.get("team") != seat.team:
        # Only a fact that names the team may change it.
        yield Emit("unseat", {"team": seat.team, "order": order.number})
    else:
        yield from undo(seat, order.number, view)


def unseat(fact: Fact, view: GroupBuyView) -> Iterator[Effect]:
    """The same, by a fact that names the team of the seat."""
    order = fact.data["order"]
    seat = view.state.paid_by(order)
    if seat is not None:
        yield from undo(seat, order, view)


def undo(seat: Seat, order: str, view: GroupBuyView) -> Iterator[Effect]:
    """Free the seat of a team that is open, or take the leader's perk back: a success stays one."""
    team = view.team(Team)
    if seat.status is Status.PAID and team is not None and team.is_open:
        yield from vacate(seat, Status.REFUNDED, team, view)
        return
    if seat.status is Status.PAID:
        # The team is decided, and the fact that tells this member will find nothing to do.
        succeeded = team is not None and team.outcome is Outcome.SUCCEEDED
        yield Confirm(seat.key, "SEAT_OVER") if succeeded else Release(seat.key)
    granted = view.granted("points", order)
    if granted is not None:
        yield Reverse("points", granted.amount, order)
    yield Revoke(seat.team)
    yield SetState(view.state.moved(seat, Status.REFUNDED))


def vacate(seat: Seat, status: Status, team: Team, view: GroupBuyView) -> Iterator[Effect]:
    """Free a seat of an open team; whoever joined next leads it, by the same deadline."""
    member = view.member.id
    after = team.left_by(member, veteran=seat.veteran)
    yield Release(seat.key)
    yield Cancel(pay_timer(seat.team))
    yield SetState(view.state.moved(seat, status))
    yield from keep(seat.team, after)
    if not after.is_open and member == team.opener:
        yield Cancel(seat.team)
    elif after.is_open and after.leader != team.leader:
        yield Emit("leads", {"team": seat.team}, after.leader)
