"""A referral does what a plain model of it does, whatever members, the shop and operators do and whenever."""

from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from plugins.referral.config import ReferralConfig
from siyu.sdk.testing import Stage
from tests.plugins.referral_model import ModelOrder, ModelReferral
from tests.plugins.referral_stage import DEVICE
from tests.plugins.test_referral_commission import WITH_A_TILL

FIRST = "ann"
NAMES = ("bo", "cai", "dai", "eve", "fay", "gao")
PLACES = st.integers(0, 30)
DEVICES = st.sampled_from([None, None, DEVICE, "device-fedcba9876543210"])
MINUTE_S, DAY_S = 60, 86_400

TRIGGERS: list[dict[str, Any]] = [
    {"trigger": "orders", "trigger_orders": 1},
    {"trigger": "registered"},
    {"trigger": "orders", "trigger_orders": 2, "order_fen_min": 500},
    {"trigger": "amount", "trigger_amount_fen": 1_500, "order_fen_min": 2},
]
COMMISSIONS: list[dict[str, Any] | None] = [
    {"rates": [7, 3]},
    {"rates": [10], "days": 9},
    None,
    {"rates": [77, 33], "per": "per_mille", "spent": "forgive"},
]
CONFIGS = st.builds(
    lambda trigger, commission, refund_days, caps: ReferralConfig.model_validate(
        {
            **trigger,
            "commission": commission,
            "refund_days": refund_days,
            "caps": caps,
            "trigger_days": 12,
            "inviter": {"points": 50},
            "invitee": {"points": 20},
            "steps": [{"invitees": 1, "points": 5}, {"invitees": 2, "points": 7}],
            "risk": {"burst_invitees": 2, "burst_minutes": 30},
        }
    ),
    st.sampled_from(TRIGGERS),
    st.sampled_from(COMMISSIONS),
    st.sampled_from([3, 0]),
    st.sampled_from([{"day": None}, {"day": 1, "total": 3}, {"day": 2}]),
)


class Referral(RuleBasedStateMachine):
    """A stage beside the clerk."""

    @initialize(config=CONFIGS, brought=st.lists(PLACES, max_size=4))
    def open(self, config: ReferralConfig, brought: list[int]) -> None:
        """Ann has been a member before; some are brought at the very start."""
        self.clerk, self.stage, self.number = ModelReferral(config), Stage(WITH_A_TILL, config), 0
        self.stage.member(FIRST, joined_at="2026-11-22T11:00")
        self.clerk.join(FIRST)
        self.clerk.joined_s[FIRST] = -60 * MINUTE_S
        for place in brought:
            self.be_brought(place, None)

    def some(self, place: int, names: list[str]) -> str:
        """One of them."""
        return names[place % len(names)]

    def wait(self, seconds: int) -> None:
        """Time passes for both. Nothing but what follows happens twice in a minute."""
        self.clerk.pass_time(seconds)
        self.stage.wait(minutes=seconds // MINUTE_S)

    @precondition(lambda self: len(self.clerk.joined) <= len(NAMES))
    @rule()
    def join(self) -> None:
        """Somebody joins, and names nobody yet."""
        self.wait(MINUTE_S)
        name = NAMES[len(self.clerk.joined) - 1]
        self.stage.member(name)
        self.clerk.join(name)

    @precondition(lambda self: len(self.clerk.joined) <= len(NAMES))
    @rule(place=PLACES, device=DEVICES)
    def be_brought(self, place: int, device: str | None) -> None:
        """Somebody joins by a friend's code."""
        self.join()
        self.attempt(self.clerk.joined[-1], self.some(place, self.clerk.joined), device)

    @rule(newcomer=PLACES, inviter=PLACES, device=DEVICES)
    def bind(self, newcomer: int, inviter: int, device: str | None) -> None:
        """Anybody names anybody."""
        self.wait(MINUTE_S)
        self.attempt(self.some(newcomer, self.clerk.joined), self.some(inviter, self.clerk.joined), device)

    def attempt(self, newcomer: str, inviter: str, device: str | None) -> None:
        """One names the other, twice."""
        expected = self.clerk.objection(newcomer, inviter)

        code = self.stage.member(inviter).code
        assert self.stage.act(newcomer, "bind", code=code, device=device).refusal == expected

        if expected is None:
            self.clerk.bind(newcomer, inviter, device)
            assert self.stage.act(newcomer, "bind", code=code, device=device).refusal == "BOUND_ALREADY"

    @precondition(lambda self: self.clerk.pairs)
    @rule(place=PLACES, fen=st.sampled_from([1_000, 999, 500, 2_000, 1]))
    def pay(self, place: int, fen: int) -> None:
        """A newcomer buys."""
        self.wait(MINUTE_S)
        self.buy(self.some(place, list(self.clerk.pairs)), fen)

    @rule(place=PLACES)
    def pay_unbound(self, place: int) -> None:
        """Anybody buys."""
        self.wait(MINUTE_S)
        self.buy(self.some(place, self.clerk.joined), 1_000)

    def buy(self, buyer: str, fen: int) -> None:
        """An order, told twice."""
        self.number += 1
        told = {"order": f"A-{self.number}", "amount_fen": fen}
        self.clerk.pay(buyer, told["order"], fen)

        assert self.stage.fact(buyer, "order.paid", **told).refusal is None
        assert self.stage.fact(buyer, "order.paid", **told).refusal == "ORDER_ALREADY_PAID"

    @precondition(lambda self: any(order.net_fen for order in self.clerk.orders.values()))
    @rule(place=PLACES, whole=st.booleans())
    def refund(self, place: int, whole: bool) -> None:
        """Money of an order goes back, of the latest more often."""
        self.wait(MINUTE_S)
        open_orders = [order for order in self.clerk.orders.values() if order.net_fen]
        self.send_back(open_orders[-1 - place % min(4, len(open_orders))], whole)

    @precondition(lambda self: self.clerk.pairs)
    @rule(place=PLACES, wholes=st.lists(st.booleans(), min_size=1, max_size=2))
    def buy_and_return(self, place: int, wholes: list[bool]) -> None:
        """A newcomer sends back what they have just bought."""
        self.pay(place, 2_000)
        for whole in wholes:
            self.wait(MINUTE_S)
            order = list(self.clerk.orders.values())[-1]
            if order.net_fen:
                self.send_back(order, whole)

    @precondition(lambda self: self.clerk.pairs and self.clerk.config.commission)
    @rule(place=PLACES, half=st.booleans(), whole=st.booleans())
    def cash_in(self, place: int, half: bool, whole: bool) -> None:
        """The window closes, the inviter spends what they earned, and then the order goes back."""
        self.pay(place, 2_000)
        self.sleep(4)
        if any(self.clerk.fen.values()):
            self.withdraw(place, half)
        self.wait(MINUTE_S)
        self.send_back(list(self.clerk.orders.values())[-1], whole)

    def send_back(self, order: ModelOrder, whole: bool) -> None:
        """Money goes back: all of what is left, or some."""
        fen = order.net_fen if whole or order.net_fen == 1 else order.net_fen * 2 // 5
        self.clerk.refund(order.name, fen)
        self.stage.fact(order.buyer, "order.refunded", order=order.name, amount_fen=fen)

    @precondition(lambda self: self.clerk.pairs)
    @rule(place=PLACES, likely=st.integers(0, 5))
    def tell_late(self, place: int, likely: int) -> None:
        """An order from before a newcomer was bound turns up, which hardly ever happens."""
        self.wait(MINUTE_S)
        if likely:
            return
        newcomer, now = self.some(place, list(self.clerk.pairs)), self.stage.now
        invitation = self.stage.state(newcomer).invitation
        assert invitation is not None
        self.number += 1
        self.clerk.tell_late(newcomer)
        self.stage.go_to(invitation.bound_at.replace(second=0, microsecond=0).replace(year=2025))
        self.stage.fact(newcomer, "order.paid", order=f"A-{self.number}", amount_fen=1_000)
        self.stage.go_to(now)

    @precondition(lambda self: any(pair.look == "open" for pair in self.clerk.pairs.values()))
    @rule(place=PLACES, approved=st.booleans())
    def review(self, place: int, approved: bool) -> None:
        """An operator has looked."""
        self.wait(MINUTE_S)
        newcomer = self.some(place, [name for name, pair in self.clerk.pairs.items() if pair.look == "open"])
        if self.clerk.pairs[newcomer].look == "open":
            self.clerk.review(newcomer, approved=approved)
            self.stage.review(newcomer, "invitation", approved=approved)

    @precondition(lambda self: any(self.clerk.fen.values()))
    @rule(place=PLACES, half=st.booleans())
    def withdraw(self, place: int, half: bool) -> None:
        """Somebody spends what they earned, or half of it."""
        self.wait(MINUTE_S)
        name = self.some(place, [name for name, fen in self.clerk.fen.items() if fen] or [FIRST])
        fen = (self.clerk.fen[name] + 1) // 2 if half else self.clerk.fen[name]
        if fen:
            self.clerk.fen[name] -= fen
            assert self.stage.act(name, "withdraw", fen=fen).refusal is None

    @rule(days=st.sampled_from([1, 1, 2, 3, 4, 9]))
    def sleep(self, days: int) -> None:
        """Days pass."""
        self.wait(days * DAY_S)

    @invariant()
    def everybody_has_what_the_clerk_says(self) -> None:
        """Points, commission, and where each invitation stands."""
        for name in self.clerk.joined:
            state, pair = self.stage.state(name), self.clerk.pairs.get(name)
            assert self.stage.balance(name) == self.clerk.points[name], name
            assert self.stage.balance(name, "commission") == self.clerk.fen[name], name
            assert (state.verified, state.bound) == (self.clerk.verified[name], len(self.clerk.binds[name])), name
            assert {debt.order: debt.fen for debt in state.debts} == self.clerk.owed[name]
            assert (state.invitation and state.invitation.status.value) == (pair and pair.status), name
            assert bool(self.stage.reviews(name)) == bool(pair and pair.look == "open"), name
            assert (self.stage.best(name, "invitees") or 0) == self.clerk.verified[name]

    @invariant()
    def nobody_was_brought_by_those_they_brought(self) -> None:
        """However the attempts came, nobody is above themselves."""
        for name in self.clerk.joined:
            above, seen = self.stage.inviter(name), {name}
            while above is not None:
                assert above.name not in seen
                seen.add(above.name)
                above = self.stage.inviter(above.name)

    @invariant()
    def nothing_stands_on_what_went_back(self) -> None:
        """Of no order anybody has more than its share of what is left, but for what they owe or were forgiven."""
        terms = self.clerk.config.commission
        for (receiver, name), left in self.clerk.paid.items():
            order = self.clerk.orders[name]
            fair = max(order.net_fen * rate // 1_000 for rate in order.per_mille)
            owed = self.clerk.owed[receiver].get(name, 0)
            assert (terms is not None and terms.spent == "forgive") or left - owed <= fair

    def teardown(self) -> None:
        """In the end nothing is promised but what an operator has still to look at."""
        if hasattr(self, "stage"):
            self.wait(20 * DAY_S)
            self.everybody_has_what_the_clerk_says()
            looked_at = {name for name, pair in self.clerk.pairs.items() if pair.look == "open"}
            for name in self.clerk.joined:
                state, invitation = self.stage.state(name), self.stage.state(name).invitation
                promised = self.stage.holds(name).values()
                assert state.pairs_open + state.commissions_open <= len(promised)
                assert not promised or looked_at
                assert invitation is None or name in looked_at or invitation.orders == ()


def test_a_referral_is_what_a_clerk_would_write_down() -> None:
    run_state_machine_as_test(Referral, settings=settings(max_examples=100, stateful_step_count=20, deadline=None))


@pytest.mark.prove
def test_a_referral_is_what_a_clerk_would_write_down_at_length() -> None:
    run_state_machine_as_test(Referral, settings=settings(max_examples=2_000, stateful_step_count=60, deadline=None))
