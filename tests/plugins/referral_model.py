"""A referral as a clerk would keep it on paper: one book for everybody, and no messages between the two sides."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Literal

from plugins.referral.config import ReferralConfig
from plugins.referral.states import ATTEMPTS_MAX

DAY_S = 86_400
# The stage begins at noon.
NOON_S = DAY_S // 2
COLLECTED_MAX = 8

Status = Literal["bound", "held", "rewarded", "declined", "rejected"]
UNDECIDED = {"bound", "held"}


@dataclass
class ModelOrder:
    """An order of a newcomer; `due_s` is None once nothing waits for it."""

    name: str
    buyer: str
    fen: int
    paid_s: int
    per_mille: tuple[int, ...]
    counts: bool
    due_s: int | None
    refunded_fen: int = 0

    @property
    def net_fen(self) -> int:
        """What has not gone back."""
        return self.fen - self.refunded_fen


@dataclass
class ModelPair:
    """A newcomer and who brought them."""

    newcomer: str
    inviter: str
    bound_s: int
    status: Status = "bound"
    look: str = "none"
    attempt: int = 1
    due_s: int | None = None
    window_over: bool = False
    kept: list[int] = field(default_factory=list)


@dataclass
class ModelReferral:
    """The whole campaign."""

    config: ReferralConfig
    now_s: int = 0
    joined: list[str] = field(default_factory=list)
    joined_s: dict[str, int] = field(default_factory=dict)
    buyers: set[str] = field(default_factory=set)
    pairs: dict[str, ModelPair] = field(default_factory=dict)
    orders: dict[str, ModelOrder] = field(default_factory=dict)
    devices: Counter[str] = field(default_factory=Counter)
    binds: defaultdict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    promises: defaultdict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    points: Counter[str] = field(default_factory=Counter)
    fen: Counter[str] = field(default_factory=Counter)
    verified: Counter[str] = field(default_factory=Counter)
    # By receiver and order: what is left of what was paid, and what of that is owed, the oldest debt first.
    paid: dict[tuple[str, str], int] = field(default_factory=dict)
    owed: defaultdict[str, dict[str, int]] = field(default_factory=lambda: defaultdict(dict))

    def join(self, name: str) -> None:
        """Somebody joins now."""
        self.joined.append(name)
        self.joined_s[name] = self.now_s

    def objection(self, newcomer: str, inviter: str) -> str | None:
        """Why the one cannot name the other."""
        objections = {
            "OWN_CODE": newcomer == inviter,
            "BOUND_ALREADY": newcomer in self.pairs,
            "NOT_NEW": self.now_s - self.joined_s[newcomer] > self.config.newcomer_days * DAY_S,
            "HAS_ORDERED": newcomer in self.buyers,
            "INVITER_CAME_LATER": self.joined.index(inviter) > self.joined.index(newcomer),
        }
        return next((code for code, applies in objections.items() if applies), None)

    def bind(self, newcomer: str, inviter: str, device: str | None) -> None:
        """A newcomer names their inviter."""
        risk, pair = self.config.risk, ModelPair(newcomer, inviter, self.now_s)
        self.pairs[newcomer] = pair
        recent = [then for then in self.binds[inviter] if then > self.now_s - risk.burst_minutes * 60]
        self.binds[inviter].append(self.now_s)
        is_odd = len(recent) >= risk.burst_invitees
        if device is not None:
            is_odd = is_odd or self.devices[device] >= risk.device_members
            self.devices[device] += 1
        if self.config.trigger == "registered":
            self.qualify(pair, "open" if is_odd else "none")
        elif is_odd:
            pair.look = "open"

    def qualify(self, pair: ModelPair, look: str) -> None:
        """Promise both sides theirs, unless the inviter has had enough."""
        caps, today = self.config.caps, (self.now_s + NOON_S) // DAY_S
        promised = self.promises[pair.inviter]
        if (caps.day is not None and promised.count(today) >= caps.day) or (
            caps.total is not None and len(promised) >= caps.total
        ):
            pair.status = "declined"
            return
        promised.append(today)
        pair.status, pair.look = "held", look
        at_once = self.config.trigger == "registered" or not self.config.refund_days
        pair.due_s = None if at_once else self.now_s + self.config.refund_days * DAY_S + 1
        pair.window_over = at_once
        if at_once and look != "open":
            self.reward(pair)

    def reward(self, pair: ModelPair) -> None:
        """Give both theirs; never twice, and never for orders that have gone back."""
        assert pair.status == "held"
        assert self.config.trigger == "registered" or self.is_met(pair)
        pair.status, pair.due_s = "rewarded", None
        self.points[pair.newcomer] += self.config.invitee.points
        self.points[pair.inviter] += self.config.inviter.points
        self.verified[pair.inviter] += 1
        for step in self.config.steps:
            if step.invitees == self.verified[pair.inviter]:
                self.points[pair.inviter] += step.points

    def is_met(self, pair: ModelPair) -> bool:
        """Whether what was bought is enough."""
        waiting = [o.net_fen for o in self.orders.values() if o.buyer == pair.newcomer and o.counts and o.due_s]
        counted = [fen for fen in waiting if fen >= self.config.order_fen_min] + pair.kept
        if self.config.trigger == "amount":
            return sum(counted) >= self.config.trigger_amount_fen
        return len(counted) >= self.config.trigger_orders

    def pay(self, buyer: str, name: str, fen: int) -> None:
        """Somebody buys."""
        self.buyers.add(buyer)
        pair, terms = self.pairs.get(buyer), self.config.commission
        order = self.orders[name] = ModelOrder(name, buyer, fen, self.now_s, (), False, None)
        if pair is None or pair.status == "rejected":
            return
        age_s = self.now_s - pair.bound_s
        if terms is not None and age_s <= terms.days * DAY_S:
            order.per_mille = terms.per_mille
        in_time = age_s <= self.config.trigger_days * DAY_S
        order.counts = self.config.trigger != "registered" and pair.status in UNDECIDED and in_time
        if order.per_mille or order.counts:
            order.due_s = self.now_s + max(self.config.refund_days * DAY_S, 60)
        if pair.status == "bound" and order.counts and self.is_met(pair):
            self.qualify(pair, pair.look)
        self.pass_time(0)

    def tell_late(self, buyer: str) -> None:
        """An order from before the bind turns up."""
        pair = self.pairs[buyer]
        if pair.status in UNDECIDED:
            pair.status, pair.due_s = "rejected", None

    def refund(self, name: str, fen: int) -> None:
        """Money goes back."""
        order, before_fen = self.orders[name], self.orders[name].net_fen
        order.refunded_fen += fen
        pair = self.pairs.get(order.buyer)
        if pair is None:
            return
        if order.due_s is None:
            self.take_back(order, before_fen)
            return
        if not order.net_fen:
            order.due_s = None
        if pair.status == "held" and order.counts and not self.is_met(pair):
            pair.due_s = None
            pair.status = "declined" if pair.attempt >= ATTEMPTS_MAX else "bound"
            pair.attempt += pair.status == "bound"

    def receivers(self, order: ModelOrder) -> list[tuple[str, int]]:
        """Who earns by an order at which rate: the inviter, and theirs where they had one by then."""
        above = self.pairs.get(self.pairs[order.buyer].inviter)
        known = [self.pairs[order.buyer], *([above] if above and above.bound_s <= order.paid_s else [])]
        paid = zip(known, order.per_mille, strict=False)
        return [(pair.inviter, 0 if pair.status == "rejected" else rate) for pair, rate in paid]

    def take_back(self, order: ModelOrder, before_fen: int) -> None:
        """The same share of what was paid for it, rounded up; what is not there is owed, or forgiven."""
        for receiver in {name for name, number in self.paid if number == order.name}:
            owed = self.owed[receiver]
            standing = self.paid[receiver, order.name] - owed.get(order.name, 0)
            excess = standing - standing * order.net_fen // before_fen
            missing = excess - self.take(receiver, order.name, excess)
            if missing and self.config.commission and self.config.commission.spent == "owe":
                owed[order.name] = owed.pop(order.name, 0) + missing

    def take(self, receiver: str, order: str, fen: int) -> int:
        """Take so much if it is there."""
        taken = min(fen, self.fen[receiver], self.paid[receiver, order])
        self.fen[receiver] -= taken
        self.paid[receiver, order] -= taken
        return taken

    def mature(self, order: ModelOrder) -> None:
        """What is left of an order is final."""
        order.due_s = None
        if order.counts and order.net_fen >= self.config.order_fen_min:
            self.pairs[order.buyer].kept.append(order.net_fen)
        if self.pairs[order.buyer].status == "rejected":
            return
        for receiver, rate in self.receivers(order):
            fen = order.net_fen * rate // 1_000
            if fen:
                self.fen[receiver] += fen
                self.paid[receiver, order.name] = fen
                self.collect(receiver)

    def collect(self, receiver: str) -> None:
        """Take what is owed for other orders."""
        owed = self.owed[receiver]
        for name in list(owed)[:COLLECTED_MAX]:
            left = min(owed.pop(name), self.paid[receiver, name])
            left -= self.take(receiver, name, left)
            if left:
                owed[name] = left

    def review(self, newcomer: str, *, approved: bool) -> None:
        """An operator has looked."""
        pair = self.pairs[newcomer]
        pair.look = "approved" if approved else "rejected"
        if not approved:
            pair.status, pair.due_s = "rejected", None
        elif pair.status == "held" and pair.window_over:
            self.reward(pair)

    def pass_time(self, seconds: int) -> None:
        """Let windows close, in their order."""
        then_s = self.now_s + seconds
        while True:
            waiting: list[tuple[int, ModelOrder | ModelPair]] = [
                (thing.due_s, thing)
                for thing in (*self.orders.values(), *self.pairs.values())
                if thing.due_s is not None and thing.due_s <= then_s
            ]
            if not waiting:
                break
            due_s, thing = min(waiting, key=lambda each: each[0])
            self.now_s = max(self.now_s, due_s)
            self.close(thing, due_s)
        self.now_s = then_s

    def close(self, thing: ModelOrder | ModelPair, due_s: int) -> None:
        """The window of an order or of a pair has closed; nothing is paid while somebody looks."""
        if isinstance(thing, ModelOrder):
            if self.pairs[thing.buyer].look == "open":
                thing.due_s = due_s + DAY_S
            else:
                self.mature(thing)
        elif thing.look == "open":
            thing.due_s, thing.window_over = None, True
        else:
            self.reward(thing)
