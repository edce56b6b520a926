"""A group-buy does what a plain model of it does, whatever members and the shop do and whenever."""

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from plugins.group_buy.campaign import GROUP_BUY
from plugins.group_buy.config import GroupBuyConfig
from plugins.group_buy.teams import Team
from siyu.sdk.testing import Played, Stage
from tests.plugins.group_buy_clerk import (
    HOURS,
    MEMBERS,
    MINUTES_TO_PAY,
    PRICES_FEN,
    SEATS,
    SIZES,
    TEAMS,
    Clerk,
    PaperTeam,
)
from tests.plugins.mug_team import GroupBuyStage, mugs, stock

NAMES = st.sampled_from(MEMBERS)
PLACES = st.integers(0, 30)
# For a seat, and for its team.
TOO_LONG = st.sampled_from([MINUTES_TO_PAY, MINUTES_TO_PAY, HOURS * 60])
# Most reports are right.
DIFFERENCES_FEN = st.sampled_from([0, 0, 0, 0, 0, 1, -1])


class Teams(RuleBasedStateMachine):
    """A stage beside the clerk."""

    @initialize(
        units=st.integers(1, 12),
        newcomer_seats=st.sampled_from([0, 1, 2]),
        when_full=st.sampled_from(["refuse", "new_team"]),
        late_payer=st.sampled_from(["refund", "new_team"]),
    )
    def begin(self, units: int, newcomer_seats: int, when_full: str, late_payer: str) -> None:
        """So many units, and what the shop has chosen."""
        self.clerk = Clerk(units, newcomer_seats, when_full, late_payer)
        self.stage: GroupBuyStage = Stage(GROUP_BUY, self.config(), at="2026-11-22T12:00")
        self.others = 0
        self.names = {self.stage.member(name).id: name for name in MEMBERS}
        self.open("lin")

    def config(self) -> GroupBuyConfig:
        """What the clerk works by."""
        clerk = self.clerk
        return mugs(
            items=[{"key": "mug", "prices_fen": PRICES_FEN, "stock": clerk.stock}],
            sizes=SIZES,
            hours=HOURS,
            minutes_to_pay=MINUTES_TO_PAY,
            seats_per_member=SEATS,
            teams_per_member=TEAMS,
            newcomer_seats=clerk.newcomer_seats,
            when_full=clerk.when_full,
            late_payer=clerk.late_payer,
        )

    def some_team(self, place: int) -> PaperTeam:
        """One of those there were, the latest more often."""
        teams = list(self.clerk.teams.values())
        return teams[-1 - place % min(4, len(teams))]

    @rule(member=NAMES)
    def open(self, member: str) -> None:
        """Somebody opens a team."""
        expected, veteran = self.clerk.cannot_open(member), self.clerk.is_veteran(member)

        played = self.stage.act(member, "open", item="mug")

        assert played.refusal == expected
        if expected is None:
            self.clerk.open(played.fact.new_key, member, veteran=veteran)

    @precondition(lambda self: self.clerk.teams)
    @rule(place=PLACES, member=NAMES)
    def join(self, place: int, member: str) -> None:
        """Somebody joins, which may open another team."""
        self.join_team(self.some_team(place), member)

    def join_team(self, team: PaperTeam, member: str) -> None:
        """Let somebody join this one."""
        veteran, expected = self.clerk.is_veteran(member), self.clerk.cannot_join(member, team)

        played = self.stage.act(member, "join", team=team.key, item="mug")

        assert played.refusal == expected
        if expected is None and team.is_full:
            self.clerk.open(played.fact.new_key, member, veteran=veteran)
        elif expected is None:
            self.clerk.sit(team, member, veteran=veteran)

    @precondition(lambda self: self.clerk.teams)
    @rule(place=PLACES, member=NAMES)
    def leave(self, place: int, member: str) -> None:
        """Somebody leaves, who may never have been there."""
        team = self.some_team(place)
        expected = self.cannot_leave(team, member)

        assert self.stage.act(member, "leave", team=team.key).refusal == expected
        if expected is None:
            self.clerk.leave(team, member)

    def cannot_leave(self, team: PaperTeam, member: str) -> str | None:
        """Why somebody cannot leave."""
        seat = team.seats.get(member)
        if seat is None:
            return "NO_SEAT"
        if seat.status in {"left", "expired", "refunded"}:
            return "SEAT_OVER"
        return None if team.outcome == "open" else "TEAM_OVER"

    @precondition(lambda self: self.clerk.teams)
    @rule(place=PLACES, member=NAMES)
    def call_off(self, place: int, member: str) -> None:
        """The shop tells that an order will not be paid."""
        team = self.some_team(place)
        seat = team.seats.get(member)
        codes = {"held": None, "paid": "SEAT_PAID", "bought": "SEAT_PAID"}
        expected = "NO_SEAT" if seat is None else codes.get(seat.status, "SEAT_OVER")

        assert self.stage.fact(member, "order.cancelled", order="off", team=team.key).refusal == expected
        if expected is None:
            self.clerk.give_up(team, member, "left")

    @precondition(lambda self: self.clerk.teams)
    @rule(place=PLACES, member=NAMES, difference_fen=DIFFERENCES_FEN)
    def pay(self, place: int, member: str, difference_fen: int) -> None:
        """An order is paid: on time or late, once or again, the right amount or another, with a seat or without."""
        self.report(self.some_team(place), member, difference_fen)

    @precondition(lambda self: self.clerk.teams)
    @rule(place=PLACES)
    def all_join(self, place: int) -> None:
        """Everybody wants a seat in one team, which has none for the last of them."""
        key = self.some_team(place).key
        for member in MEMBERS:
            self.join_team(self.clerk.teams[key], member)

    @precondition(lambda self: self.clerk.teams)
    @rule(place=PLACES)
    def get_together(self, place: int) -> None:
        """Everybody joins, and whoever got in pays."""
        self.all_join(place)
        self.pay_all(place)

    @rule(member=NAMES)
    def buy_elsewhere(self, member: str) -> None:
        """Somebody orders something else of the shop, and is no newcomer any more."""
        self.others += 1
        told = {"order": f"other-{self.others}", "amount_fen": 1}
        assert self.stage.fact(member, "order.paid", **told).effects == ()
        self.clerk.ordered.add(member)

    @precondition(lambda self: self.clerk.teams)
    @rule(place=PLACES)
    def pay_all(self, place: int) -> None:
        """Whoever has a seat in a team pays for it."""
        team = self.some_team(place)
        for member in [member for member in team.order if team.seats[member].status == "held"]:
            self.report(team, member, 0)

    @precondition(lambda self: self.clerk.teams)
    @rule(place=PLACES, member=NAMES, other=NAMES, minutes=TOO_LONG)
    def come_late(self, place: int, member: str, other: str, minutes: int) -> None:
        """Somebody joins and lets the time run out, somebody else comes, and only then the first one pays."""
        team = self.some_team(place)
        self.join(place, member)
        self.wait(minutes)
        self.join(place, other)
        self.report(team, member, 0)

    def report(self, team: PaperTeam, member: str, difference_fen: int) -> None:
        """The shop tells of a new order, twice."""
        order, amount_fen = f"A-{len(self.clerk.orders) + 1}", PRICES_FEN[0] + difference_fen
        told = {"order": order, "amount_fen": amount_fen, "team": team.key}
        played = self.stage.fact(member, "order.paid", **told)
        assert played.refusal is None
        self.clerk.pay(team, member, order, amount_fen, new_key(played))

        assert self.stage.fact(member, "order.paid", **told).refusal == "ORDER_ALREADY_PAID"

    @precondition(lambda self: self.clerk.orders)
    @rule(place=PLACES, share=st.sampled_from([1, 2]), names_team=st.booleans())
    def return_money(self, place: int, share: int, names_team: bool) -> None:
        """The shop pays an order back, or half of what is left of it, whether it was asked to or not."""
        orders = sorted(self.clerk.orders)
        order = orders[place % len(orders)]
        member, amount_fen = self.clerk.orders[order]
        left_fen = amount_fen - self.clerk.back[order]
        if left_fen == 0:
            return
        fen = -(-left_fen // share)
        named = {"team": self.some_team(place).key} if names_team else {}
        played = self.stage.fact(member, "order.refunded", order=order, amount_fen=fen, **named)
        assert played.refusal is None
        self.clerk.return_money(order, fen)

    @rule(minutes=st.sampled_from([0, 1, 7, 15, 60]))
    def wait(self, minutes: int) -> None:
        """Time passes."""
        self.clerk.wait(minutes)
        self.stage.wait(minutes=minutes)

    @rule(more=st.integers(1, 3))
    def restock(self, more: int) -> None:
        """There are more."""
        self.clerk.stock += more
        self.stage.config = self.config()

    @invariant()
    def the_teams_are_those_on_paper(self) -> None:
        """Who is in them, who has paid, who leads, and how they ended."""
        for key, team in self.clerk.teams.items():
            kept: Team = self.stage.team(key)
            paid = team.paid
            assert [(self.names[seat.member], seat.paid) for seat in kept.seats] == [
                (member, member in paid) for member in team.order
            ]
            assert (kept.outcome.value, kept.reached) == (team.outcome, team.reached)
            assert len(kept.seats) <= SIZES[-1]
            if kept.seats:
                assert (self.names[kept.leader], self.names[kept.opener]) == (team.leader, team.opener)

    @invariant()
    def the_seats_are_those_on_paper(self) -> None:
        """Where each is, and which order paid it."""
        for member in MEMBERS:
            state = self.stage.state(member)
            teams = self.clerk.teams.values()
            assert {seat.team: (seat.status.value, seat.order) for seat in state.seats} == {
                team.key: (team.seats[member].status, team.seats[member].order)
                for team in teams
                if member in team.seats
            }
            assert (state.opened, state.live) == (self.clerk.opened[member], self.clerk.live(member))
            assert state.live <= SEATS

    @invariant()
    def nothing_is_oversold(self) -> None:
        """What is counted is what the clerk has, and never more than there is."""
        assert stock(self.stage) == (self.clerk.sold, self.clerk.held)
        assert self.clerk.left >= 0

    @invariant()
    def every_order_has_a_seat_or_goes_back(self) -> None:
        """One of them, never both, never neither; no order waits to be looked at."""
        seated = [
            seat.order
            for member in MEMBERS
            for seat in self.stage.state(member).seats
            if seat.status.value in {"paid", "bought"}
        ]
        whole = {order for order, fen in self.clerk.asked.items() if fen >= self.clerk.orders[order][1]}
        whole |= {order for order, (_, fen) in self.clerk.orders.items() if self.clerk.back[order] == fen}
        assert sorted([*seated, *whole]) == sorted(self.clerk.orders)
        for member in MEMBERS:
            assert self.stage.refunds(member) == self.clerk.open_refunds(member)
            assert all(seat.late == () for seat in self.stage.state(member).seats)

    def teardown(self) -> None:
        """In the end every team is decided, nothing is held, and no timer waits."""
        if hasattr(self, "stage"):
            self.wait(HOURS * 60)
            assert all(team.outcome != "open" for team in self.clerk.teams.values())
            assert self.clerk.held == 0
            self.the_teams_are_those_on_paper()
            self.the_seats_are_those_on_paper()
            self.nothing_is_oversold()
            self.every_order_has_a_seat_or_goes_back()
            assert [self.stage.timers(member) for member in MEMBERS] == [{}] * len(MEMBERS)


def new_key(played: Played) -> str:
    """The key of the team that a late order has opened, if it has."""
    return played.followed[0].fact.new_key if played.followed else ""


def test_a_group_buy_is_what_a_clerk_would_write_down() -> None:
    """The same lives every time, up to the first that is otherwise; the longer run draws new ones."""
    same = settings(max_examples=80, stateful_step_count=40, deadline=None, derandomize=True, phases=[Phase.generate])
    run_state_machine_as_test(Teams, settings=same)


class Counted(Teams):
    """The same, which counts its steps."""

    steps = 0

    @invariant()
    def one_more(self) -> None:
        """It is looked at after each of them."""
        Counted.steps += 1


@pytest.mark.prove
def test_a_group_buy_is_what_a_clerk_would_write_down_in_10_000_steps() -> None:
    run_state_machine_as_test(Counted, settings=settings(max_examples=600, stateful_step_count=50, deadline=None))

    assert Counted.steps > 10_000
