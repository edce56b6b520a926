"""Orders that were paid for a seat when it was over: another seat, or the money back."""

from collections.abc import Iterator

from plugins.group_buy.paying import take
from plugins.group_buy.seating import Wish, found, sit_down
from plugins.group_buy.settling import pay_back
from plugins.group_buy.states import LIVE, SEATS_MAX, GroupBuyView, Seat, Status
from plugins.group_buy.teams import Team
from siyu.sdk import Effect, Fact, SetState


def pay_late(fact: Fact, view: GroupBuyView) -> Iterator[Effect]:
    """Look at an order once: at the team's other seats, then at a new team where the shop wants that."""
    order, amount_fen, team = fact.data["order"], fact.data["amount_fen"], view.team(Team)
    seat = view.state.waited_for(order)
    if team is None or seat is None:
        # Its money is back already.
        return
    wish = Wish(fact.data["item"], fact.data["quantity"], seat.veteran, order)
    can_buy = may_buy(wish, team, seat, view)
    if seat.status is Status.HELD and team.is_open and seat.amount_fen == amount_fen:
        # They have joined again meanwhile.
        yield from take(seat, order, team, view)
    elif can_buy and team.has_room(veteran=seat.veteran, newcomer_seats=view.config.newcomer_seats):
        yield from sit_down(fact, view, seat.team, team, wish)
    elif can_buy and view.config.late_payer == "new_team" and costs_fen(wish, view) == amount_fen:
        yield from found(fact, view, wish)
    else:
        yield SetState(view.state.looked_at(order))
        yield from pay_back(order, amount_fen, "late")


def may_buy(wish: Wish, team: Team, seat: Seat, view: GroupBuyView) -> bool:
    """Whether the member may have another seat by now, in this team or a new one, and as many units are left."""
    config, state = view.config, view.state
    # The fact that ends a seat which is held in a team that is decided is on its way.
    ending = seat.status is Status.HELD and not team.is_open
    if seat.status in LIVE and not ending:
        return False
    free = state.live - ending < config.seats_per_member and state.taken < SEATS_MAX
    return free and config.item(wish.item) is not None and wish.quantity <= (view.left("stock") or 0)


def costs_fen(wish: Wish, view: GroupBuyView) -> int | None:
    """What is to be paid for a seat of a team that is opened now; None where there is no such item any more."""
    item = view.config.item(wish.item)
    return None if item is None else wish.quantity * item.prices_fen[0]
