"""Timers: they fire once, whatever happens to the process that set them, and in whatever state their campaign is."""

import asyncio
from datetime import timedelta

import pytest

from siyu.db import Pool
from siyu.engine import BatchLimits
from tests.clock import NOON, TestClock
from tests.factories import add_campaign, add_members, points_of, registry_of
from tests.siyu.engine.relay import WITNESS, act, count, fire_all, kinds, relay_engine, rung_of

HOUR_S = 3_600.0


async def test_a_timer_fires_once_and_only_when_it_is_due(pool: Pool, clock: TestClock) -> None:
    [member] = await add_members(pool, 1)
    campaign, engine = await add_campaign(pool, "relay"), relay_engine(pool, clock)

    outcome = await engine.submit(act("wind", campaign, member, seconds=HOUR_S))
    await fire_all(engine)
    assert kinds(outcome) == ["schedule"]
    assert await points_of(pool, member) == 0

    clock.move(HOUR_S + 60)
    await fire_all(engine)
    clock.move(HOUR_S)
    await fire_all(engine)

    assert await points_of(pool, member) == 1
    fact = await pool.fetchrow("SELECT type, at, arrived_at, campaign_id, data FROM fact WHERE type = 'relay.ring'")
    assert fact is not None
    assert (fact["at"], fact["arrived_at"]) == (NOON + timedelta(hours=1), NOON + timedelta(seconds=HOUR_S + 60))
    assert fact["campaign_id"] == campaign
    assert await count(pool, "pending_fact") == 0


async def test_the_log_leads_from_the_decision_to_the_timers_fact(pool: Pool, clock: TestClock) -> None:
    [member] = await add_members(pool, 1)
    campaign, engine = await add_campaign(pool, "relay"), relay_engine(pool, clock)

    outcome = await engine.submit(act("wind", campaign, member, seconds=1))
    clock.move(1)
    await fire_all(engine)

    [effect] = outcome.decisions[0].effects
    assert effect["type"] == "relay.ring"
    assert effect["at"] == "2026-11-21T04:00:01+00:00"
    assert await count(pool, f"fact WHERE idempotency_key = 'timer/{effect['pending']}'") == 1


async def test_a_timer_survives_its_process(pool: Pool, other_pool: Pool, clock: TestClock) -> None:
    [member] = await add_members(pool, 1)
    campaign = await add_campaign(pool, "relay")

    await relay_engine(pool, clock).submit(act("wind", campaign, member, seconds=HOUR_S))
    clock.move(HOUR_S)
    await fire_all(relay_engine(other_pool, clock))

    assert await points_of(pool, member) == 1


async def test_a_second_timer_of_a_key_replaces_the_first(pool: Pool, clock: TestClock) -> None:
    first, second = await add_members(pool, 2)
    campaign, engine = await add_campaign(pool, "relay"), relay_engine(pool, clock)

    for member in (first, second):
        await engine.submit(act("wind", campaign, member, seconds=HOUR_S, note="early"))
    await engine.submit(act("wind", campaign, first, seconds=2 * HOUR_S, note="late"))
    clock.move(HOUR_S)
    await fire_all(engine)
    assert (await rung_of(pool, first), await rung_of(pool, second)) == (None, '["early"]')
    clock.move(HOUR_S)
    await fire_all(engine)

    assert (await rung_of(pool, first), await rung_of(pool, second)) == ('["late"]', '["early"]')


async def test_timers_of_two_keys_are_two(pool: Pool, clock: TestClock) -> None:
    [member] = await add_members(pool, 1)
    campaign, engine = await add_campaign(pool, "relay"), relay_engine(pool, clock)

    await engine.submit(act("wind", campaign, member, seconds=2, key="a", note="a"))
    await engine.submit(act("wind", campaign, member, seconds=1, key="b", note="b"))
    clock.move(2)
    await fire_all(engine)

    assert await rung_of(pool, member) == '["b", "a"]'


async def test_a_cancelled_timer_never_fires(pool: Pool, clock: TestClock) -> None:
    [member] = await add_members(pool, 1)
    campaign, engine = await add_campaign(pool, "relay"), relay_engine(pool, clock)

    await engine.submit(act("wind", campaign, member, seconds=HOUR_S))
    outcome = await engine.submit(act("stop", campaign, member))
    again = await engine.submit(act("stop", campaign, member))
    clock.move(HOUR_S)
    await fire_all(engine)

    assert [kinds(outcome), kinds(again)] == [["cancel"]] * 2
    assert await points_of(pool, member) == 0
    assert await count(pool, "pending_fact") == 0


@pytest.mark.parametrize("at_once", [True, False])
async def test_a_timer_that_is_cancelled_while_it_is_on_its_way_does_nothing(
    pool: Pool, clock: TestClock, at_once: bool
) -> None:
    """In one batch with what cancels it, and in the batch after: the same rows are left."""
    [member] = await add_members(pool, 1)
    campaign, engine = await add_campaign(pool, "relay"), relay_engine(pool, clock)
    await engine.submit(act("wind", campaign, member, seconds=1, key="first", stops="second"))
    await engine.submit(act("wind", campaign, member, seconds=2, key="second"))
    clock.move(2)

    if at_once:
        await fire_all(engine)
    else:
        await fire_all(relay_engine(pool, clock, limits=BatchLimits(facts_max=1)))

    assert await points_of(pool, member) == 1
    assert await count(pool, "fact") == 3
    assert await count(pool, "pending_fact") == 0


async def test_what_was_scheduled_and_cancelled_in_one_batch_leaves_nothing(pool: Pool, clock: TestClock) -> None:
    [member] = await add_members(pool, 1)
    campaign, engine = await add_campaign(pool, "relay"), relay_engine(pool, clock)

    await asyncio.gather(
        engine.submit(act("wind", campaign, member, seconds=-5)), engine.submit(act("stop", campaign, member))
    )
    await fire_all(engine)

    assert await points_of(pool, member) == 0
    assert await count(pool, "pending_fact") == 0


async def test_a_timer_in_the_past_fires_at_once_without_a_worker(pool: Pool, clock: TestClock) -> None:
    [member] = await add_members(pool, 1)
    campaign, engine = await add_campaign(pool, "relay"), relay_engine(pool, clock)

    await engine.submit(act("wind", campaign, member, seconds=-HOUR_S))
    await engine.drain()

    assert await points_of(pool, member) == 1
    assert await pool.fetchval("SELECT at FROM fact WHERE type = 'relay.ring'") == NOON


async def test_a_timer_can_set_itself_again(pool: Pool, clock: TestClock) -> None:
    [member] = await add_members(pool, 1)
    campaign, engine = await add_campaign(pool, "relay"), relay_engine(pool, clock)

    await engine.submit(act("wind", campaign, member, seconds=1, then_s=60))
    for _ in range(2):
        clock.move(61)
        await fire_all(engine)

    assert await rung_of(pool, member) == '["ding", "again"]'


@pytest.mark.parametrize("state", ["paused", "ended"])
async def test_timers_of_a_campaign_that_stands_still_fire(pool: Pool, clock: TestClock, state: str) -> None:
    [member] = await add_members(pool, 1)
    campaign, engine = await add_campaign(pool, "relay"), relay_engine(pool, clock)
    await engine.submit(act("wind", campaign, member, seconds=HOUR_S))

    await pool.execute("UPDATE campaign SET state = $1", state)
    clock.move(HOUR_S)
    await fire_all(engine)

    assert await points_of(pool, member) == 1


async def test_a_timer_is_heard_by_its_own_campaign_alone(pool: Pool, clock: TestClock) -> None:
    [member] = await add_members(pool, 1)
    campaign, engine = await add_campaign(pool, "relay"), relay_engine(pool, clock)
    await add_campaign(pool, "relay")
    await add_campaign(pool, "witness")

    await engine.submit(act("wind", campaign, member, seconds=1))
    clock.move(1)
    await fire_all(engine)

    assert await pool.fetch("SELECT DISTINCT campaign_id FROM decision") == [(campaign,)]
    assert await points_of(pool, member) == 1


async def test_a_campaign_whose_type_is_not_loaded_keeps_its_timers(pool: Pool, clock: TestClock) -> None:
    [member] = await add_members(pool, 1)
    campaign, engine = await add_campaign(pool, "relay"), relay_engine(pool, clock)
    await engine.submit(act("wind", campaign, member, seconds=1))
    clock.move(1)

    await fire_all(relay_engine(pool, clock, registry_of(WITNESS)))
    assert await count(pool, "pending_fact WHERE claimed_until IS NULL") == 1
    await fire_all(engine)

    assert await points_of(pool, member) == 1


async def test_a_campaign_whose_config_is_not_accepted_keeps_its_timers(pool: Pool, clock: TestClock) -> None:
    [member] = await add_members(pool, 1)
    campaign, engine = await add_campaign(pool, "relay"), relay_engine(pool, clock)
    await engine.submit(act("wind", campaign, member, seconds=1))
    await pool.execute("""UPDATE campaign SET config = '{"of": "another version"}', revision = 2""")
    clock.move(1)

    await fire_all(engine)
    assert (await count(pool, "pending_fact"), await count(pool, "fact")) == (1, 1)
    await pool.execute("UPDATE campaign SET config = '{}', revision = 3")
    clock.move(15)
    await fire_all(engine)

    assert await points_of(pool, member) == 1
