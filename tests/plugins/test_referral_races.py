"""Referrals on PostgreSQL, from several engines and processes at once: one inviter, one pair of rewards, or none."""

import asyncio
import json
import sys
from asyncio.subprocess import PIPE, Process
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest

from siyu.db import Pool
from siyu.engine import NewFact, Outcome
from siyu.engine.intake import service_fact
from siyu.ids import new_id
from siyu.ledger.verify import verify_ledger
from tests.api.processes import ROOT
from tests.clock import NOON, TestClock
from tests.factories import add_campaign, add_members
from tests.plugins.referring import REGISTRY, add_newcomers, bind, referring, said
from tests.siyu.engine.capped import cap, set_caps
from tests.siyu.engine.relay import fire_all

ANSWER_TIMEOUT_S = 60
WINDOW = timedelta(days=15, seconds=1)
BALANCES = "SELECT member_id, balance FROM account WHERE unit = $1 AND member_id IS NOT NULL AND balance > 0"
STATUSES = """
SELECT state->'invitation'->>'status', count(*) FROM participation
WHERE state->'invitation'->>'status' IS NOT NULL GROUP BY 1
"""


class Shops:
    """One referral, two engines and their clock."""

    def __init__(self, pool: Pool, other_pool: Pool) -> None:
        self.pool, self.clock, self.campaign = pool, TestClock(), UUID(int=0)
        self.engines = [referring(each, self.clock) for each in (pool, other_pool)]

    async def open(self, **fields: Any) -> "Shops":
        """With these fields of the config."""
        self.campaign = await add_campaign(self.pool, "referral", {"steps": [], **fields})
        return self

    def bind(self, newcomer: UUID, inviter: UUID, device: str | None = None) -> NewFact:
        """A newcomer names their inviter now."""
        return bind(self.campaign, newcomer, inviter, self.clock, device)

    def order(self, kind: str, member: UUID, order: str, fen: int = 10_000, key: str | None = None) -> NewFact:
        """The shop reports an order now."""
        data, at = {"order": order, "amount_fen": fen}, self.clock.now
        return service_fact(REGISTRY, f"order.{kind}", at, data, key or new_id().hex, at).about(member)

    async def submit(self, facts: Sequence[NewFact]) -> list[Outcome]:
        """All at once, to each engine in turn."""
        sent = [self.engines[place % 2].submit(fact) for place, fact in enumerate(facts)]
        outcomes = await asyncio.gather(*sent)
        await self.fire(self.clock.now)
        return outcomes

    async def fire(self, moment: datetime) -> None:
        """Both engines let fire what is due, and decide what follows."""
        self.clock.now = moment
        for engine in self.engines:
            await engine.drain()
        await asyncio.gather(*map(fire_all, self.engines))

    async def have(self, unit: str = "points") -> dict[UUID, int]:
        """Who has how much."""
        return {row[0]: row[1] for row in await self.pool.fetch(BALANCES, unit)}

    async def statuses(self) -> dict[str, int]:
        """How many invitations are where."""
        return {row[0]: row[1] for row in await self.pool.fetch(STATUSES)}

    async def verify(self) -> None:
        """Everything that `ledger verify` looks at holds, and nothing of the campaign failed."""
        findings = await verify_ledger(self.pool, lambda done, total: None)
        assert [finding.invariant for finding in findings if finding.violations] == []
        assert await self.pool.fetchval("SELECT count(*) FROM decision WHERE refusal_code = 'CAMPAIGN_FAILED'") == 0


@pytest.fixture
def shops(pool: Pool, other_pool: Pool) -> Shops:
    return Shops(pool, other_pool)


async def started(url: str, campaign: UUID, binds: Sequence[tuple[UUID, UUID]]) -> Process:
    """A process that waits for the sign."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.plugins.referring", url, cwd=ROOT, stdin=PIPE, stdout=PIPE
    )
    assert process.stdin is not None
    pairs = [[str(newcomer), str(inviter)] for newcomer, inviter in binds]
    process.stdin.write(json.dumps({"campaign": str(campaign), "binds": pairs}).encode() + b"\n")
    return process


async def answer(process: Process) -> str:
    """The next line it says."""
    assert process.stdout is not None
    return (await asyncio.wait_for(process.stdout.readline(), ANSWER_TIMEOUT_S)).decode().strip()


async def race(url: str, campaign: UUID, halves: Sequence[Sequence[tuple[UUID, UUID]]]) -> Counter[str]:
    """How often which code was answered by the processes, which begin at the same moment."""
    processes = [await started(url, campaign, binds) for binds in halves]
    told: Counter[str] = Counter()
    try:
        assert [await answer(process) for process in processes] == ["ready"] * len(halves)
        for process in processes:
            assert process.stdin is not None
            process.stdin.write(b"go\n")
        for process in processes:
            told.update(json.loads(await answer(process)))
    finally:
        for process in processes:
            process.stdin.close()  # type: ignore[union-attr]  # it was piped
            await asyncio.wait_for(process.wait(), ANSWER_TIMEOUT_S)
    return told


async def test_a_newcomer_who_names_fifty_at_once_has_one_inviter_and_one_pair_of_rewards(
    shops: Shops, database_url: str
) -> None:
    inviters = await add_members(shops.pool, 50)
    [newcomer] = await add_newcomers(shops.pool, 1)
    await shops.open(trigger="registered")
    binds = [(newcomer, inviter) for inviter in inviters]

    told = await race(database_url, shops.campaign, [binds[::2], binds[1::2]])
    await shops.fire(NOON)

    assert told == {"bound": 1, "BOUND_ALREADY": 49}
    have, chosen = await shops.have(), await shops.pool.fetchval("SELECT inviter_id FROM invitation")
    assert have == {newcomer: 50, chosen: 50}
    assert await shops.pool.fetchval("SELECT count(*) FROM invitation") == 1
    await shops.verify()


async def test_defect_40_newcomers_who_come_at_once_are_all_counted(shops: Shops) -> None:
    [inviter] = await add_members(shops.pool, 1)
    newcomers = await add_newcomers(shops.pool, 40)
    await shops.open(trigger="registered", caps={"day": None}, risk={"burst_invitees": 100})

    outcomes = await shops.submit([shops.bind(newcomer, inviter) for newcomer in newcomers for _ in range(2)])

    assert Counter(map(said, outcomes)) == {None: 40, "BOUND_ALREADY": 40}
    assert await shops.have() == {inviter: 2_000} | dict.fromkeys(newcomers, 50)
    state = "SELECT (state->>'verified')::int FROM participation WHERE subject_id = $1"
    assert await shops.pool.fetchval(state, inviter) == 40
    await shops.verify()


async def test_an_inviters_limit_holds_when_many_come_at_once(shops: Shops) -> None:
    [inviter] = await add_members(shops.pool, 1)
    newcomers = await add_newcomers(shops.pool, 30)
    await shops.open(trigger="registered", caps={"day": 7}, risk={"burst_invitees": 100})

    await shops.submit([shops.bind(newcomer, inviter) for newcomer in newcomers])

    have = await shops.have()
    assert (have.pop(inviter), Counter(have.values())) == (350, {50: 7})
    assert await shops.statuses() == {"rewarded": 7, "declined": 23}
    await shops.verify()


async def test_what_the_shops_budget_refuses_one_side_the_other_does_not_get_either(shops: Shops) -> None:
    """The inviter's promise fits into the cap, the newcomer's does not."""
    inviters, newcomers = await add_members(shops.pool, 2), await add_newcomers(shops.pool, 2)
    await shops.open()
    await set_caps(shops.pool, shops.campaign, cap(150))
    for newcomer, inviter in zip(newcomers, inviters, strict=True):
        await shops.submit([shops.bind(newcomer, inviter)])
        await shops.submit([shops.order("paid", newcomer, f"A-{inviter}")])

    refused = await shops.pool.fetch("SELECT refusal_code FROM decision WHERE refusal_code IS NOT NULL")
    assert [row[0] for row in refused] == ["CAP_REACHED"]
    assert await shops.statuses() == {"held": 1, "qualified": 1}
    await shops.fire(NOON + timedelta(days=1))
    assert await shops.statuses() == {"held": 1, "declined": 1}
    await shops.fire(NOON + WINDOW)

    assert await shops.have() == {inviters[0]: 50, newcomers[0]: 50}
    holds = await shops.pool.fetch("SELECT state, count(*) FROM hold GROUP BY 1 ORDER BY 1")
    assert [tuple(row) for row in holds] == [("posted", 2), ("void", 1)]
    await shops.verify()


async def test_defect_46_a_repeated_callback_counts_once_and_two_in_one_second_count_both(shops: Shops) -> None:
    [inviter] = await add_members(shops.pool, 1)
    one, other = await add_newcomers(shops.pool, 2)
    await shops.open(commission={"rates": [10]})
    await shops.submit([shops.bind(one, inviter), shops.bind(other, inviter)])

    copies = [shops.order("paid", one, "A-1", key="callback/1") for _ in range(10)]
    others = [shops.order("paid", one, "A-1") for _ in range(10)]
    await shops.submit([*copies, *others, shops.order("paid", other, "A-2", key="callback/2")])
    await shops.fire(NOON + WINDOW)

    assert await shops.have() == {inviter: 100, one: 50, other: 50}
    assert await shops.have("commission") == {inviter: 2_000}
    await shops.verify()


async def test_a_season_of_orders_and_refunds_leaves_no_loose_end(shops: Shops) -> None:
    """Whatever comes when: what stands is what was not sent back, to the fen."""
    rng = Random(7)  # noqa: S311 - to be the same again is its purpose
    inviters, newcomers = await add_members(shops.pool, 3), await add_newcomers(shops.pool, 24)
    await shops.open(commission={"rates": [10]}, refund_days=5, caps={"day": None}, risk={"burst_invitees": 100})
    await shops.submit([shops.bind(newcomer, rng.choice(inviters)) for newcomer in newcomers])
    left: dict[str, tuple[UUID, int]] = {}
    for day in range(12):
        shops.clock.now = NOON + timedelta(days=day)
        facts: list[NewFact] = []
        for newcomer in rng.sample(newcomers, 8):
            order, fen = f"{newcomer}/{day}", 1_000 * rng.randint(1, 9)
            left[order] = newcomer, fen
            facts.append(shops.order("paid", newcomer, order, fen))
        await shops.submit(facts)
        back = {order: rng.choice([left[order][1], 500]) for order in rng.sample(sorted(left), min(len(left), 4))}
        for order, fen in back.items():
            member, rest = left[order]
            left[order] = member, rest - min(fen, rest)
        await shops.submit([shops.order("refunded", left[order][0], order, fen) for order, fen in back.items()])
        left = {order: (member, rest) for order, (member, rest) in left.items() if rest}
    await shops.fire(NOON + timedelta(days=40))

    by_inviter = await shops.pool.fetch("SELECT member_id, inviter_id FROM invitation")
    brought = {row[0]: row[1] for row in by_inviter}
    expected: Counter[UUID] = Counter()
    for member, rest in left.values():
        expected[brought[member]] += rest // 10
    assert await shops.have("commission") == expected
    assert await shops.pool.fetchval("SELECT count(*) FROM pending_fact") == 0
    assert await shops.pool.fetchval("SELECT count(*) FROM hold WHERE state = 'open'") == 0
    points = await shops.have()
    rewarded = {member for member in newcomers if points.get(member)}
    assert {member: points.get(member, 0) for member in inviters} == {
        inviter: 50 * sum(brought[member] == inviter for member in rewarded) for inviter in inviters
    }
    await shops.verify()
