"""Whatever happens in whatever order: the engine, in memory and on PostgreSQL, does what plain Python says."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from siyu.boards import fold_everything
from siyu.db import Pool
from siyu.engine import NewFact, Outcome
from siyu.errors import IdempotencyConflict
from siyu.ids import new_id
from siyu.ledger.verify import verify_ledger
from tests.factories import paid, refunded, sign
from tests.siyu.engine.model import Expected, Model, ModelCampaign
from tests.siyu.engine.systems import Dump, InMemory, Moved, OnPostgres, own_pool

MEMBERS = 3
NUMBERS = 12
# Midnight in Shanghai; the windowed campaign opens and closes on one.
MIDNIGHT = datetime(2026, 11, 20, 16, tzinfo=UTC)
STEP_COUNT = 15
SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]

# No two lives on one database share a key or an order number.
lives = count()


def some_campaigns() -> list[ModelCampaign]:
    """One of each kind that decides differently."""
    return [
        ModelCampaign(table=(5, 0, 7)),
        ModelCampaign(table=(1,), starts_at=MIDNIGHT, ends_at=MIDNIGHT + timedelta(days=3)),
        ModelCampaign(table=(9,), state="paused"),
        ModelCampaign(),
        ModelCampaign(rate_hundredths=33, multiplier_hundredths=250, cap_per_day=40, lateness_days=3),
        ModelCampaign(lateness_days=None, starts_at=MIDNIGHT, ends_at=MIDNIGHT + timedelta(days=2)),
    ]


MOMENTS = st.builds(
    lambda days, micros: MIDNIGHT + timedelta(days=days, microseconds=micros),
    st.integers(-4, 4) | st.sampled_from([-31, -32, 31]),
    st.sampled_from([-1, 0, 1, 43_200_000_000]),
)
# Few and related, so that refunds meet the edges of their orders.
AMOUNTS = st.sampled_from([0, 1, 49, 50, 99, 100, 101, 250, 1_000, 5_999, 10_000_000])
MEMBER_NUMBERS = st.integers(0, MEMBERS - 1)
# A member, when, and either the campaign to sign in to or an order's number, an amount and whether it is a refund.
HAPPENINGS = st.tuples(
    MEMBER_NUMBERS,
    MOMENTS,
    st.integers(0, 4) | st.tuples(st.integers(0, NUMBERS - 1), AMOUNTS, st.booleans()),
)


def as_expected(outcome: Outcome) -> list[Expected]:
    """An outcome in the model's words."""
    signs = {"grant": 1, "reverse": -1}
    return [
        Expected(
            decision.campaign_id,
            decision.refusal.code if decision.refusal else None,
            sum(signs.get(effect["kind"], 0) * effect.get("amount", 0) for effect in decision.effects),
        )
        for decision in outcome.decisions
    ]


def check_invariants(dump: Dump) -> None:
    """What holds of value whatever happened."""
    held: Counter[object] = Counter()
    moved: Counter[object] = Counter()
    left: dict[object, Moved] = {}
    for transfer in dump.transfers:
        held[transfer.member_id] += transfer.amount if transfer.kind == "grant" else -transfer.amount
        moved[transfer.debit_id] -= transfer.amount
        moved[transfer.credit_id] += transfer.amount
        assert transfer.amount > 0
        assert transfer.member_balance == held[transfer.member_id] >= 0
        if transfer.reverses_id is None:
            left[transfer.id] = transfer
        else:
            original = left[transfer.reverses_id]
            assert (original.debit_id, original.credit_id) == (transfer.credit_id, transfer.debit_id)
            left[transfer.reverses_id] = original._replace(amount=original.amount - transfer.amount)
    assert all(original.amount >= 0 for original in left.values())
    assert sum(moved.values()) == 0
    assert {member: balance for member, balance in dump.balances.items() if balance} == +held


class Machine(RuleBasedStateMachine):
    """Drives a system and the model side by side."""

    def __init__(self, start: Callable[[list[ModelCampaign], int], InMemory | OnPostgres]) -> None:
        super().__init__()
        campaigns = some_campaigns()
        self.system = start(campaigns, MEMBERS)
        self.model = Model(dict(zip(self.system.campaign_ids, campaigns, strict=True)))
        self.life, self.numbers, self.steps = next(lives), count(), 0
        self.answered: list[tuple[NewFact, Outcome]] = []

    def fact(self, member: int, at: datetime, what: int | tuple[int, int, bool]) -> NewFact:
        """What happened, with a key of its own."""
        member_id, key = self.system.member_ids[member], f"key/{self.life}/{next(self.numbers)}"
        if isinstance(what, int):
            # The fourth is of another type, the fifth does not exist.
            campaigns = [*self.system.campaign_ids[:4], new_id()]
            return sign(campaigns[what], member_id, at, key)
        number, amount_fen, is_refund = what
        order = f"{self.life}/{number}"
        if is_refund:
            return refunded(member_id, order, max(1, amount_fen), at, key)
        return paid(member_id, order, amount_fen, at, key)

    def engine_of(self, fact: NewFact) -> int:
        """A member keeps to one engine during a step, so that the order of their facts is known; then changes."""
        return self.steps + self.system.member_ids.index(fact.member_id)

    @rule(happenings=st.lists(HAPPENINGS, min_size=1, max_size=12))
    def several_things_happen(self, happenings: list[tuple[int, datetime, int | tuple[int, int, bool]]]) -> None:
        """At once, where the system can; two members never at one order, for who comes first would be open."""
        facts: list[NewFact] = []
        owners: dict[str, object] = {}
        for happening in happenings:
            fact = self.fact(*happening)
            order = fact.data.get("order", fact.idempotency_key)
            if owners.setdefault(order, fact.member_id) == fact.member_id:
                facts.append(fact)

        outcomes = self.system.submit(facts, self.engine_of)

        assert [as_expected(outcome) for outcome in outcomes] == [self.model.submit(fact) for fact in facts]
        self.answered += zip(facts, outcomes, strict=True)

    @rule(number=st.integers(0, 5), state=st.sampled_from(["running", "paused", "ended"]))
    def an_operator_acts(self, number: int, state: str) -> None:
        """A campaign is paused, resumed or ended."""
        campaign_id = self.system.campaign_ids[number]
        self.system.set_state(campaign_id, state)
        self.model.campaigns[campaign_id].state = state

    @invariant()
    def the_system_holds_what_the_model_holds(self) -> None:
        """Balances, states and orders; and the invariants of value."""
        self.steps += 1
        dump = self.system.dump()
        assert {member: balance for member, balance in dump.balances.items() if balance} == +self.model.balances
        assert dump.orders == {
            number: (order.member_id, order.amount_fen, order.refunded_fen)
            for number, order in self.model.orders.items()
        }
        assert dump.states == {
            (campaign_id, member_id): state
            for campaign_id, campaign in self.model.campaigns.items()
            for member_id, state in campaign.states.items()
        }
        check_invariants(dump)

    def teardown(self) -> None:
        """End the life."""
        self.system.close()


class ConcurrentMachine(Machine):
    """What only a database can do: remember keys, and be used by two engines at once."""

    system: OnPostgres

    @precondition(lambda self: self.answered)
    @rule(data=st.data(), engine=st.integers(0, 1), delay_s=st.integers(0, 9))
    def a_caller_tries_again(self, data: st.DataObject, engine: int, delay_s: int) -> None:
        """The first answer comes again, from either engine; what merely arrives later is the same body."""
        fact, outcome = data.draw(st.sampled_from(self.answered))
        if fact.stamped:
            fact = replace(fact, at=fact.at + timedelta(seconds=delay_s))

        assert self.system.submit([fact], lambda _: engine) == [outcome]

    @precondition(lambda self: self.answered)
    @rule(data=st.data(), engine=st.integers(0, 1))
    def a_caller_reuses_a_key(self, data: st.DataObject, engine: int) -> None:
        """For another body it is a conflict, and nothing happens."""
        fact, _ = data.draw(st.sampled_from(self.answered))
        other = replace(fact, data={**fact.data, "amount_fen": 77_777})

        with pytest.raises(IdempotencyConflict):
            self.system.submit([other], lambda _: engine)

    @rule(happening=HAPPENINGS)
    def one_thing_is_told_to_both_engines(self, happening: tuple[int, datetime, int | tuple[int, int, bool]]) -> None:
        """It happens once, and both give one answer."""
        fact = self.fact(*happening)
        engines = iter((0, 1))

        first, second = self.system.submit([fact, fact], lambda _: next(engines))

        assert first == second
        assert as_expected(first) == self.model.submit(fact)
        self.answered.append((fact, first))


async def check_ledger(pool: Pool) -> None:
    """Every invariant of value, over everything that all lives left, boards included."""
    await fold_everything(pool)
    findings = await verify_ledger(pool, lambda done, total: None)
    assert not [finding for finding in findings if finding.violations]


def live_many_lives(new_machine: Callable[[], RuleBasedStateMachine], examples: int) -> None:
    """Drive machines that Hypothesis makes up."""
    run_state_machine_as_test(
        new_machine,  # type: ignore[arg-type]  # annotated as a class; any factory will do
        settings=settings(
            max_examples=examples, stateful_step_count=STEP_COUNT, deadline=None, suppress_health_check=SLOW
        ),
    )


def prove_on_postgres(url: str, examples: int) -> None:
    """Many lives on one database, then one look at all of them."""
    with own_pool(url) as (loop, pool):
        live_many_lives(lambda: ConcurrentMachine(partial(OnPostgres, loop, pool)), examples)
        loop.run_until_complete(check_ledger(pool))


def test_decisions_in_memory_equal_the_model() -> None:
    live_many_lives(lambda: Machine(InMemory), examples=100)


@pytest.mark.prove
def test_decisions_in_memory_equal_the_model_at_length() -> None:
    live_many_lives(lambda: Machine(InMemory), examples=2_000)


def test_two_engines_on_postgres_equal_the_model(database_url: str) -> None:
    prove_on_postgres(database_url, examples=20)


@pytest.mark.prove
def test_two_engines_on_postgres_equal_the_model_at_length(database_url: str) -> None:
    prove_on_postgres(database_url, examples=400)
