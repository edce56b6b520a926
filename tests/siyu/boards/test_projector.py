"""The worker's loop: fresh within a second, through outages, and it stops."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from siyu import loops
from siyu.boards import BoardChange, BoardWindow, Leaderboards, Top, run_projector
from siyu.boards.copy import BoardCopy
from siyu.cache import RedisClient, open_redis
from siyu.db import Pool
from siyu.ids import new_id
from tests.clock import NOON, TestClock
from tests.factories import SHANGHAI
from tests.siyu.boards.conftest import TODAY, Write

SOON_S = 60.0
LOOK_S = 0.02


@asynccontextmanager
async def running(pool: Pool, redis: RedisClient, clock: TestClock) -> AsyncIterator[None]:
    """A projector that is stopped, and must stop, at the end."""
    stop = asyncio.Event()
    loop = asyncio.create_task(run_projector(pool, redis, SHANGHAI, clock, stop))
    try:
        yield
    finally:
        stop.set()
        async with asyncio.timeout(SOON_S):
            await loop


async def wait_for_total(redis: RedisClient, total: int) -> None:
    """Until the copy is warm and holds so many lines."""
    copy = BoardCopy(redis)
    async with asyncio.timeout(SOON_S):
        while not await _has_total(copy, total):
            await asyncio.sleep(LOOK_S)


async def _has_total(copy: BoardCopy, total: int) -> bool:
    page = await copy.read("points", "d:2026-11-21", [Top(1)])
    return page is not None and page.total == total


async def test_the_loop_keeps_boards_fresh_and_repairs_a_flush(
    pool: Pool, redis: RedisClient, clock: TestClock, leave: Write, leaderboards: Leaderboards
) -> None:
    async with running(pool, redis, clock):
        await wait_for_total(redis, 0)
        await leave(BoardChange("points", new_id(), TODAY, NOON, 5))
        await wait_for_total(redis, 1)

        await redis.flushall()

        assert (await leaderboards.top("points", BoardWindow.DAY, TODAY, first=1)).total == 1
        await wait_for_total(redis, 1)


async def test_two_loops_share_the_work(pool: Pool, redis: RedisClient, clock: TestClock, leave: Write) -> None:
    async with running(pool, redis, clock), running(pool, redis, clock):
        for _ in range(20):
            await leave(BoardChange("points", new_id(), TODAY, NOON, 5))
        await wait_for_total(redis, 20)


async def test_an_outage_is_logged_once(
    pool: Pool, clock: TestClock, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loops, "POLL_S", 0.01)
    monkeypatch.setattr(loops, "RETRY_MAX_S", 0.01)

    with caplog.at_level(logging.INFO, logger=loops.__name__):
        async with open_redis("unix:///nowhere/redis.sock") as absent, running(pool, absent, clock):
            async with asyncio.timeout(SOON_S):
                while not caplog.records:
                    await asyncio.sleep(LOOK_S)
            # Time enough to be told of it a dozen times.
            await asyncio.sleep(0.2)

    assert len(caplog.records) == 1


async def test_a_bug_ends_the_loop(redis: RedisClient, pool: Pool, clock: TestClock) -> None:
    await pool.execute("DROP TABLE board_score CASCADE")

    with pytest.raises(Exception, match="board_score"):
        await run_projector(pool, redis, SHANGHAI, clock, asyncio.Event())
