"""Queues and draws do what plain models of them do, whatever members and the shop do and whenever."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
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

from plugins.flash_sale.campaign import FLASH_SALE
from plugins.flash_sale.config import Allocation, FlashSaleConfig, Item, Slot
from plugins.flash_sale.lines import Line
from plugins.flash_sale.states import Status
from siyu.sdk.testing import Stage

PRICE_FEN, PER_MEMBER, MINUTES, TICKS = 700, 2, 15, 12
MEMBERS = ("lin", "wang", "zhao", "zhou", "sun")
NAMES, PLACES = st.sampled_from(MEMBERS), st.integers(0, 30)
# In minutes after noon.
QUEUE_ENDS, DRAWN_AT, STANDBY_ENDS = 130, 20, 64


@dataclass
class Entry:
    """A claim, as a clerk would write it down; `status` is the clerk's own word."""

    key: str
    member: str
    quantity: int
    status: str
    due: Fraction = Fraction(0)
    place: int = 0


@dataclass
class Clerk:
    """A sale on paper; `waiting` are those in line, `ends` when nothing is offered any more."""

    stock: int
    ends: int
    minute: Fraction = Fraction(0)
    entries: list[Entry] = field(default_factory=list)
    waiting: list[Entry] = field(default_factory=list)
    looks: list[Fraction] = field(default_factory=list)
    refunds: dict[str, set[str]] = field(default_factory=lambda: {member: set() for member in MEMBERS})

    def units(self, status: str) -> int:
        """How many units are there."""
        return sum(entry.quantity for entry in self.entries if entry.status == status)

    @property
    def left(self) -> int:
        """How many are nobody's."""
        return self.stock - self.units("held") - self.units("paid")

    def has(self, member: str) -> int:
        """How many a member waits for, holds or has bought."""
        own = [entry for entry in self.entries if entry.member == member]
        return sum(entry.quantity for entry in own if entry.status in {"waiting", "held", "paid"})

    def hold(self, entry: Entry) -> None:
        """It must be paid from now on."""
        entry.status, entry.due = "held", self.minute + MINUTES

    def offer(self, most: int) -> None:
        """Let the first have what is left."""
        while most and self.waiting and self.left and self.minute < self.ends:
            self.hold(self.waiting.pop(0))
            most -= 1

    def wait(self, minutes: int, freed: Callable[[int], None]) -> None:
        """Let time pass from one moment at which something is due to the next."""
        until = self.minute + minutes
        while moments := [m for m in self.moments() if m <= until]:
            self.minute = min(moments)
            self.looks = [look for look in self.looks if look > self.minute]
            expired = [entry for entry in self.entries if entry.status == "held" and entry.due <= self.minute]
            for entry in expired:
                entry.status = "over"
            if self.minute >= self.ends:
                for entry in self.waiting:
                    entry.status = "lost"
                self.waiting = []
            freed(len(expired))
        self.minute = until

    def moments(self) -> list[Fraction]:
        """When something is due."""
        dues = [entry.due for entry in self.entries if entry.status == "held"]
        return dues + self.looks + ([Fraction(self.ends)] if self.waiting else [])


class Lines(RuleBasedStateMachine):
    """A stage beside the clerk; what both modes have in common."""

    clerk: Clerk
    stage: Stage[Any, Any]
    orders = 0
    line = ""

    def act(self, member: str, action: str, **data: Any) -> tuple[str | None, str]:
        """What an action is refused with, and the key of what it opens."""
        played = self.stage.act(member, action, **data)
        return played.refusal, played.fact.new_key

    def freed(self, count: int) -> None:
        """So many claims have come to an end."""
        raise NotImplementedError

    def some_entry(self, place: int) -> Entry:
        """One of those there were, the latest more often."""
        return self.clerk.entries[-1 - place % min(5, len(self.clerk.entries))]

    @precondition(lambda self: self.clerk.entries)
    @rule(place=PLACES, is_shop=st.booleans())
    def give_back(self, place: int, is_shop: bool) -> None:
        """Somebody, or the shop for an order that is off, gives a claim back."""
        entry = self.some_entry(place)
        codes = {"held": None, "paid": "CLAIM_PAID", "waiting": "CLAIM_WAITING"}
        expected = codes.get(entry.status, "CLAIM_OVER")
        if is_shop:
            told = self.stage.fact(entry.member, "order.cancelled", order="off", reservation=entry.key).refusal
        else:
            told, _ = self.act(entry.member, "cancel", reservation=entry.key)

        assert told == expected
        if expected is None:
            entry.status = "over"
            self.freed(1)

    @rule(member=NAMES)
    def leave(self, member: str) -> None:
        """Somebody waits no more."""
        found = next((entry for entry in self.clerk.waiting if entry.member == member), None)

        told, _ = self.act(member, "leave", line=self.line)

        assert told == (None if found else self.not_waiting(member))
        if found:
            self.clerk.waiting.remove(found)
            found.status = "over"

    def not_waiting(self, member: str) -> str:
        """Why somebody who is not in line cannot leave it."""
        return "NO_WAIT"

    @precondition(lambda self: self.clerk.entries)
    @rule(place=PLACES)
    def pay(self, place: int) -> None:
        """An order is paid, in time or not, once or again."""
        entry = self.some_entry(place)
        self.orders += 1
        number = f"A-{self.orders}"
        late = entry.status == "over" and self.sells_late(entry)
        self.stage.fact(
            entry.member,
            "order.paid",
            order=number,
            amount_fen=entry.quantity * PRICE_FEN,
            reservation=entry.key,
        )
        if entry.status == "held" or late:
            entry.status = "paid"
        else:
            self.clerk.refunds[entry.member].add(number)

    def sells_late(self, entry: Entry) -> bool:
        """Whether who pays for a claim that is over buys."""
        raise NotImplementedError

    @rule(minutes=st.sampled_from([0, 1, 4, 14, 15, 16]))
    def wait(self, minutes: int) -> None:
        """Time passes."""
        self.clerk.wait(minutes, self.freed)
        self.stage.wait(minutes=minutes)

    @invariant()
    def nothing_is_oversold(self) -> None:
        """What is counted is what the clerk has, and never more than there is."""
        used, held = self.stage.counted("stock").get(("mug", ""), (0, 0))
        assert (used, held) == (self.clerk.units("paid"), self.clerk.units("held"))
        assert used + held <= self.clerk.stock

    @invariant()
    def everybody_is_where_the_clerk_has_them(self) -> None:
        """Each claim, the line, and the refunds that were asked for."""
        words = {Status.CANCELLED: "over", Status.EXPIRED: "over"}
        for member in MEMBERS:
            told = {
                claim.reservation: words.get(claim.status, claim.status.value)
                for claim in self.stage.state(member).claims
            }
            assert told == {entry.key: entry.status for entry in self.clerk.entries if entry.member == member}
            assert self.stage.refunds(member).keys() == self.clerk.refunds[member]
        line = self.stage.team(self.line) or Line()
        ids = [self.stage.member(entry.member).id for entry in self.clerk.waiting]
        assert (list(line.members), line.offered) == (ids, 0)

    def teardown(self) -> None:
        """In the end nobody waits, nothing is held, and no timer is left."""
        if hasattr(self, "stage"):
            self.wait(200)
            assert (self.clerk.units("held"), self.clerk.waiting) == (0, [])
            self.nothing_is_oversold()
            self.everybody_is_where_the_clerk_has_them()
            assert [self.stage.timers(member) for member in MEMBERS] == [{}] * len(MEMBERS)


class Queue(Lines):
    """A sale with a queue."""

    line = "queue:mug:2026-11-22T12:00"
    most = 3

    @initialize(stock=st.integers(0, 4))
    def open(self, stock: int) -> None:
        """A sale of so many."""
        self.clerk, self.stage = Clerk(stock, QUEUE_ENDS), Stage(FLASH_SALE, self.config(stock))

    def config(self, stock: int) -> FlashSaleConfig:
        """The sale's config with this stock."""
        item = Item(key="mug", price_fen=PRICE_FEN, stock=stock, per_member=PER_MEMBER, per_claim=2)
        slots = (Slot(start="12:00", end="14:10"),)
        queue = Allocation.QUEUE
        return FlashSaleConfig(
            items=(item,), slots=slots, minutes_to_pay=MINUTES, allocation=queue, queue_length=self.most
        )

    def freed(self, count: int) -> None:
        """Whoever looks, offers all there is."""
        self.clerk.offer(self.clerk.left)

    def sells_late(self, entry: Entry) -> bool:
        """In the slot, if nobody waits."""
        clerk = self.clerk
        fits = clerk.has(entry.member) + entry.quantity <= PER_MEMBER and entry.quantity <= clerk.left
        return fits and not clerk.waiting and clerk.minute < QUEUE_ENDS

    def objection(self, member: str, quantity: int) -> str | None:
        """Why somebody gets neither a unit nor a place."""
        if self.clerk.minute >= QUEUE_ENDS:
            return "NOT_NOW"
        return "MEMBER_LIMIT" if self.clerk.has(member) + quantity > PER_MEMBER else None

    @rule(member=NAMES, quantity=st.integers(1, 2))
    def claim(self, member: str, quantity: int) -> None:
        """Somebody claims."""
        clerk = self.clerk
        expected = self.objection(member, quantity)
        if expected is None and clerk.left < quantity:
            empty = "SOLD_OUT_FOR_NOW" if clerk.units("held") else "SOLD_OUT"
            expected = "TOO_FEW_LEFT" if clerk.left else empty
        expected = expected or ("OTHERS_WAIT" if clerk.waiting else None)

        told, key = self.act(member, "claim", item="mug", quantity=quantity)

        assert told == expected
        if expected is None:
            clerk.entries.append(entry := Entry(key, member, quantity, "held"))
            clerk.hold(entry)

    @rule(member=NAMES)
    def join(self, member: str) -> None:
        """Somebody joins."""
        clerk = self.clerk
        expected = "NOT_NOW" if clerk.minute >= QUEUE_ENDS else None
        if expected is None and any(entry.member == member for entry in clerk.waiting):
            expected = "IN_LINE"
        expected = expected or self.objection(member, 1)
        if expected is None and not clerk.left and not clerk.units("held"):
            expected = "SOLD_OUT"
        if expected is None and len(clerk.waiting) >= self.most:
            expected = "QUEUE_FULL"

        told, key = self.act(member, "join", item="mug")

        assert told == expected
        if expected is None:
            clerk.entries.append(entry := Entry(key, member, 1, "waiting"))
            if clerk.left and not clerk.waiting:
                clerk.hold(entry)
                return
            if self.stage.team(self.line).tickets == 1:
                pause = (QUEUE_ENDS - clerk.minute) / (TICKS + 1)
                clerk.looks = [clerk.minute + number * pause for number in range(1, TICKS + 1)]
            clerk.waiting.append(entry)
            clerk.offer(clerk.left)

    @rule(more=st.integers(1, 2))
    def restock(self, more: int) -> None:
        """There are more."""
        self.clerk.stock += more
        self.stage.config = self.config(self.clerk.stock)


def drawn_order(seed: str, tickets: int) -> list[int]:
    """The tickets by place: all are shuffled at once, where siyu follows each alone."""
    order = list(range(tickets))

    def number(*parts: int) -> int:
        text = bytes.fromhex(seed) + b"".join(part.to_bytes(8, "big") for part in parts)
        return int.from_bytes(hashlib.sha256(text).digest(), "big")

    for turn in range(90):
        pivot = number(turn)
        for place in range(tickets):
            partner = (pivot - place) % tickets
            if place < partner and number(turn, partner) % 2:
                order[place], order[partner] = order[partner], order[place]
    return order


class Lottery(Lines):
    """A sale by lot."""

    line = "lottery:mug:2026-11-22T12:00"

    @initialize(stock=st.integers(0, 3), standby=st.integers(0, 3), secret=st.binary(max_size=4))
    def open(self, stock: int, standby: int, secret: bytes) -> None:
        """A sale of so many."""
        self.standby, self.tickets, self.is_drawn, self.freed_units = standby, list[Entry](), False, 0
        item = Item(key="mug", price_fen=PRICE_FEN, stock=stock, per_member=PER_MEMBER)
        config = FlashSaleConfig(
            items=(item,),
            slots=(Slot(start="12:00", end="12:20"),),
            minutes_to_pay=MINUTES,
            allocation=Allocation.LOTTERY,
            standby=standby,
            standby_minutes=STANDBY_ENDS - DRAWN_AT,
        )
        self.clerk, self.stage = Clerk(stock, STANDBY_ENDS), Stage(FLASH_SALE, config, draw_secret=secret)

    def freed(self, count: int) -> None:
        """What came back is offered."""
        if self.clerk.minute < STANDBY_ENDS:
            self.freed_units += count
            before = len(self.clerk.waiting)
            self.clerk.offer(self.freed_units)
            self.freed_units -= before - len(self.clerk.waiting)

    def sells_late(self, entry: Entry) -> bool:
        """Never: others wait."""
        return False

    def not_waiting(self, member: str) -> str:
        """Before the draw a ticket is kept."""
        has_ticket = any(entry.member == member for entry in self.tickets)
        return "NOT_DRAWN" if has_ticket and not self.is_drawn else "NO_WAIT"

    @rule(member=NAMES)
    def enter(self, member: str) -> None:
        """Somebody enters."""
        expected = "NOT_NOW" if self.clerk.minute >= DRAWN_AT else None
        if expected is None and any(entry.member == member for entry in self.tickets):
            expected = "IN_LINE"
        if expected is None and not self.clerk.stock:
            expected = "SOLD_OUT"

        told, key = self.act(member, "enter", item="mug")

        assert told == expected
        if expected is None:
            entry = Entry(key, member, 1, "waiting")
            self.clerk.entries.append(entry)
            self.tickets.append(entry)

    @rule(minutes=st.sampled_from([0, 1, 4, 14, 15, 16]))
    def wait(self, minutes: int) -> None:
        """Time passes, and lots are drawn."""
        ahead = DRAWN_AT - self.clerk.minute
        if not self.is_drawn and minutes >= ahead:
            self.clerk.minute = Fraction(DRAWN_AT)
            self.stage.wait(minutes=int(ahead))
            self.draw()
            minutes -= int(ahead)
        self.clerk.wait(minutes, self.freed)
        self.stage.wait(minutes=minutes)

    def draw(self) -> None:
        """The seed is there, and says who wins."""
        self.is_drawn = True
        if not self.tickets:
            return
        line = self.stage.team(self.line)
        assert (line.tickets, line.units) == (len(self.tickets), self.clerk.stock)
        assert hashlib.sha256(bytes.fromhex(line.seed)).hexdigest() == line.seed_hash
        for place, ticket in enumerate(drawn_order(line.seed, line.tickets)):
            entry = self.tickets[ticket]
            if place < line.units:
                self.clerk.hold(entry)
            elif place < line.units + self.standby:
                self.clerk.waiting.append(entry)
            else:
                entry.status = "lost"


@pytest.mark.parametrize("machine", [Queue, Lottery])
def test_a_line_is_what_a_clerk_would_write_down(machine: type[Lines]) -> None:
    run_state_machine_as_test(machine, settings=settings(max_examples=30, stateful_step_count=30, deadline=None))


@pytest.mark.prove
@pytest.mark.parametrize("machine", [Queue, Lottery])
def test_a_line_is_what_a_clerk_would_write_down_at_length(machine: type[Lines]) -> None:
    run_state_machine_as_test(machine, settings=settings(max_examples=1_500, stateful_step_count=60, deadline=None))
