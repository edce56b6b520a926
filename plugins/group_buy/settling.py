"""Teams decided: full, or at the deadline; and what becomes of each member's seat and money then."""

from collections.abc import Iterator

from plugins.group_buy.states import GroupBuyView, Seat, Status
from plugins.group_buy.teams import Outcome, Team
from siyu.sdk import Cancel, Confirm, Effect, Emit, Fact, Grant, Issue, Notify, Refund, Release, SetState, SetTeam


def yuan(fen: int) -> str:
    """An amount as members read it: `yuan(9905)` is 99.05."""
    return f"{fen // 100}.{fen % 100:02}"


def title_of(seat: Seat, view: GroupBuyView) -> str:
    """What members call the item; its key, where it has left the campaign."""
    item = view.config.item(seat.item)
    return item.title if item else seat.item


def keep(key: str, team: Team) -> Iterator[Effect]:
    """Keep a team as it is now; where its last seat was paid for, it has succeeded."""
    if team.is_open and team.paid == team.size:
        yield from decide_team(key, team.decided())
    else:
        yield SetTeam(key, team)


def deadline(fact: Fact, view: GroupBuyView) -> Iterator[Effect]:
    """Decide about a team that has not filled in time."""
    team = view.team(Team)
    if team is not None and team.is_open:
        yield from decide_team(fact.data["team"], team.decided())


def decide_team(key: str, team: Team) -> Iterator[Effect]:
    """Keep the outcome and tell every member of it: what follows for them is decided about each."""
    yield SetTeam(key, team)
    for seat in team.seats:
        yield Emit("settled", {"team": key}, seat.member)


def settle(fact: Fact, view: GroupBuyView) -> Iterator[Effect]:
    """End a member's seat as the team has ended; one that has ended already stays as it is."""
    team, seat = view.team(Team), view.state.seat(fact.data["team"])
    if team is None or seat is None or team.is_open:
        return
    if team.opener == fact.member_id:
        yield Cancel(seat.team)
    if seat.status is Status.HELD:
        yield Release(seat.key)
        yield SetState(view.state.moved(seat, Status.EXPIRED))
        yield Notify("expired", {"title": title_of(seat, view)})
    elif seat.status is Status.PAID and team.outcome is Outcome.SUCCEEDED:
        yield from sell(fact, view, team, seat)
    elif seat.status is Status.PAID:
        yield Release(seat.key)
        yield SetState(view.state.moved(seat, Status.REFUNDED))
        yield from pay_back(seat.order or "", seat.amount_fen, "team_failed")


def sell(fact: Fact, view: GroupBuyView, team: Team, seat: Seat) -> Iterator[Effect]:
    """The units are bought at the price of the step that the team reached; what was paid beyond it goes back."""
    reached, leads = team.reached or team.size, team.leader == fact.member_id
    price_fen = team.price_fen(seat.item, reached) or 0
    back_fen = seat.amount_fen - seat.quantity * price_fen + (team.perk.off_fen if leads else 0)
    yield Confirm(seat.key, "SEAT_OVER")
    yield SetState(view.state.moved(seat, Status.BOUGHT))
    yield Notify("succeeded", {"title": title_of(seat, view), "size": reached, "price": yuan(price_fen)})
    if back_fen:
        yield Refund(seat.order or "", back_fen, "price_step")
        yield Notify("money_back", {"back": yuan(back_fen)})
    # By a fact of its own: a cap that refuses the perk must not keep the member from what they bought.
    if leads and (team.perk.points or team.perk.reward):
        yield Emit("perk", {"team": seat.team})


def give_perk(fact: Fact, view: GroupBuyView) -> Iterator[Effect]:
    """Give the leader of a team that succeeded what was promised for it, while their order stands."""
    team, seat = view.team(Team), view.state.seat(fact.data["team"])
    if team is None or seat is None or seat.status is not Status.BOUGHT:
        return
    if team.perk.points:
        yield Grant("points", team.perk.points, reference=seat.order)
    if team.perk.reward:
        yield Issue(team.perk.reward, seat.team, "PERK_GIVEN")


def pay_back(order: str, amount_fen: int, reason: str) -> Iterator[Effect]:
    """Ask the shop for all of an order, and tell the member."""
    yield Refund(order, amount_fen, reason)
    yield Notify("refund", {"order": order})


def lead(fact: Fact, view: GroupBuyView) -> Iterator[Effect]:
    """Tell whoever leads an open team now."""
    team = view.team(Team)
    if team is not None and team.is_open and team.leader == fact.member_id:
        yield Notify("leads", {"missing": team.size - team.paid})
