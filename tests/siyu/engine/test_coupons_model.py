"""Whatever happens to coupons in whatever order: their states are as plain Python says, at every moment."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from uuid import UUID

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from siyu.coupons import facts
from siyu.coupons.expiry import settle_due
from siyu.coupons.queries import coupons_by_id
from siyu.coupons.record import Template, TemplateState
from siyu.db import Pool
from siyu.engine import NewFact, Outcome
from siyu.engine.world import World
from siyu.ids import new_id
from siyu.sdk import Features, MemberView
from tests.clock import NOON
from tests.factories import LONG_AGO, SHANGHAI, add_members, shop_engine
from tests.siyu.coupons.offers import amount
from tests.siyu.coupons.shop import (
    add_template,
    coupon_in,
    issued,
    locked,
    of_order,
    revoked,
    told,
    verified,
)
from tests.siyu.engine.stage import play
from tests.siyu.engine.systems import own_pool
from tests.siyu.engine.test_model import check_ledger, live_many_lives

MEMBERS, MEMBER_LIMIT, TOTAL_LIMIT = 2, 3, 4
TERMS = amount(100, validity={"kind": "from_receipt", "days": 1}, returned_days=2, undo_minutes=5)
LOCK_S = 600

WHO, WHICH = st.integers(0, MEMBERS - 1), st.integers(0, TOTAL_LIMIT - 1)
ORDERS, STORES, CLERKS = st.sampled_from(["A1", "A2"]), st.sampled_from(["S1", "S2"]), st.sampled_from(["wang", "zhao"])
STEPS_S = st.sampled_from([1, 9, 11, 299, 301, 599, 601, 20_000, 90_000])


def last_second(at: datetime, days: int) -> datetime:
    """Midnight in Shanghai, eight hours ahead of UTC and without summer time, so many days after the next one."""
    there = at + timedelta(hours=8)
    return there.replace(hour=0, minute=0, second=0) + timedelta(days=days + 1) - timedelta(hours=8)


@dataclass
class Plain:
    """One coupon: what it is tied to, and since when."""

    owner: int
    ends: datetime
    tie: tuple[object, ...] = ()
    was_returned: bool = False

    def looks(self, now: datetime) -> str:
        """Its state."""
        if self.tie and self.tie[0] == "locked" and now < self.tie[2]:  # type: ignore[operator]  # a moment
            return "locked"
        if self.tie and self.tie[0] in {"used", "taken"}:
            return "used"
        if self.tie and self.tie[0] == "revoked":
            return "revoked"
        if now >= self.ends:
            return "expired"
        return "returned" if self.was_returned else "issued"

    def is_tied(self, kind: str, order: str, now: datetime) -> bool:
        """Whether it is kept or was used for the order."""
        if not self.tie or self.tie[:2] != (kind, order):
            return False
        return kind == "used" or self.looks(now) == "locked"


@dataclass
class Model:
    """All coupons, in the order in which they were made; answers with what the desk refuses."""

    coupons: list[Plain] = field(default_factory=list)

    def issue(self, who: int, now: datetime) -> str | None:
        if sum(coupon.owner == who for coupon in self.coupons) >= MEMBER_LIMIT:
            return "MEMBER_LIMIT"
        if len(self.coupons) >= TOTAL_LIMIT:
            return "ALL_ISSUED"
        self.coupons.append(Plain(who, last_second(now, 1)))
        return None

    def cannot(self, coupon: Plain, now: datetime) -> str | None:
        by_state = {"locked": "LOCKED", "expired": "EXPIRED", "revoked": "REVOKED", "used": "ALREADY_USED"}
        code = by_state.get(coupon.looks(now))
        return "ALREADY_VERIFIED" if code == "ALREADY_USED" and coupon.tie[0] == "taken" else code

    def lock(self, who: int, which: int, order: str, now: datetime) -> str | None:
        mine = [coupon for coupon in self.coupons if coupon.owner == who]
        if any(coupon.is_tied(kind, order, now) for coupon in mine for kind in ("locked", "used")):
            return "ORDER_HAS_COUPONS"
        coupon = self.coupons[which]
        if coupon.owner != who:
            return "NOT_FOUND"
        refusal = self.cannot(coupon, now)
        if refusal is None:
            coupon.tie = ("locked", order, now + timedelta(seconds=LOCK_S))
        return refusal

    def of_order(self, what: str, who: int, order: str, now: datetime) -> str | None:
        kind = "used" if what == facts.RETURNED else "locked"
        tied = [coupon for coupon in self.coupons if coupon.owner == who and coupon.is_tied(kind, order, now)]
        for coupon in tied:
            coupon.tie = ("used", order) if what == facts.USED else ()
            if what == facts.RETURNED:
                coupon.was_returned, coupon.ends = True, max(coupon.ends, last_second(now, 2))
        return None if tied else f"NOT_{kind.upper()}"

    def verify(self, which: int, store: str, clerk: str, now: datetime) -> str | None:
        coupon = self.coupons[which]
        if coupon.tie[:3] == ("taken", store, clerk) and now - coupon.tie[3] <= timedelta(seconds=10):  # type: ignore[operator]  # moments
            return None
        refusal = self.cannot(coupon, now)
        if refusal is None:
            coupon.tie = ("taken", store, clerk, now)
        return refusal

    def undo(self, which: int, store: str, now: datetime) -> str | None:
        coupon = self.coupons[which]
        if coupon.tie[:1] != ("taken",):
            return "NOT_VERIFIED"
        if coupon.tie[1] != store:
            return "OTHER_STORE"
        if now - coupon.tie[3] > timedelta(minutes=5):  # type: ignore[operator]  # moments
            return "UNDO_TOO_LATE"
        coupon.tie = ()
        return None

    def revoke(self, which: int, now: datetime) -> str | None:
        coupon = self.coupons[which]
        refusal = self.cannot(coupon, now)
        if refusal not in {None, "EXPIRED"}:
            return refusal
        coupon.tie = ("revoked",)
        return None


class InMemory:
    """One world kept alive."""

    def __init__(self) -> None:
        self.member_ids = [new_id() for _ in range(MEMBERS)]
        views = {member: MemberView(member, LONG_AGO) for member in self.member_ids}
        self.world = World([], views, SHANGHAI, new_id)
        self.world.features = {member: Features(LONG_AGO) for member in self.member_ids}
        template = Template(new_id(), "tea", TERMS, TemplateState.PUBLISHED, MEMBER_LIMIT, TOTAL_LIMIT, 0)
        self.world.coupons.issuing.put_template(template)

    def submit(self, fact: NewFact, _: int) -> Outcome:
        """Decide it."""
        return play(self.world, fact)

    def settle(self, now: datetime) -> None:
        """There is no worker here: the clock alone has to do."""

    def looks(self, coupons: list[UUID], now: datetime) -> list[str]:
        """The states of these coupons."""
        known = [self.world.coupons.coupon(coupon) for coupon in coupons]
        return [coupon.state_at(now).value for coupon in known if coupon is not None]


class OnPostgres:
    """Two engines on one database; each life has its own members and template."""

    def __init__(self, loop: asyncio.AbstractEventLoop, pool: Pool) -> None:
        self._run, self._pool = loop.run_until_complete, pool
        self.engines = [shop_engine(pool), shop_engine(pool)]
        self.member_ids = self._run(add_members(pool, MEMBERS))
        self._run(pool.execute("UPDATE coupon_template SET key = id::text"))
        self._run(add_template(pool, "tea", TERMS, member_limit=MEMBER_LIMIT, total_limit=TOTAL_LIMIT))

    def submit(self, fact: NewFact, step: int) -> Outcome:
        """By one of the engines."""
        return self._run(self.engines[step % 2].submit(fact))

    def settle(self, now: datetime) -> None:
        """What the worker does."""
        self._run(settle_due(self._pool, now))

    def looks(self, coupons: list[UUID], now: datetime) -> list[str]:
        """The states of these coupons, as readers see them."""
        rows = self._run(coupons_by_id(self._pool, coupons, now))
        return [rows[coupon].state.value for coupon in coupons]


class Machine(RuleBasedStateMachine):
    """Drives a system and the model side by side."""

    def __init__(self, start: Callable[[], InMemory | OnPostgres]) -> None:
        super().__init__()
        self.system, self.model, self.steps, self.now = start(), Model(), count(), NOON
        self.ids: list[UUID] = []

    def same(self, fact: NewFact, expected: str | None) -> Outcome:
        """Submit it, and compare the refusals."""
        outcome = self.system.submit(fact, next(self.steps))
        assert told(outcome) == expected
        return outcome

    @rule(seconds=STEPS_S)
    def time_goes_by(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @rule()
    def the_worker_settles(self) -> None:
        self.system.settle(self.now)

    @rule(who=WHO)
    def issue(self, who: int) -> None:
        refusal = self.model.issue(who, self.now)
        outcome = self.same(issued(self.system.member_ids[who], self.now), refusal)
        if refusal is None:
            self.ids.append(coupon_in(outcome))

    @precondition(lambda self: self.ids)
    @rule(who=WHO, which=WHICH, order=ORDERS)
    def lock(self, who: int, which: int, order: str) -> None:
        which %= len(self.ids)
        fact = locked(self.system.member_ids[who], [self.ids[which]], order, self.now, LOCK_S)
        self.same(fact, self.model.lock(who, which, order, self.now))

    @rule(what=st.sampled_from([facts.UNLOCKED, facts.USED, facts.RETURNED]), who=WHO, order=ORDERS)
    def of_order(self, what: str, who: int, order: str) -> None:
        fact = of_order(what, self.system.member_ids[who], order, self.now)
        self.same(fact, self.model.of_order(what, who, order, self.now))

    @precondition(lambda self: self.ids)
    @rule(which=WHICH, store=STORES, clerk=CLERKS)
    def verify(self, which: int, store: str, clerk: str) -> None:
        which %= len(self.ids)
        fact = verified(self._owner(which), self.ids[which], self.now, store, clerk)
        self.same(fact, self.model.verify(which, store, clerk, self.now))

    @precondition(lambda self: self.ids)
    @rule(which=WHICH, clerk=CLERKS, seconds=st.sampled_from([0, 9, 10, 11]))
    def scan_twice(self, which: int, clerk: str, seconds: int) -> None:
        self.verify(which, "S1", clerk)
        self.now += timedelta(seconds=seconds)
        self.verify(which, "S1", clerk)

    @precondition(lambda self: self.ids)
    @rule(which=WHICH, store=STORES)
    def undo(self, which: int, store: str) -> None:
        which %= len(self.ids)
        fact = verified(self._owner(which), self.ids[which], self.now, store, kind=facts.VERIFY_UNDONE)
        self.same(fact, self.model.undo(which, store, self.now))

    @precondition(lambda self: self.ids)
    @rule(which=WHICH)
    def revoke(self, which: int) -> None:
        which %= len(self.ids)
        self.same(revoked(self._owner(which), self.ids[which], self.now), self.model.revoke(which, self.now))

    @invariant()
    def coupons_look_as_the_model_says(self) -> None:
        """All of them, at this moment."""
        looks = self.system.looks(self.ids, self.now) if self.ids else []
        assert looks == [coupon.looks(self.now) for coupon in self.model.coupons]

    def _owner(self, which: int) -> UUID:
        return self.system.member_ids[self.model.coupons[which].owner]


def prove_on_postgres(url: str, examples: int) -> None:
    """Many lives on one database, then one look at all of them."""
    with own_pool(url) as (loop, pool):
        live_many_lives(lambda: Machine(partial(OnPostgres, loop, pool)), examples)
        loop.run_until_complete(check_ledger(pool))


def test_coupons_in_memory_equal_the_model() -> None:
    live_many_lives(lambda: Machine(InMemory), examples=100)


def test_coupons_of_two_engines_on_postgres_equal_the_model(database_url: str) -> None:
    prove_on_postgres(database_url, examples=4)


@pytest.mark.prove
def test_coupons_of_two_engines_on_postgres_equal_the_model_at_length(database_url: str) -> None:
    prove_on_postgres(database_url, examples=300)
