"""Seats taken: in a team that is opened, in one that is joined."""

from collections.abc import Iterator
from datetime import timedelta
from typing import NamedTuple

from plugins.group_buy.settling import keep
from plugins.group_buy.states import LIVE, SEATS_MAX, GroupBuyView, Seat, Status
from plugins.group_buy.teams import Team, team_of
from siyu.sdk import Effect, Fact, Refuse, Reserve, Schedule, SetState


class Wish(NamedTuple):
    """What somebody wants a seat for: so many of an item; `order` where it is paid for already."""

    item: str
    quantity: int
    veteran: bool
    order: str | None = None


def pay_timer(team: str) -> str:
    """The key of the timer that ends a seat of the team which is not paid for."""
    return f"pay.{team}"


def wish_of(fact: Fact, view: GroupBuyView) -> Wish:
    """What the member of an action wants."""
    veteran = view.config.newcomer_seats > 0 and view.features.has_ordered
    return Wish(fact.data["item"], fact.data["quantity"], veteran)


def open_team(fact: Fact, view: GroupBuyView) -> Iterator[Effect]:
    """Open a team for the member, who leads it."""
    wish = wish_of(fact, view)
    refusal = member_objection(wish, view) or team_objection(view) or shortage(wish.quantity, view)
    if refusal is not None:
        yield refusal
    else:
        yield from found(fact, view, wish)


def join(fact: Fact, view: GroupBuyView) -> Iterator[Effect]:
    """Seat the member in the team whose key they were given, or in a new one where that has filled."""
    key, team, wish = fact.data["team"], view.team(Team), wish_of(fact, view)
    own = view.state.seat(key)
    if team is None:
        yield Refuse("NO_TEAM")
    elif own is not None and own.status in LIVE:
        yield Refuse("ALREADY_IN")
    elif is_over(team, fact):
        yield Refuse("TEAM_OVER")
    elif team.has_filled and view.config.when_full == "new_team":
        yield from open_team(fact, view)
    elif team.has_filled:
        yield Refuse("TEAM_FULL", {"unpaid": len(team.seats) - team.paid})
    elif (refusal := seat_objection(team, wish, view)) is not None:
        yield refusal
    else:
        yield from sit_down(fact, view, key, team, wish)


def is_over(team: Team, fact: Fact) -> bool:
    """Whether nobody can join, leave or fill the team any more, other than because it is full."""
    return fact.at >= team.ends_at if team.is_open else not team.has_filled


def seat_objection(team: Team, wish: Wish, view: GroupBuyView) -> Refuse | None:
    """Why the member cannot have a seat of a team that has a free one."""
    if team.price_fen(wish.item, team.sizes[0]) is None:
        return Refuse("NO_ITEM")
    if not team.has_room(veteran=wish.veteran, newcomer_seats=view.config.newcomer_seats):
        return Refuse("NEWCOMERS_ONLY")
    return member_objection(wish, view) or shortage(wish.quantity, view)


def member_objection(wish: Wish, view: GroupBuyView) -> Refuse | None:
    """Why the member cannot have a seat in any team."""
    config, state = view.config, view.state
    if config.item(wish.item) is None:
        return Refuse("NO_ITEM")
    if wish.quantity > config.quantity_max:
        return Refuse("QUANTITY_LIMIT", {"most": config.quantity_max})
    if state.live >= config.seats_per_member:
        return Refuse("SEAT_LIMIT", {"most": config.seats_per_member})
    return Refuse("TOO_MANY_SEATS", {"most": SEATS_MAX}) if state.taken >= SEATS_MAX else None


def team_objection(view: GroupBuyView) -> Refuse | None:
    """Why the member cannot open a team."""
    most = view.config.teams_per_member
    return Refuse("TEAM_LIMIT", {"most": most}) if view.state.opened >= most else None


def shortage(quantity: int, view: GroupBuyView) -> Refuse | None:
    """Why there are not so many: none for good, none until a seat is given up, or too few."""
    left = view.left("stock") or 0
    if left == 0:
        on_hold = view.on_hold("stock")
        return Refuse("SOLD_OUT_FOR_NOW", {"on_hold": on_hold}) if on_hold else Refuse("SOLD_OUT")
    return Refuse("TOO_FEW_LEFT", {"left": left}) if quantity > left else None


def found(fact: Fact, view: GroupBuyView, wish: Wish) -> Iterator[Effect]:
    """Open a team and give its first seat to the member."""
    key = fact.new_key
    team = team_of(fact.member_id, view.config, fact.at + timedelta(hours=view.config.hours))
    yield from sit_down(fact, view, key, team, wish)
    yield Schedule(key, team.ends_at, "deadline", {"team": key})


def sit_down(fact: Fact, view: GroupBuyView, key: str, team: Team, wish: Wish) -> Iterator[Effect]:
    """Give the member a seat: held for as long as they have to pay, or paid for at once."""
    pay_by = min(fact.at + timedelta(minutes=view.config.minutes_to_pay), team.ends_at)
    paid = wish.order is not None
    seat = Seat(
        team=key,
        key=fact.new_key,
        item=wish.item,
        quantity=wish.quantity,
        amount_fen=wish.quantity * (team.price_fen(wish.item, team.sizes[0]) or 0),
        pay_by=pay_by,
        veteran=wish.veteran,
        status=Status.PAID if paid else Status.HELD,
        order=wish.order,
    )
    yield Reserve("stock", wish.quantity, key=seat.key)
    # A team that siyu opens for money that came late is not one of those that a member may open.
    state = view.state if wish.order is None else view.state.looked_at(wish.order)
    yield SetState(state.with_new(seat, opens=key == fact.new_key and not paid))
    yield from keep(key, team.joined_by(fact.member_id, paid=paid, veteran=wish.veteran))
    # What is due with the team is ended with it.
    if not paid and pay_by < team.ends_at:
        yield Schedule(pay_timer(key), pay_by, "expire", {"team": key})
