"""A flash sale does what a plain model of it does, whatever members and the shop do and whenever."""

from dataclasses import dataclass, field

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

from plugins.flash_sale.campaign import FLASH_SALE
from plugins.flash_sale.config import FlashSaleConfig, Item
from plugins.flash_sale.states import Status
from siyu.sdk.testing import Stage

PRICE_FEN, PER_MEMBER, PER_CLAIM, MINUTES = 700, 3, 2, 15
MEMBERS = ("lin", "wang", "zhao")
NAMES = st.sampled_from(MEMBERS)
PLACES = st.integers(0, 30)


@dataclass
class ModelClaim:
    """A claim, as a clerk would write it down; `status` is a word of the clerk's own."""

    key: str
    member: str
    quantity: int
    due_minute: int
    status: str = "held"


@dataclass
class Clerk:
    """A sale on paper."""

    stock: int
    minute: int = 0
    claims: list[ModelClaim] = field(default_factory=list)
    paid_by: dict[str, str] = field(default_factory=dict)
    refunds: dict[str, set[str]] = field(default_factory=lambda: {member: set() for member in MEMBERS})

    def units(self, status: str, member: str | None = None) -> int:
        """How many units are held, or paid, by one or by all."""
        own = [claim for claim in self.claims if member in {None, claim.member}]
        return sum(claim.quantity for claim in own if claim.status == status)

    @property
    def left(self) -> int:
        """How many are nobody's."""
        return self.stock - self.units("held") - self.units("paid")

    def has(self, member: str) -> int:
        """How many a member holds or has bought."""
        return self.units("held", member) + self.units("paid", member)

    def objection(self, member: str, quantity: int) -> str | None:
        """Why a claim is refused."""
        if quantity > PER_CLAIM:
            return "CLAIM_LIMIT"
        if self.has(member) + quantity > PER_MEMBER:
            return "MEMBER_LIMIT"
        if self.left == 0:
            return "SOLD_OUT_FOR_NOW" if self.units("held") else "SOLD_OUT"
        return "TOO_FEW_LEFT" if quantity > self.left else None

    def pay(self, claim: ModelClaim, order: str, amount_fen: int) -> None:
        """Sell, or write down that the money goes back."""
        again = self.has(claim.member) + claim.quantity <= PER_MEMBER and claim.quantity <= self.left
        right = amount_fen == claim.quantity * PRICE_FEN
        if right and (claim.status == "held" or (claim.status == "over" and again)):
            claim.status, self.paid_by[claim.key] = "paid", order
        else:
            self.refunds[claim.member].add(order)

    def wait(self, minutes: int) -> None:
        """Let claims run out."""
        self.minute += minutes
        for claim in self.claims:
            if claim.status == "held" and claim.due_minute <= self.minute:
                claim.status = "over"


class Sale(RuleBasedStateMachine):
    """A stage beside the clerk."""

    @initialize(stock=st.integers(0, 6))
    def open(self, stock: int) -> None:
        """A sale of so many."""
        self.clerk, self.stage, self.orders = Clerk(stock), Stage(FLASH_SALE, self.config(stock)), 0

    @staticmethod
    def config(stock: int) -> FlashSaleConfig:
        """The sale's config with this stock."""
        item = Item(key="mug", price_fen=PRICE_FEN, stock=stock, per_member=PER_MEMBER, per_claim=PER_CLAIM)
        return FlashSaleConfig(items=(item,), minutes_to_pay=MINUTES)

    def some_claim(self, place: int) -> ModelClaim:
        """One of those there were, the latest more often."""
        return self.clerk.claims[-1 - place % min(4, len(self.clerk.claims))]

    @rule(member=NAMES, quantity=st.integers(1, 3))
    def claim(self, member: str, quantity: int) -> None:
        """Somebody claims."""
        expected = self.clerk.objection(member, quantity)

        played = self.stage.act(member, "claim", item="mug", quantity=quantity)

        assert played.refusal == expected
        if expected is None:
            due = self.clerk.minute + MINUTES
            self.clerk.claims.append(ModelClaim(played.fact.new_key, member, quantity, due))

    @precondition(lambda self: self.clerk.claims)
    @rule(place=PLACES, member=NAMES, is_shop=st.booleans())
    def give_back(self, place: int, member: str, is_shop: bool) -> None:
        """Somebody, or the shop for an order that is off, gives a claim back; perhaps another's."""
        claim = self.some_claim(place)
        codes = {"held": None, "paid": "CLAIM_PAID", "over": "CLAIM_OVER"}
        expected = codes[claim.status] if claim.member == member else "NO_CLAIM"

        if is_shop:
            played = self.stage.fact(member, "order.cancelled", order="off", reservation=claim.key)
        else:
            played = self.stage.act(member, "cancel", reservation=claim.key)

        assert played.refusal == expected
        if expected is None:
            claim.status = "over"

    @precondition(lambda self: self.clerk.claims)
    @rule(place=PLACES, difference_fen=st.sampled_from([0, 0, 0, 1, -1]))
    def pay(self, place: int, difference_fen: int) -> None:
        """An order is paid, on time or late, for the first time or again, with the right amount or another."""
        self.report(self.some_claim(place), difference_fen)

    @precondition(lambda self: self.clerk.claims)
    @rule(place=PLACES, member=NAMES, quantity=st.integers(1, 2))
    def come_late(self, place: int, member: str, quantity: int) -> None:
        """Everything runs out, somebody claims what is free again, and only then an order is paid."""
        claim = self.some_claim(place)
        self.wait(MINUTES)
        self.claim(member, quantity)
        self.report(claim, 0)

    def report(self, claim: ModelClaim, difference_fen: int) -> None:
        """The shop tells of a new order, twice."""
        self.orders += 1
        order, amount_fen = f"A-{self.orders}", claim.quantity * PRICE_FEN + difference_fen
        self.clerk.pay(claim, order, amount_fen)

        told = {"order": order, "amount_fen": amount_fen, "reservation": claim.key}
        assert self.stage.fact(claim.member, "order.paid", **told).refusal is None

        assert self.stage.fact(claim.member, "order.paid", **told).refusal == "ORDER_ALREADY_PAID"

    @rule(minutes=st.sampled_from([0, 1, 7, 14, 15]))
    def wait(self, minutes: int) -> None:
        """Time passes."""
        self.clerk.wait(minutes)
        self.stage.wait(minutes=minutes)

    @rule(more=st.integers(1, 2))
    def restock(self, more: int) -> None:
        """There are more."""
        self.clerk.stock += more
        self.stage.config = self.config(self.clerk.stock)

    @invariant()
    def nothing_is_oversold(self) -> None:
        """What is counted is what the clerk has, and never more than there is."""
        used, held = self.stage.counted("stock").get(("mug", ""), (0, 0))
        assert (used, held) == (self.clerk.units("paid"), self.clerk.units("held"))
        assert used + held <= self.clerk.stock

    @invariant()
    def every_order_bought_or_goes_back(self) -> None:
        """Each paid order is the one of a paid claim, or its refund was asked for; never both, never neither."""
        bought: list[str] = []
        for member in MEMBERS:
            claims = self.stage.state(member).claims
            assert {c.reservation: c.order for c in claims if c.status is Status.PAID} == {
                c.key: self.clerk.paid_by[c.key] for c in self.clerk.claims if (c.member, c.status) == (member, "paid")
            }
            bought += [claim.order for claim in claims if claim.order]
            assert self.stage.refunds(member).keys() == self.clerk.refunds[member]
        asked = [order for orders in self.clerk.refunds.values() for order in orders]
        assert sorted(bought + asked) == sorted(f"A-{number + 1}" for number in range(self.orders))

    def teardown(self) -> None:
        """In the end nothing is held, and no timer waits."""
        if hasattr(self, "stage"):
            self.wait(15)
            assert self.clerk.units("held") == 0
            self.nothing_is_oversold()
            assert [self.stage.timers(member) for member in MEMBERS] == [{}] * 3


def test_a_sale_is_what_a_clerk_would_write_down() -> None:
    run_state_machine_as_test(Sale, settings=settings(max_examples=100, stateful_step_count=30, deadline=None))


@pytest.mark.prove
def test_a_sale_is_what_a_clerk_would_write_down_at_length() -> None:
    run_state_machine_as_test(Sale, settings=settings(max_examples=2_000, stateful_step_count=60, deadline=None))
