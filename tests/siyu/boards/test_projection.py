"""The projection: late, repeated and interrupted, and never a step back."""

from dataclasses import replace
from datetime import timedelta

import pytest
from redis.exceptions import ConnectionError as RedisConnectionError

from siyu.boards import BoardChange, BoardWindow, Leaderboards, mend, project, projection
from siyu.boards.copy import BoardCopy, ScoreRow
from siyu.boards.locking import wait_for_lock
from siyu.cache import RedisClient, open_redis
from siyu.db import Pool
from siyu.ids import new_id
from tests.clock import NOON, TestClock
from tests.siyu.boards.conftest import TODAY, Write


@pytest.fixture
async def warm(pool: Pool, redis: RedisClient, clock: TestClock) -> None:
    """All current windows have a copy, still empty."""
    await project(pool, redis, clock())
    await mend(pool, redis, TODAY)


async def test_a_pass_carries_what_was_written_to_redis(
    warm: None, pool: Pool, redis: RedisClient, clock: TestClock, write: Write, leaderboards: Leaderboards
) -> None:
    member = new_id()
    await write(BoardChange("points", member, TODAY, NOON, 5))
    stale = await leaderboards.top("points", BoardWindow.DAY, TODAY, first=10)

    clock.move(seconds=0.5)
    await project(pool, redis, clock())

    fresh = await leaderboards.top("points", BoardWindow.DAY, TODAY, first=10)
    assert (stale.total, stale.exact, stale.as_of) == (0, True, NOON)
    assert (fresh.total, fresh.exact, fresh.as_of) == (1, True, clock.now)
    assert stale.revision != fresh.revision
    assert await pool.fetchval("SELECT count(*) FROM outbox") == 0


async def test_an_older_version_never_overwrites_a_newer_one(
    warm: None, redis: RedisClient, leaderboards: Leaderboards
) -> None:
    copy, row = BoardCopy(redis), ScoreRow(new_id(), 30, NOON, version=10)
    assert await copy.apply("points", "all", [row]) == 1

    # As text 9 is above 10.
    older = replace(row, score=20, reached_at=NOON + timedelta(hours=1), version=9)
    assert await copy.apply("points", "all", [older]) == 0
    assert await copy.apply("points", "all", [row]) == 0

    entry = await leaderboards.entry("points", BoardWindow.ALL, TODAY, row.member_id)
    assert entry is not None
    assert (entry.score, entry.reached_at) == (30, NOON)


async def test_a_pass_without_redis_leaves_the_messages(pool: Pool, write: Write) -> None:
    await write(BoardChange("points", new_id(), TODAY, NOON, 5))

    async with open_redis("unix:///nowhere/redis.sock") as absent:
        with pytest.raises(RedisConnectionError):
            await project(pool, absent, NOON)

    assert await pool.fetchval("SELECT count(*) FROM outbox") == 1


async def test_only_one_process_projects_at_a_time(pool: Pool, redis: RedisClient, write: Write) -> None:
    await write(BoardChange("points", new_id(), TODAY, NOON, 5))

    async with pool.acquire() as other, other.transaction():
        await wait_for_lock(other)
        assert await project(pool, redis, NOON) is None
        assert await mend(pool, redis, TODAY) == 0

    report = await project(pool, redis, NOON)
    assert report is not None
    assert report.messages == 1


async def test_a_copy_that_has_more_to_come_is_not_exact(
    warm: None,
    pool: Pool,
    redis: RedisClient,
    clock: TestClock,
    write: Write,
    leaderboards: Leaderboards,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(projection, "MESSAGES_MAX", 1)
    for _ in range(2):
        await write(BoardChange("points", new_id(), TODAY, NOON, 5))

    answers = []
    for _ in range(3):
        clock.move(seconds=1)
        await project(pool, redis, clock())
        page = await leaderboards.top("points", BoardWindow.DAY, TODAY, first=10)
        answers.append((page.total, page.exact, page.as_of))

    assert answers == [(1, False, NOON), (2, False, NOON), (2, True, clock.now)]


async def test_a_pass_that_dies_halfway_leaves_nothing_called_exact(
    warm: None, redis: RedisClient, leaderboards: Leaderboards
) -> None:
    await BoardCopy(redis).apply("points", "all", [ScoreRow(new_id(), 1, NOON, version=1)])

    page = await leaderboards.top("points", BoardWindow.WEEK, TODAY, first=10)

    assert page.exact is False


async def test_an_old_copy_is_not_exact(warm: None, clock: TestClock, leaderboards: Leaderboards) -> None:
    clock.move(seconds=2.001)

    page = await leaderboards.top("points", BoardWindow.DAY, TODAY, first=10)

    assert (page.exact, page.as_of) == (False, NOON)


async def test_a_cold_window_stays_cold_when_rows_of_it_are_projected(
    pool: Pool, redis: RedisClient, write: Write
) -> None:
    await write(BoardChange("points", new_id(), TODAY, NOON, 5))

    report = await project(pool, redis, NOON)

    assert report is not None
    assert report.applied == 0
    assert await BoardCopy(redis).cold_of("points", ["d:2026-11-21", "all"]) == ["d:2026-11-21", "all"]
