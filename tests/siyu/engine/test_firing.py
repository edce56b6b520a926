"""Claims of what is due: two processes, leases that ran out and callers in between; each fact is decided once."""

import asyncio
from collections.abc import Sequence
from uuid import UUID

from siyu.campaigns.pending_store import claim_due
from siyu.db import Pool
from siyu.engine import BatchLimits
from siyu.engine.firing import fire_due
from tests.clock import TestClock
from tests.factories import add_campaign, add_members, points_of
from tests.siyu.engine.relay import act, count, fire_all, kinds, relay_engine

MEMBERS = 300


async def earners(pool: Pool) -> Sequence[UUID]:
    """Who has points, as often as they have."""
    rows = await pool.fetch("SELECT member_id, balance FROM account WHERE member_id IS NOT NULL ORDER BY 1")
    return [row["member_id"] for row in rows for _ in range(row["balance"])]


async def test_many_that_two_processes_enter_at_once_fire_once_each(
    pool: Pool, other_pool: Pool, clock: TestClock
) -> None:
    """Both have claimed every due fact, as when leases ran out; the DELETE of the deciding commit tells them apart."""
    members = await add_members(pool, MEMBERS)
    campaign = await add_campaign(pool, "relay")
    engines = relay_engine(pool, clock), relay_engine(other_pool, clock)
    await asyncio.gather(*(engines[0].submit(act("wind", campaign, member, seconds=1)) for member in members))
    clock.move(1)

    claimed = []
    for engine in engines:
        await pool.execute("UPDATE pending_fact SET claimed_until = NULL")
        claimed.append(await claim_due(engine.pool, ["relay"], clock(), MEMBERS))
        assert len(claimed[-1]) == MEMBERS
    entered = [engine.enter_pending(fact) for engine, due in zip(engines, claimed, strict=True) for fact in due]
    outcomes = await asyncio.gather(*(future for future in entered if future is not None))

    assert [kinds(outcome) for outcome in outcomes] == [["grant", "set_state"]] * (2 * MEMBERS)
    assert len({outcome.fact_id for outcome in outcomes}) == MEMBERS
    assert await earners(pool) == sorted(members)
    assert await count(pool, "fact WHERE type = 'relay.ring'") == MEMBERS
    assert await count(pool, "pending_fact") == 0


async def test_a_stale_claim_is_answered_from_the_log(pool: Pool, other_pool: Pool, clock: TestClock) -> None:
    """A process that was asleep enters a fact which another one has decided meanwhile."""
    [member] = await add_members(pool, 1)
    campaign, engine = await add_campaign(pool, "relay"), relay_engine(pool, clock)
    await engine.submit(act("wind", campaign, member, seconds=1))
    clock.move(1)
    [asleep] = await claim_due(other_pool, ["relay"], clock(), 10)
    clock.move(15)
    await fire_all(engine)

    entered = relay_engine(other_pool, clock).enter_pending(asleep)
    assert entered is not None
    outcome = await entered

    assert kinds(outcome) == ["grant", "set_state"]
    assert outcome.fact_id == await pool.fetchval("SELECT id FROM fact WHERE type = 'relay.ring'")
    assert await points_of(pool, member) == 1


async def test_a_stale_claim_of_a_cancelled_timer_does_nothing(pool: Pool, clock: TestClock) -> None:
    [member] = await add_members(pool, 1)
    campaign, engine = await add_campaign(pool, "relay"), relay_engine(pool, clock)
    await engine.submit(act("wind", campaign, member, seconds=1))
    clock.move(1)
    [asleep] = await claim_due(pool, ["relay"], clock(), 10)
    await engine.submit(act("stop", campaign, member))

    entered = engine.enter_pending(asleep)
    assert entered is not None

    assert (await entered).decisions == ()
    assert await count(pool, "fact") == 2
    assert await points_of(pool, member) == 0


async def test_a_lease_keeps_others_away_until_it_ends(pool: Pool, clock: TestClock) -> None:
    [member] = await add_members(pool, 1)
    campaign, engine = await add_campaign(pool, "relay"), relay_engine(pool, clock)
    await engine.submit(act("wind", campaign, member, seconds=1))

    claimed = []
    for seconds in (0, 1, 14, 1):
        clock.move(seconds)
        claimed.append(len(await claim_due(pool, ["relay"], clock(), 10)))

    assert claimed == [0, 1, 0, 1]


async def test_callers_come_before_timers(pool: Pool, clock: TestClock) -> None:
    """What campaigns asked for may fill half of the queue; members' own facts find room in the other half."""
    members = await add_members(pool, 8)
    campaign = await add_campaign(pool, "relay")
    engine = relay_engine(pool, clock, limits=BatchLimits(queue_max=8))
    for member in members:
        await engine.submit(act("wind", campaign, member, seconds=1))
    clock.move(1)

    firing = asyncio.create_task(fire_due(engine))
    for _ in range(50):
        await asyncio.sleep(0)
        if engine.room < 4:
            break
    outcomes = await asyncio.gather(
        *(engine.submit(act("stop", campaign, member, key="other")) for member in members[:4])
    )
    await firing
    await fire_all(engine)

    assert len(outcomes) == 4
    assert [await points_of(pool, member) for member in members] == [1] * 8
