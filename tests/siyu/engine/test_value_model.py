"""Whatever campaigns ask for in whatever order: value, holds and rewards are as plain Python says."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from typing import Any, NamedTuple
from uuid import UUID

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from siyu.campaigns import LiveCampaign
from siyu.db import Pool
from siyu.engine import NewFact, Outcome
from siyu.engine.world import World
from siyu.ids import new_id
from siyu.sdk import CampaignConfig, MemberView
from tests.clock import NOON
from tests.factories import LONG_AGO, SHANGHAI, add_campaign, add_members
from tests.siyu.engine import till
from tests.siyu.engine.stage import play
from tests.siyu.engine.systems import own_pool
from tests.siyu.engine.test_model import check_ledger, live_many_lives

MEMBERS, CAMPAIGNS = 2, 2
SIGNS = {"grant": 1, "unspend": 1, "spend": -1, "reverse": -1}

AMOUNTS = st.sampled_from([1, 2, 3, 5, 8, 13])
KEYS = st.sampled_from("abc")
REFERENCES = st.sampled_from("xy")
# A reversal gets the reference of its fact.
EFFECTS = st.one_of(
    st.builds(till.grant, AMOUNTS, st.none() | REFERENCES),
    st.builds(till.spend, AMOUNTS, st.none() | REFERENCES),
    st.builds(till.reverse, AMOUNTS, st.just(""), st.sampled_from(["grant", "spend"])),
    st.builds(till.hold, AMOUNTS, KEYS, st.none() | REFERENCES),
    st.builds(till.settle, KEYS, st.none() | st.just(0) | AMOUNTS),
    st.builds(till.issue, st.sampled_from(["mug", "cap"]), KEYS),
    st.builds(till.revoke, KEYS),
    st.builds(till.notify, AMOUNTS),
)
PLAYS = st.tuples(
    st.integers(0, MEMBERS - 1), st.integers(0, CAMPAIGNS - 1), REFERENCES, st.lists(EFFECTS, min_size=1, max_size=4)
)


class Held(NamedTuple):
    """What there is of value beside the transfers."""

    balances: dict[UUID, int]
    holds: dict[tuple[UUID, UUID, str], tuple[str, int, int]]
    rewards: dict[tuple[UUID, UUID, str], tuple[str, str]]
    messages: dict[UUID, int]


@dataclass
class Model:
    """The till in plain Python."""

    balances: Counter[UUID] = field(default_factory=Counter)
    # What is left under a campaign, a member, a reference and a kind.
    left: Counter[tuple[UUID, UUID, str, str]] = field(default_factory=Counter)
    references: dict[tuple[UUID, UUID, str], str | None] = field(default_factory=dict)
    holds: dict[tuple[UUID, UUID, str], tuple[str, int, int]] = field(default_factory=dict)
    rewards: dict[tuple[UUID, UUID, str], tuple[str, str]] = field(default_factory=dict)
    messages: Counter[UUID] = field(default_factory=Counter)

    def play(self, fact: NewFact) -> tuple[str | None, list[int]]:
        """The refusal, or what each effect moved."""
        effects = fact.data["effects"]
        code = self._refusal(fact, effects)
        return (code, []) if code else (None, [self._apply(fact, *effect) for effect in effects])

    def _refusal(self, fact: NewFact, effects: Sequence[till.Told]) -> str | None:
        rest, opened = self.balances[fact.member_id], set()
        for name, values in effects:
            if name == "Spend":
                rest -= values["amount"]
                if rest < 0:
                    return "POOR"
            if name == "Reverse" and values["of"] == "grant":
                rest = max(0, rest - values["amount"])
        for name, values in effects:
            if name in ("Hold", "Issue"):
                known = self.holds if name == "Hold" else self.rewards
                if (fact.campaign_id, fact.member_id, values["key"]) in known or (name, values["key"]) in opened:
                    return "TAKEN"
                opened.add((name, values["key"]))
        return None

    def _apply(self, fact: NewFact, name: str, values: dict[str, Any]) -> int:
        assert fact.campaign_id is not None
        at, amount = (fact.campaign_id, fact.member_id), values.get("amount")
        if name in ("Grant", "Spend"):
            return self._move(at, name.lower(), values["amount"], values["reference"])
        if name == "Reverse":
            key, of = (*at, values["reference"], values["of"]), values["of"]
            moved = min(values["amount"], self.left[key], *([self.balances[at[1]]] if of == "grant" else []))
            self.left[key] -= moved
            self.balances[at[1]] += moved if of == "spend" else -moved
            return moved
        key_ = (*at, values.get("key", ""))
        if name == "Hold":
            self.holds[key_], self.references[key_] = ("open", values["amount"], 0), values["reference"]
        elif name == "Settle" and self.holds.get(key_, ("",))[0] == "open":
            held = self.holds[key_][1]
            posted = held if amount is None else min(amount, held)
            self.holds[key_] = ("posted" if posted else "void", held, posted)
            return self._move(at, "grant", posted, self.references[key_])
        elif name == "Issue":
            self.rewards[key_] = (values["reward"], "issued")
        elif name == "Revoke" and key_ in self.rewards:
            self.rewards[key_] = (self.rewards[key_][0], "revoked")
        elif name == "Notify":
            self.messages[at[1]] += 1
        return values["amount"] if name == "Hold" else 0

    def _move(self, at: tuple[UUID, UUID], kind: str, amount: int, reference: str | None) -> int:
        self.balances[at[1]] += SIGNS[kind] * amount
        if reference is not None:
            self.left[*at, reference, kind] += amount
        return amount


class InMemory:
    """One world kept alive."""

    def __init__(self) -> None:
        self.member_ids = [new_id() for _ in range(MEMBERS)]
        self.campaign_ids = [new_id() for _ in range(CAMPAIGNS)]
        live = [
            LiveCampaign(campaign, till.TILL, 1, "running", None, None, CampaignConfig(), {"points": new_id()})
            for campaign in self.campaign_ids
        ]
        views = {member: MemberView(member, LONG_AGO) for member in self.member_ids}
        self.world = World(live, views, SHANGHAI, new_id)

    def submit(self, facts: Sequence[NewFact], _: int) -> list[Outcome]:
        """Decide them one after the other."""
        return [play(self.world, fact) for fact in facts]

    def held(self) -> Held:
        """Everything there is, and whether the transfers come to it."""
        world, sums = self.world, Counter[UUID]()
        for transfer in world.book.transfers:
            sums[transfer.member_id] += SIGNS[transfer.kind] * transfer.amount
            assert transfer.member_balance == sums[transfer.member_id] >= 0
        return Held(
            dict(sums),
            {hold.key: (hold.state, hold.amount, hold.posted) for hold in world.holds.new.values()},
            {new.key: (new.reward, "revoked" if new.revoked_at else "issued") for new in world.rewards.new.values()},
            dict(Counter(message.member_id for message in world.messages)),
        )


class OnPostgres:
    """Two engines on one database; each life has its own members and campaigns."""

    def __init__(self, loop: asyncio.AbstractEventLoop, pool: Pool) -> None:
        self._loop, self._pool = loop, pool
        self.engines = [till.till_engine(pool), till.till_engine(pool)]
        run = loop.run_until_complete
        run(pool.execute("UPDATE campaign SET state = 'draft'"))
        self.member_ids = run(add_members(pool, MEMBERS))
        self.campaign_ids = [run(add_campaign(pool, "till")) for _ in range(CAMPAIGNS)]

    def submit(self, facts: Sequence[NewFact], step: int) -> list[Outcome]:
        """At once; a member keeps to one engine, so that the order of their facts is known."""

        async def at_once() -> list[Outcome]:
            return await asyncio.gather(*(self._engine(fact, step).submit(fact) for fact in facts))

        return self._loop.run_until_complete(at_once())

    def _engine(self, fact: NewFact, step: int) -> Any:
        return self.engines[(step + self.member_ids.index(fact.member_id)) % 2]

    def held(self) -> Held:
        """Everything of this life's members."""
        return self._loop.run_until_complete(self._held())

    async def _held(self) -> Held:
        async def rows(columns: str, table: str) -> list[Any]:
            return await self._pool.fetch(
                f"SELECT {columns} FROM {table} WHERE member_id = ANY($1::uuid[])", self.member_ids
            )

        holds = await rows("campaign_id, member_id, key, state, amount, posted", "hold")
        rewards = await rows("campaign_id, member_id, key, reward, state", "issued_reward")
        return Held(
            {row[0]: row[1] for row in await rows("member_id, balance", "account")},
            {tuple(row[:3]): tuple(row[3:]) for row in holds},
            {tuple(row[:3]): tuple(row[3:]) for row in rewards},
            dict(Counter(row[0] for row in await rows("member_id", "message"))),
        )


class Machine(RuleBasedStateMachine):
    """Drives a system and the model side by side."""

    def __init__(self, start: Callable[[], InMemory | OnPostgres]) -> None:
        super().__init__()
        self.system, self.model, self.steps = start(), Model(), count()

    @rule(plays=st.lists(PLAYS, min_size=1, max_size=6))
    def several_play(self, plays: list[tuple[int, int, str, list[till.Told]]]) -> None:
        """At once, where the system can."""
        facts = [
            till.play(
                self.system.campaign_ids[campaign],
                self.system.member_ids[member],
                NOON,
                *((n, v | {"reference": reference} if n == "Reverse" else v) for n, v in effects),
                reference=reference,
            )
            for member, campaign, reference, effects in plays
        ]

        outcomes = self.system.submit(facts, next(self.steps))

        assert [seen(outcome) for outcome in outcomes] == [self.model.play(fact) for fact in facts]

    @invariant()
    def the_system_holds_what_the_model_holds(self) -> None:
        """Balances, holds, rewards and messages."""
        held = self.system.held()
        assert {member: balance for member, balance in held.balances.items() if balance} == +self.model.balances
        assert held[1:] == (self.model.holds, self.model.rewards, self.model.messages)


def seen(outcome: Outcome) -> tuple[str | None, list[int]]:
    """An outcome in the model's words."""
    [decision] = outcome.decisions
    return (
        decision.refusal.code if decision.refusal else None,
        [effect.get("amount", 0) for effect in decision.effects],
    )


def prove_on_postgres(url: str, examples: int) -> None:
    """Many lives on one database, then one look at all of them."""
    with own_pool(url) as (loop, pool):
        live_many_lives(lambda: Machine(partial(OnPostgres, loop, pool)), examples)
        loop.run_until_complete(check_ledger(pool))


def test_value_in_memory_equals_the_model() -> None:
    live_many_lives(lambda: Machine(InMemory), examples=50)


@pytest.mark.prove
def test_value_in_memory_equals_the_model_at_length() -> None:
    live_many_lives(lambda: Machine(InMemory), examples=1_000)


def test_value_of_two_engines_on_postgres_equals_the_model(database_url: str) -> None:
    prove_on_postgres(database_url, examples=4)


@pytest.mark.prove
def test_value_of_two_engines_on_postgres_equals_the_model_at_length(database_url: str) -> None:
    prove_on_postgres(database_url, examples=300)
