"""Booking out what has expired, and the warning before."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson
import pytest

from siyu.db import Pool
from siyu.engine.expiry import run_expiry
from siyu.ids import new_id
from siyu.ledger.expiring import expire_some
from siyu.ledger.queries import balances
from siyu.ledger.verify import verify_ledger
from siyu.messaging.expiry_warnings import warn_some
from tests.factories import add_campaign, add_members, paid, points_of, shop_engine

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 11, 21, 4, tzinfo=UTC)
# What is given in November is gone from then on.
DECEMBER = datetime(2026, 11, 30, 16, tzinfo=UTC)
LASTS = "UPDATE unit SET expiry_months = 0, expiry_until = 'month', has_lots = true, warning_days = $1"
TRANSFERS = "SELECT amount, member_balance, at FROM transfer WHERE kind = 'expire' ORDER BY at"
MESSAGES = "SELECT member_id, message, params FROM message"


async def earners(pool: Pool, count: int, months: int = 1, warning_days: int | None = None) -> list[UUID]:
    """Members with 10 points of November and of each month before."""
    await pool.execute(LASTS, warning_days)
    members = await add_members(pool, count)
    await add_campaign(pool, "purchase", {"points_per_yuan": 1})
    engine = shop_engine(pool, clock=lambda: NOON)
    facts = [
        paid(member_id, new_id().hex, 1_000, NOON - timedelta(days=30 * month))
        for member_id in members
        for month in range(months)
    ]
    await asyncio.gather(*map(engine.submit, facts))
    return members


async def problems(pool: Pool) -> list[str]:
    """What breaks an invariant of value."""
    return [sentence for finding in await verify_ledger(pool, lambda *_: None) for sentence in finding.first]


async def test_what_has_expired_is_booked_out_once_and_in_its_order(pool: Pool) -> None:
    [member_id] = await earners(pool, 1, months=2)

    done = [await expire_some(pool, DECEMBER) for _ in range(2)]

    assert done == [2, 0]
    assert [tuple(row)[:2] for row in await pool.fetch(TRANSFERS)] == [(10, 10), (10, 0)]
    assert await points_of(pool, member_id) == 0
    assert await problems(pool) == []


async def test_nothing_expires_before_its_time(pool: Pool) -> None:
    [member_id] = await earners(pool, 1)

    assert await expire_some(pool, DECEMBER - timedelta(microseconds=1)) == 0
    assert await points_of(pool, member_id) == 10


async def test_readers_see_what_can_be_spent_though_nothing_is_booked_out(pool: Pool) -> None:
    [member_id] = await earners(pool, 1, months=2)

    assert await balances(pool, [member_id], NOON) == {(member_id, "points"): 10}
    assert await balances(pool, [member_id], DECEMBER) == {(member_id, "points"): 0}


async def test_members_whom_somebody_has_locked_are_left_for_later(pool: Pool) -> None:
    busy, idle = sorted(await earners(pool, 2))

    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("SELECT FROM member WHERE id = $1 FOR NO KEY UPDATE", busy)
        assert await expire_some(pool, DECEMBER) == 1

    assert [await points_of(pool, member_id) for member_id in (busy, idle)] == [10, 0]
    assert await expire_some(pool, DECEMBER) == 1


async def test_workers_side_by_side_expire_each_lot_once(pool: Pool) -> None:
    members = await earners(pool, 40, months=2)

    done: list[int] = []
    while sum(done) < 80:
        done += await asyncio.gather(*(expire_some(pool, DECEMBER, lots_max=7) for _ in range(4)))

    assert sum(done) == 80
    assert await pool.fetchval("SELECT count(*) FROM transfer WHERE kind = 'expire'") == 80
    assert [await points_of(pool, member_id) for member_id in members] == [0] * 40
    assert await problems(pool) == []


@pytest.mark.parametrize(("days", "warned"), [(9, 0), (10, 1)])
async def test_members_are_warned_once_and_in_time(pool: Pool, days: int, warned: int) -> None:
    [member_id] = await earners(pool, 1, months=2, warning_days=days)
    now = DECEMBER - timedelta(days=10)

    done = [await warn_some(pool, SHANGHAI, now) for _ in range(2)]

    # The lot of October is past warning, and is done with.
    assert done == [1 + warned, 0]
    told = [(row[0], row[1], orjson.loads(row[2])) for row in await pool.fetch(MESSAGES)]
    params = {"amount": 10, "unit_zh": "积分", "unit_en": "Points", "last_day": "2026-11-30"}
    assert told == [(member_id, "value_expiring", params)] * warned


async def test_without_a_notice_nobody_is_warned(pool: Pool) -> None:
    await earners(pool, 1)

    assert await warn_some(pool, SHANGHAI, DECEMBER) == 0


async def test_the_worker_expires_until_it_is_stopped(pool: Pool) -> None:
    [member_id] = await earners(pool, 1)
    stop = asyncio.Event()
    task = asyncio.create_task(run_expiry(pool, SHANGHAI, lambda: DECEMBER, stop))

    async with asyncio.timeout(60):
        while await points_of(pool, member_id):
            await asyncio.sleep(0.01)
    stop.set()

    await asyncio.wait_for(task, 60)
