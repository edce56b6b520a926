"""Emitted facts: they follow their cause's commit, reach other members and campaigns, and come to an end."""

import asyncio
from uuid import uuid4

import pytest

from siyu.campaigns.pending import EMIT_DEPTH_MAX
from siyu.db import Pool
from siyu.engine import CAMPAIGN_FAILED, BatchLimits
from tests.clock import NOON, TestClock
from tests.factories import add_campaign, add_members, points_of
from tests.siyu.engine.relay import act, count, fire_all, kinds, relay_engine


async def test_an_emitted_fact_is_decided_without_a_worker(pool: Pool, clock: TestClock) -> None:
    [member] = await add_members(pool, 1)
    campaign, engine = await add_campaign(pool, "relay"), relay_engine(pool, clock)

    outcome = await engine.submit(act("throw", campaign, member, hops=0))
    await engine.drain()

    [effect] = outcome.decisions[0].effects
    assert (effect["kind"], effect["type"], effect["member"]) == ("emit", "relay.baton", str(member))
    assert await points_of(pool, member) == 1
    assert await count(pool, f"fact WHERE idempotency_key = 'emit/{effect['pending']}'") == 1
    assert await count(pool, "pending_fact") == 0


async def test_another_member_is_reached(pool: Pool, clock: TestClock) -> None:
    giver, taker = await add_members(pool, 2)
    campaign, engine = await add_campaign(pool, "relay"), relay_engine(pool, clock)

    await engine.submit(act("throw", campaign, giver, hops=1, to=str(taker)))
    await engine.drain()

    assert (await points_of(pool, giver), await points_of(pool, taker)) == (0, 2)
    assert await pool.fetchval("SELECT array_agg(DISTINCT member_id) FROM fact WHERE type = 'relay.baton'") == [taker]


async def test_two_members_who_reach_each_other_do_not_lock_each_other_out(pool: Pool, clock: TestClock) -> None:
    first, second = await add_members(pool, 2)
    campaign, engine = await add_campaign(pool, "relay"), relay_engine(pool, clock)

    await asyncio.gather(
        *(engine.submit(act("throw", campaign, first, hops=0, to=str(second))) for _ in range(20)),
        *(engine.submit(act("throw", campaign, second, hops=0, to=str(first))) for _ in range(20)),
    )
    await engine.drain()

    assert (await points_of(pool, first), await points_of(pool, second)) == (20, 20)


async def test_an_emitted_fact_happened_when_its_cause_did(pool: Pool, clock: TestClock) -> None:
    [member] = await add_members(pool, 1)
    campaign, engine = await add_campaign(pool, "relay"), relay_engine(pool, clock)
    clock.move(86_400)

    await engine.submit(act("throw", campaign, member, NOON, hops=1))
    await engine.drain()

    assert await pool.fetchval("SELECT array_agg(DISTINCT at) FROM fact") == [NOON]


async def test_a_chain_of_facts_ends_at_its_depth(
    pool: Pool, clock: TestClock, caplog: pytest.LogCaptureFixture
) -> None:
    """What would go on fails as a whole: the fifth fact after the first is never asked for."""
    [member] = await add_members(pool, 1)
    campaign, engine = await add_campaign(pool, "relay"), relay_engine(pool, clock)

    await engine.submit(act("throw", campaign, member, hops=9))
    await engine.drain()

    refused = await pool.fetch("SELECT refusal_code FROM decision ORDER BY id")
    assert [row[0] for row in refused] == [None] * EMIT_DEPTH_MAX + [CAMPAIGN_FAILED]
    assert await points_of(pool, member) == EMIT_DEPTH_MAX - 1
    assert "campaign type relay failed" in caplog.text


async def test_as_many_facts_as_may_follow_do(pool: Pool, clock: TestClock) -> None:
    [member] = await add_members(pool, 1)
    campaign, engine = await add_campaign(pool, "relay"), relay_engine(pool, clock)

    await engine.submit(act("throw", campaign, member, hops=EMIT_DEPTH_MAX - 1))
    await engine.drain()

    assert await points_of(pool, member) == EMIT_DEPTH_MAX
    assert await count(pool, "decision WHERE refusal_code IS NOT NULL") == 0


async def test_timers_without_a_pause_end_like_emitted_facts(pool: Pool, clock: TestClock) -> None:
    [member] = await add_members(pool, 1)
    campaign, engine = await add_campaign(pool, "relay"), relay_engine(pool, clock)

    await engine.submit(act("wind", campaign, member, seconds=60))
    await engine.submit(act("wind", campaign, member, seconds=59.9, key="soon"))

    rows = await pool.fetch("SELECT timer_key, depth FROM pending_fact ORDER BY depth")
    assert [tuple(row) for row in rows] == [("bell", 0), ("soon", 1)]


async def test_other_campaigns_listen_while_they_are_open(pool: Pool, clock: TestClock) -> None:
    """The one that emitted hears of it paused; another of its type does not, nor does a listener that is not open."""
    [member] = await add_members(pool, 1)
    campaign, engine = await add_campaign(pool, "relay"), relay_engine(pool, clock, limits=BatchLimits(queue_max=1))
    watching, _, _ = [
        await add_campaign(pool, "witness"),
        await add_campaign(pool, "witness", state="paused"),
        await add_campaign(pool, "relay"),
    ]

    # With room for nobody but the caller, the fact stays for the worker.
    await engine.submit(act("throw", campaign, member, hops=0))
    await engine.drain()
    assert await count(pool, "fact") == 1
    await pool.execute("UPDATE campaign SET state = 'paused' WHERE id = $1", campaign)
    clock.move(5)
    await fire_all(relay_engine(pool, clock))

    rows = await pool.fetch("SELECT campaign_id FROM decision ORDER BY id OFFSET 1")
    assert [row[0] for row in rows] == [campaign, watching]


async def test_a_fact_whose_process_died_before_it_entered_is_entered_by_another(pool: Pool, clock: TestClock) -> None:
    [member] = await add_members(pool, 1)
    campaign, dying = await add_campaign(pool, "relay"), relay_engine(pool, clock)

    def die(name: str) -> None:
        raise SystemError(name)

    dying.fail_point = die
    answers = await asyncio.gather(dying.submit(act("throw", campaign, member, hops=0)), return_exceptions=True)
    await dying.drain()
    assert [type(answer) for answer in answers] == [SystemError]
    assert (await count(pool, "pending_fact"), await count(pool, "fact")) == (1, 1)

    survivor = relay_engine(pool, clock)
    await fire_all(survivor)
    assert await points_of(pool, member) == 0, "the process that asked has it to itself for a while"
    clock.move(5)
    await fire_all(survivor)

    assert await points_of(pool, member) == 1
    assert await count(pool, "pending_fact") == 0


async def test_many_from_one_decision_arrive_once_each(pool: Pool, clock: TestClock) -> None:
    giver, taker = await add_members(pool, 2)
    campaign, engine = await add_campaign(pool, "relay"), relay_engine(pool, clock)

    outcome = await engine.submit(act("throw", campaign, giver, hops=0, to=str(taker), copies=32))
    await engine.drain()
    await fire_all(engine)

    assert kinds(outcome) == ["emit"] * 32
    assert await points_of(pool, taker) == 32


async def test_a_fact_about_nobody_is_dropped_with_a_word(
    pool: Pool, clock: TestClock, caplog: pytest.LogCaptureFixture
) -> None:
    [member] = await add_members(pool, 1)
    campaign, engine, nobody = await add_campaign(pool, "relay"), relay_engine(pool, clock), uuid4()

    await engine.submit(act("throw", campaign, member, hops=0, to=str(nobody)))
    await engine.drain()

    assert (await count(pool, "pending_fact"), await count(pool, "fact")) == (0, 1)
    assert f"relay.baton about nobody: {nobody}" in caplog.text
