"""The desk against a plain model: whatever members, clerks and workers do, points, stock and limits are the same."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from siyu.engine.deciding import decide_fact
from siyu.engine.facts import ArrivedFact, NewFact
from siyu.engine.world import World
from siyu.ids import new_id
from siyu.ledger import MemberAccount
from siyu.rewards import Redemption, Reward, RewardKind
from siyu.rewards.catalogue import LimitPeriod, RewardState
from siyu.sdk import MemberView
from tests.clock import NOON
from tests.factories import LONG_AGO, SHANGHAI

HOLD_S = 900
POINTS = 1_000
# Price in points and fen, stock, limit a day.
KINDS = {
    "mug": (RewardKind.GOODS, 300, 0, 3, 2),
    "course": (RewardKind.CONTENT, 100, 990, 2, None),
    "bonus": (RewardKind.POINTS, 50, 0, None, 3),
}
NAMES = sorted(KINDS)
members, names, some = st.sampled_from([0, 1]), st.sampled_from(NAMES), st.integers(0, 30)


class Kept:
    """What the model knows of a redemption."""

    def __init__(self, who: int, name: str, at: Any) -> None:
        self.who, self.name, self.at = who, name, at
        self.state = "reserved" if KINDS[name][2] else "confirmed"
        self.stands = True


class Desk(RuleBasedStateMachine):
    """Two members and three rewards, in memory, in one endless batch."""

    def __init__(self) -> None:
        super().__init__()
        self.ids = [new_id(), new_id()]
        self.now = NOON
        views = {member: MemberView(member, LONG_AGO) for member in self.ids}
        self.world = World((), views, SHANGHAI, new_id)
        self.rewards = {name: self.reward(name) for name in NAMES}
        for member in self.ids:
            self.world.book.put_account(MemberAccount(new_id(), member, "points", POINTS, now=NOON))
        self.world.redemptions.rewards = {reward.id: reward for reward in self.rewards.values()}
        self.made: list[UUID] = []
        self.kept: list[Kept] = []
        self.points = [POINTS, POINTS]
        self.orders = 0

    def reward(self, name: str) -> Reward:
        """A reward on sale."""
        kind, points, fen, stock, limit = KINDS[name]
        details = {"amount": 70} if kind is RewardKind.POINTS else {}
        return Reward(
            new_id(), name, kind, name, name, details, points, fen, stock, 0, limit, LimitPeriod.DAY, (), None, None,
            RewardState.ON_SALE, HOLD_S, None, None, None, 1,
        )  # fmt: skip

    def decide(self, kind: str, member: UUID, **data: object) -> str:
        """The refusal's code, or nothing."""
        new = NewFact(kind, member, self.now, data, new_id().hex)
        [decision] = decide_fact(self.world, ArrivedFact(new_id(), b"", self.now, new)).decisions
        self.last = decision.effects
        return decision.refusal.code if decision.refusal else ""

    def left(self, name: str) -> int | None:
        """By the model."""
        stock = KINDS[name][3]
        return None if stock is None else stock - sum(kept.stands for kept in self.kept if kept.name == name)

    def expected(self, who: int, name: str) -> str:
        """What the model says to a wish."""
        _, points, _, _, limit = KINDS[name]
        today = self.now.astimezone(SHANGHAI).date()
        count = sum(
            kept.stands and (kept.who, kept.name, kept.at.astimezone(SHANGHAI).date()) == (who, name, today)
            for kept in self.kept
        )
        if self.left(name) == 0:
            return "OUT_OF_STOCK"
        if limit is not None and count >= limit:
            return "LIMIT_REACHED"
        return "NOT_ENOUGH_POINTS" if self.points[who] < points else ""

    @rule(who=members, name=names)
    def redeem(self, who: int, name: str) -> None:
        """A member asks for a reward."""
        expected = self.expected(who, name)
        assert self.decide("reward.redeemed", self.ids[who], reward=str(self.rewards[name].id)) == expected
        if not expected:
            self.points[who] -= KINDS[name][1]
            self.made.append(UUID(self.last[-1]["redemption"]))
            self.kept.append(Kept(who, name, self.now))

    def step(self, place: int, kind: str, allowed: tuple[str, ...], **data: object) -> Kept | None:
        """Something that is asked of one of the redemptions; None where the model refuses it, or there is none."""
        if not self.kept:
            return None
        kept, made = self.kept[place % len(self.kept)], self.made[place % len(self.made)]
        told = self.decide(kind, self.ids[kept.who], redemption=str(made), **data)
        if kept.state not in allowed:
            assert told == "REDEMPTION_STATE"
            return None
        if told:
            assert (kind, told) in {("redemption.used", "NOTHING_TO_HAND_OVER"), ("redemption.expired", "NOT_DUE")}
            return None
        return kept

    def end(self, kept: Kept | None, state: str) -> None:
        """It came to nothing."""
        if kept is not None:
            kept.state, kept.stands = state, False
            self.points[kept.who] += KINDS[kept.name][1]

    @rule(place=some)
    def confirm(self, place: int) -> None:
        """Its order is paid."""
        self.orders += 1
        kept = self.step(place, "redemption.confirmed", ("reserved",), order=f"A-{self.orders}")
        if kept is not None:
            kept.state = "confirmed"

    @rule(place=some, by_member=st.booleans())
    def cancel(self, place: int, by_member: bool) -> None:
        """It is given up."""
        allowed = ("reserved",) if by_member else ("reserved", "confirmed")
        self.end(self.step(place, "redemption.cancelled", allowed, by_member=by_member), "cancelled")

    @rule(place=some)
    def expire(self, place: int) -> None:
        """A worker finds it over."""
        kept = self.step(place, "redemption.expired", ("reserved",))
        if kept is not None:
            assert self.now >= kept.at + timedelta(seconds=HOLD_S)
        self.end(kept, "expired")

    @rule(place=some)
    def use(self, place: int) -> None:
        """A clerk hands it over."""
        kept = self.step(place, "redemption.used", ("confirmed",), by="lin")
        if kept is not None:
            assert kept.name != "bonus"
            kept.state = "used"

    @rule(place=some)
    def deliver(self, place: int) -> None:
        """A worker gives what needs no clerk."""
        if self.kept and self.kept[place % len(self.kept)].name == "bonus":
            kept = self.step(place, "reward.delivered", ("confirmed",))
            if kept is not None:
                kept.state = "used"
                self.points[kept.who] += 70

    @rule(hours=st.sampled_from([0.1, 0.25, 13]))
    def wait(self, hours: float) -> None:
        """Time passes."""
        self.now += timedelta(hours=hours)

    @invariant()
    def what_there_is_is_what_the_model_says(self) -> None:
        """Points, stock and every state."""
        book = self.world.redemptions
        assert [self.world.book.balance(member, "points") for member in self.ids] == self.points
        for name, reward in self.rewards.items():
            assert book.left(reward) == self.left(name)
        for made, kept in zip(self.made, self.kept, strict=True):
            found = book.find(made, self.ids[kept.who])
            assert isinstance(found, Redemption)
            assert found.state.value == kept.state


Desk.TestCase.settings = settings(max_examples=40, stateful_step_count=40, deadline=None)
TestDesk = Desk.TestCase
