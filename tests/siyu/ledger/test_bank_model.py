"""Whatever happens to wallets in whatever order: engine, expiry and plain Python agree, and the ledger verifies."""

import asyncio
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from siyu.boards import fold_everything
from siyu.db import Pool
from siyu.engine import Decision, Engine, NewFact, Outcome
from siyu.ledger.debts import Shortfall
from siyu.ledger.expiring import expire_some
from siyu.ledger.queries import balances
from siyu.ledger.verify import verify_ledger
from tests.factories import SHANGHAI, add_campaign, add_members, paid, refunded, shop_registry
from tests.siyu.engine.systems import own_pool
from tests.siyu.ledger.bank import Held, Wallet

START = datetime(2026, 1, 15, 4, tzinfo=UTC)
STEP_COUNT = 50
SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]
TERMS = """
UPDATE unit SET expiry_months = 1, expiry_until = 'month', has_lots = true, shortfall = $1::text,
    has_debts = has_debts OR $1::text = 'debt', adjust_limit = 1000000
WHERE key = 'points'
"""
LOTS = """
SELECT expires_at, remaining FROM lot JOIN account ON account.id = account_id WHERE member_id = $1 AND remaining > 0
"""
OWED = "SELECT coalesce(sum(balance), 0)::bigint FROM account WHERE debtor_id = $1 AND unit = 'points'"
HOLD = "SELECT id FROM value_hold WHERE member_id = $1 AND reference = $2"

AMOUNTS = st.integers(1, 60)
REFERENCES = st.sampled_from(["cup", "hat", "pen"])
MEMBERS = st.integers(0, 1)

# No two lives on one database share a key or an order number.
lives = count()
T = TypeVar("T")


class Machine(RuleBasedStateMachine):
    """Drives the engine and the plain wallets side by side."""

    def __init__(self, loop: asyncio.AbstractEventLoop, pool: Pool, policy: Shortfall) -> None:
        super().__init__()
        self.loop, self.pool, self.now = loop, pool, START
        self.life, self.numbers = next(lives), count()
        self.engine = Engine(pool, shop_registry(), SHANGHAI, clock=lambda: self.now)
        self.members = self.run(add_members(pool, 2))
        self.wallets = [Wallet(policy) for _ in self.members]

    def run(self, waiting: Coroutine[Any, Any, T]) -> T:
        """Await it."""
        return self.loop.run_until_complete(waiting)

    def submit(self, fact: NewFact) -> Outcome:
        """Decided, and answered alike when it is told again."""
        outcome = self.run(self.engine.submit(fact))
        assert self.run(self.engine.submit(fact)) == outcome
        return outcome

    def key(self) -> str:
        """One that no fact had before."""
        return f"bank/{self.life}/{next(self.numbers)}"

    def at_desk(self, kind: str, member: int, **data: object) -> Decision:
        """What a desk decides now."""
        fact = NewFact(kind, self.members[member], self.now, data, self.key(), stamped=True)
        [decision] = self.submit(fact).decisions
        return decision

    def refusal(self, kind: str, member: int, **data: object) -> str | None:
        """The code with which a desk refuses; None where it does not."""
        decision = self.at_desk(kind, member, **data)
        return decision.refusal.code if decision.refusal else None

    def hold_id(self, member: int, reference: str) -> str:
        """The id of the member's hold for something."""
        return str(self.run(self.pool.fetchval(HOLD, self.members[member], reference)))

    @rule(days=st.integers(0, 40))
    def time_goes_by(self, days: int) -> None:
        self.now += timedelta(days=days, seconds=1)

    @rule(member=MEMBERS, yuan=AMOUNTS, days_late=st.integers(0, 70))
    def an_order_is_paid(self, member: int, yuan: int, days_late: int) -> None:
        number, at = f"{self.life}/{next(self.numbers)}", self.now - timedelta(days=days_late)
        self.submit(paid(self.members[member], number, yuan * 100, at))
        self.wallets[member].pay(number, yuan, at, self.now)

    @rule(member=MEMBERS, data=st.data())
    def an_order_goes_back(self, member: int, data: st.DataObject) -> None:
        wallet = self.wallets[member]
        open_ = [number for number, order in wallet.orders.items() if order.back < order.yuan]
        if open_:
            number = data.draw(st.sampled_from(open_))
            yuan = data.draw(st.integers(1, wallet.orders[number].yuan - wallet.orders[number].back))
            self.submit(refunded(self.members[member], number, yuan * 100, self.now, self.key()))
            wallet.refund(number, yuan, self.now)

    @rule(member=MEMBERS, reference=REFERENCES, amount=AMOUNTS)
    def something_is_bought(self, member: int, reference: str, amount: int) -> None:
        expected = self.wallets[member].spend(reference, amount, self.now)
        assert self.refusal("value.spent", member, unit="points", amount=amount, reference=reference) == expected

    @rule(member=MEMBERS, reference=REFERENCES, amount=AMOUNTS)
    def something_is_brought_back(self, member: int, reference: str, amount: int) -> None:
        returned = self.wallets[member].give_back(reference, amount)
        decision = self.at_desk("value.returned", member, unit="points", amount=amount, reference=reference)
        assert sum(effect["amount"] for effect in decision.effects) == returned

    @rule(member=MEMBERS, amount=AMOUNTS, lasts_s=st.integers(1, 30 * 86_400))
    def something_is_held(self, member: int, amount: int, lasts_s: int) -> None:
        reference = f"{self.life}/{next(self.numbers)}"
        expected = self.wallets[member].spend(reference, amount, self.now)
        told = {"unit": "points", "amount": amount, "reference": reference, "lasts_s": lasts_s}
        assert self.refusal("value.held", member, **told) == expected
        if expected is None:
            self.wallets[member].holds[reference] = Held(amount, self.now + timedelta(seconds=lasts_s))

    @rule(member=MEMBERS, data=st.data(), how=st.sampled_from(["posted", "voided"]))
    def a_hold_ends(self, member: int, data: st.DataObject, how: str) -> None:
        wallet = self.wallets[member]
        if not wallet.holds:
            return
        reference = data.draw(st.sampled_from(list(wallet.holds)))
        held, told = wallet.holds[reference], {"hold": self.hold_id(member, reference)}
        if how == "posted":
            amount = data.draw(st.integers(1, held.amount))
            expected = "HOLD_ENDED" if held.until <= self.now else None
            assert self.refusal("value.posted", member, **told, amount=amount) == expected
            rest = held.amount - amount
        else:
            expected, rest = None, held.amount
            assert self.refusal("value.voided", member, **told) is None
        if expected is None:
            del wallet.holds[reference]
            wallet.give_back(reference, rest)

    @rule()
    def holds_time_out(self) -> None:
        """As the worker finds them."""
        for member, wallet in enumerate(self.wallets):
            for reference in [key for key, held in wallet.holds.items() if held.until <= self.now]:
                assert self.refusal("value.timed_out", member, hold=self.hold_id(member, reference)) is None
                wallet.give_back(reference, wallet.holds.pop(reference).amount)

    @rule(member=MEMBERS, amount=st.integers(-60, 60).filter(bool))
    def an_operator_adjusts(self, member: int, amount: int) -> None:
        wallet = self.wallets[member]
        told = {"unit": "points", "amount": amount, "reason": "a mistake", "made_by": "lin"}
        enough = wallet.balance(self.now) + amount >= 0
        assert self.refusal("value.adjusted", member, **told) == (None if enough else "NOT_ENOUGH")
        if amount > 0:
            wallet.give(amount, self.now, self.now)
        elif enough:
            wallet.draw(-amount, self.now)

    @rule(member=MEMBERS)
    def a_wallet_is_frozen_or_thawed(self, member: int) -> None:
        wallet = self.wallets[member]
        kind = "wallet.unfrozen" if wallet.frozen else "wallet.frozen"
        assert self.refusal(kind, member, reason="a look at it", made_by="lin") is None
        wallet.frozen = not wallet.frozen

    @rule()
    def the_worker_expires(self) -> None:
        self.run(expire_some(self.pool, self.now))
        for wallet in self.wallets:
            wallet.expire(self.now)

    @invariant()
    def both_hold_the_same(self) -> None:
        """What can be spent, where it lies, and what is owed."""
        for member_id, wallet in zip(self.members, self.wallets, strict=True):
            assert self.run(balances(self.pool, [member_id], self.now)).get((member_id, "points"), 0) == wallet.balance(
                self.now
            )
            lots = {row[0]: row[1] for row in self.run(self.pool.fetch(LOTS, member_id))}
            assert lots == {gone: left for gone, left in wallet.lots.items() if left}
            assert self.run(self.pool.fetchval(OWED, member_id)) == wallet.owed


async def problems(pool: Pool) -> list[str]:
    """What breaks an invariant of value, over all that the lives left, boards included."""
    await fold_everything(pool)
    return [sentence for finding in await verify_ledger(pool, lambda *_: None) for sentence in finding.first]


def prove(url: str, policy: Shortfall, examples: int) -> None:
    """Many lives on one database, then one look at all of them."""
    with own_pool(url) as (loop, pool):
        loop.run_until_complete(add_campaign(pool, "purchase", {"points_per_yuan": 1, "lateness_days": None}))
        loop.run_until_complete(pool.execute(TERMS, policy.value))
        run_state_machine_as_test(
            lambda: Machine(loop, pool, policy),  # type: ignore[arg-type]  # annotated as a class; any factory will do
            settings=settings(
                max_examples=examples, stateful_step_count=STEP_COUNT, deadline=None, suppress_health_check=SLOW
            ),
        )
        assert loop.run_until_complete(problems(pool)) == []


@pytest.mark.parametrize("policy", list(Shortfall), ids=lambda policy: policy.value)
def test_wallets_equal_the_model(database_url: str, policy: Shortfall) -> None:
    prove(database_url, policy, examples=3)


@pytest.mark.prove
@pytest.mark.parametrize("policy", list(Shortfall), ids=lambda policy: policy.value)
def test_wallets_equal_the_model_at_length(database_url: str, policy: Shortfall) -> None:
    """Three times 140 lives of 50 steps: 21,000."""
    prove(database_url, policy, examples=140)
