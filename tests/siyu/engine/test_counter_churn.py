"""Every unit of a stock is free, held or used, whatever members do: random lives against a plain model."""

from collections.abc import Sequence
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from siyu.engine import Outcome
from siyu.sdk import Scope
from tests.factories import add_campaign, add_members
from tests.siyu.engine.systems import own_pool
from tests.siyu.engine.tally import Memory, TallyConfig, go, refusal, take, tally, tally_engine

UNITS, MEMBERS = 5, 3
KEYS = st.sampled_from(["a", "b"])
PLACES = st.integers(0, MEMBERS - 1)


class Churn(RuleBasedStateMachine):
    """A stock of a few units; `held` and `confirmed` are what the model knows of member and key."""

    @initialize()
    def open(self) -> None:
        """A fresh stock."""
        self.held: dict[tuple[int, str], int] = {}
        self.confirmed: set[tuple[int, str]] = set()
        self.used = 0
        self.start()

    def start(self) -> None:
        """In memory."""
        self.shop = Memory(tally(Scope.CAMPAIGN), TallyConfig(limit=UNITS))

    def act(self, member: int, *do: Sequence[Any]) -> Outcome:
        """One fact."""
        return self.shop.go(self.shop.members[member], *do)

    def counted(self) -> tuple[int, int]:
        """What the system says is used and held."""
        return self.shop.counted().get(("", ""), (0, 0))

    @property
    def free(self) -> int:
        """What the model has left."""
        return UNITS - self.used - sum(self.held.values())

    @rule(member=PLACES, key=KEYS, amount=st.integers(1, 3))
    def reserve(self, member: int, key: str, amount: int) -> None:
        """Hold some under a key that is free."""
        if (member, key) in self.held or (member, key) in self.confirmed:
            return
        stands = amount <= self.free
        assert refusal(self.act(member, take(amount, key=key))) == (None if stands else "NONE_LEFT")
        if stands:
            self.held[member, key] = amount

    @rule(member=PLACES, amount=st.integers(1, 2))
    def use(self, member: int, amount: int) -> None:
        """Take some for good."""
        stands = amount <= self.free
        assert refusal(self.act(member, take(amount))) == (None if stands else "NONE_LEFT")
        self.used += amount if stands else 0

    @rule(member=PLACES, key=KEYS, times=st.integers(1, 3))
    def release(self, member: int, key: str, times: int) -> None:
        """Give back, once or several times over."""
        released = [self.act(member, ("release", key)).decisions[0].effects[0]["released"] for _ in range(times)]
        assert released == [self.held.pop((member, key), 0)] + [0] * (times - 1)

    @rule(member=PLACES, key=KEYS)
    def confirm(self, member: int, key: str) -> None:
        """Buy what is held."""
        known = (member, key) in self.held or (member, key) in self.confirmed
        assert refusal(self.act(member, ("confirm", key))) == (None if known else "NOT_HELD")
        if known:
            self.used += self.held.pop((member, key), 0)
            self.confirmed.add((member, key))

    @precondition(lambda self: hasattr(self, "held"))
    @invariant()
    def every_unit_is_somewhere(self) -> None:
        """Free + held + used = N, and each is what the model says."""
        assert self.counted() == (self.used, sum(self.held.values()))
        assert 0 <= self.free <= UNITS


def test_every_unit_is_free_held_or_used() -> None:
    run_state_machine_as_test(Churn, settings=settings(max_examples=60, deadline=None, stateful_step_count=30))


def test_every_unit_is_free_held_or_used_in_the_database(database_url: str) -> None:
    with own_pool(database_url) as (loop, pool):
        run = loop.run_until_complete

        class OnPostgres(Churn):
            """The same on two engines that take turns."""

            def start(self) -> None:
                self.campaign = run(add_campaign(pool, "tally", {"limit": UNITS}))
                self.members = run(add_members(pool, MEMBERS))
                self.engines = [tally_engine(pool, tally(Scope.CAMPAIGN)) for _ in range(2)]

            def act(self, member: int, *do: Sequence[Any]) -> Outcome:
                self.engines.reverse()
                return run(self.engines[0].submit(go(self.campaign, self.members[member], *do)))

            def counted(self) -> tuple[int, int]:
                row = run(pool.fetchrow("SELECT used, held FROM counter WHERE campaign_id = $1", self.campaign))
                return (row[0], row[1]) if row else (0, 0)

        slow = [HealthCheck.too_slow]
        run_state_machine_as_test(
            OnPostgres,
            settings=settings(max_examples=8, deadline=None, stateful_step_count=20, suppress_health_check=slow),
        )
