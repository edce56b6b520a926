"""Building copies anew: cold windows, lost Redis, lifetimes, interruptions."""

import pytest

from siyu.boards import (
    BOARDS,
    BoardChange,
    BoardWindow,
    Leaderboards,
    RebuildInterrupted,
    Top,
    mend,
    project,
    rebuild,
    rebuild_all,
    window_keys,
)
from siyu.boards.copy import COLD_MAX, BoardCopy
from siyu.boards.rebuild import BUILD_CHUNK, LIFETIMES_MS
from siyu.cache import RedisClient
from siyu.db import Pool
from siyu.ids import new_id
from tests.clock import NOON, TestClock
from tests.siyu.boards.conftest import TODAY, Write

LONG_AGO = TODAY.replace(year=1997)


async def is_from_redis(leaderboards: Leaderboards, window: BoardWindow) -> bool:
    page = await leaderboards.top("points", window, TODAY, first=1)
    return not page.revision.startswith("sql.")


async def test_after_a_flush_current_windows_come_back_unasked(
    pool: Pool, redis: RedisClient, clock: TestClock, write: Write, leaderboards: Leaderboards
) -> None:
    await write(BoardChange("points", new_id(), TODAY, NOON, 5))
    await project(pool, redis, clock())
    assert await mend(pool, redis, TODAY) == len(BOARDS) * 4
    assert await mend(pool, redis, TODAY) == 0

    await redis.flushall()
    await project(pool, redis, clock())

    assert await mend(pool, redis, TODAY) == len(BOARDS) * 4
    assert await is_from_redis(leaderboards, BoardWindow.DAY)


async def test_a_window_of_the_past_is_built_when_somebody_asks(
    pool: Pool, redis: RedisClient, clock: TestClock, write: Write, leaderboards: Leaderboards
) -> None:
    await write(BoardChange("points", new_id(), LONG_AGO, NOON, 5))
    await project(pool, redis, clock())
    await mend(pool, redis, TODAY)
    cold = await leaderboards.top("points", BoardWindow.DAY, LONG_AGO, first=10)

    assert await mend(pool, redis, TODAY) == 1

    warm = await leaderboards.top("points", BoardWindow.DAY, LONG_AGO, first=10)
    assert (cold.exact, warm.entries) == (True, cold.entries)
    assert warm.revision != cold.revision
    assert await BoardCopy(redis).asked_for("points") == []


async def test_what_is_asked_for_is_bounded(redis: RedisClient) -> None:
    copy = BoardCopy(redis)

    for number in range(COLD_MAX + 1):
        assert await copy.read("points", f"d:{number}", [Top(1)]) is None

    assert len(await copy.asked_for("points")) == COLD_MAX


async def test_a_redis_that_restarted_is_not_believed(pool: Pool, redis: RedisClient, clock: TestClock) -> None:
    await project(pool, redis, clock())
    await mend(pool, redis, TODAY)
    # The copy outlived a Redis with another run id: writes that it acknowledged may be gone.
    await redis.hset("{siyu:lb:points}:meta", "run", "another")

    await project(pool, redis, clock())

    assert await BoardCopy(redis).cold_of("points", window_keys(TODAY)) == list(window_keys(TODAY))
    assert await BoardCopy(redis).cold_of("spend", window_keys(TODAY)) == []


@pytest.mark.parametrize("lost", ["rank", "seen", "ready"])
async def test_a_window_that_lost_a_key_is_cold_and_comes_back(
    pool: Pool, redis: RedisClient, clock: TestClock, write: Write, leaderboards: Leaderboards, lost: str
) -> None:
    await write(BoardChange("points", new_id(), TODAY, NOON, 5))
    await project(pool, redis, clock())
    await mend(pool, redis, TODAY)
    await redis.unlink(f"{{siyu:lb:points}}:all:{lost}")

    page = await leaderboards.top("points", BoardWindow.ALL, TODAY, first=1)
    assert (page.total, page.revision[:4]) == (1, "sql.")
    assert await mend(pool, redis, TODAY) == 1
    assert await is_from_redis(leaderboards, BoardWindow.ALL)


async def test_copies_of_a_stretch_of_time_expire_with_all_their_keys(
    pool: Pool, redis: RedisClient, write: Write
) -> None:
    for key in window_keys(TODAY):
        await rebuild(pool, redis, "points", key)
    # The sorted sets and hashes are born after the build.
    await write(BoardChange("points", new_id(), TODAY, NOON, 5))
    await project(pool, redis, NOON)

    for key in window_keys(TODAY):
        stem = f"{{siyu:lb:points}}:{key}"
        expiries = {await redis.pexpiretime(f"{stem}:{name}") for name in ("ready", "rank", "seen")}
        assert len(expiries) == 1
        if key == "all":
            assert expiries == {-1}
        else:
            lives_ms = await redis.pttl(f"{stem}:rank")
            assert LIFETIMES_MS[key[0]] - 60_000 < lives_ms <= LIFETIMES_MS[key[0]]


async def test_a_flush_during_a_build_publishes_nothing(
    pool: Pool, redis: RedisClient, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    await write(*(BoardChange("points", new_id(), TODAY, NOON, 5) for _ in range(BUILD_CHUNK + 1)))
    build = BoardCopy.build

    async def flush_then_build(*args: object) -> None:
        await redis.flushall()
        await build(*args)  # type: ignore[arg-type]  # passed on as they came

    monkeypatch.setattr(BoardCopy, "build", flush_then_build)
    with pytest.raises(RebuildInterrupted):
        await rebuild(pool, redis, "points", "all")

    assert await BoardCopy(redis).cold_of("points", ["all"]) == ["all"]


async def test_rebuilding_all_replaces_what_redis_believed(
    pool: Pool, redis: RedisClient, clock: TestClock, write: Write, leaderboards: Leaderboards
) -> None:
    members = [new_id(), new_id()]
    await write(*(BoardChange(board, member, TODAY, NOON, 5) for board in BOARDS for member in members))
    await project(pool, redis, clock())
    await mend(pool, redis, TODAY)
    for member in await redis.zrange("{siyu:lb:points}:all:rank", 0, 0):
        assert isinstance(member, bytes)
        await redis.zincrby("{siyu:lb:points}:all:rank", 1e6, member)
    told: list[int] = []

    await rebuild_all(pool, redis, told.append)
    await project(pool, redis, clock())

    assert sum(told) == len(BOARDS) * 4 * 2
    assert await is_from_redis(leaderboards, BoardWindow.ALL)
    page = await leaderboards.top("points", BoardWindow.ALL, TODAY, first=10)
    assert [entry.score for entry in page.entries] == [5, 5]


async def test_a_build_leaves_no_keys_behind(pool: Pool, redis: RedisClient, write: Write) -> None:
    await write(BoardChange("points", new_id(), TODAY, NOON, 5))

    await rebuild(pool, redis, "points", "all")

    assert [key async for key in redis.scan_iter("*:build:*")] == []
