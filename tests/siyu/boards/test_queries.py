"""Reading: neighbours, bounds, days, and a Redis that is dead or hangs."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from siyu.boards import FIRST_MAX, RADIUS_MAX, BoardChange, BoardWindow, Leaderboards, mend, project
from siyu.cache import RedisClient, open_redis
from siyu.db import Pool
from siyu.errors import InvalidInput, NotFound
from siyu.ids import new_id
from tests.clock import NOON, TestClock
from tests.factories import SHANGHAI
from tests.siyu.boards.conftest import TODAY, Write


@pytest.mark.parametrize("is_warm", [False, True])
async def test_around_holds_the_member_between_its_neighbours(
    pool: Pool, redis: RedisClient, clock: TestClock, write: Write, leaderboards: Leaderboards, is_warm: bool
) -> None:
    members = [new_id() for _ in range(7)]
    # Equal scores: who came first leads.
    await write(*(BoardChange("points", m, TODAY, NOON + timedelta(microseconds=i), 5) for i, m in enumerate(members)))
    if is_warm:
        await project(pool, redis, clock())
        await mend(pool, redis, TODAY)

    for place, member in enumerate(members):
        page = await leaderboards.around("points", BoardWindow.DAY, TODAY, member, radius=2)
        lines = [(entry.rank, entry.member_id) for entry in page.entries]
        assert lines == list(enumerate(members, 1))[max(place - 2, 0) : place + 3]
        assert page.revision.startswith("sql.") != is_warm
    stranger = await leaderboards.around("points", BoardWindow.DAY, TODAY, new_id(), radius=2)
    assert (stranger.entries, stranger.total, stranger.has_next) == ((), 7, False)


async def test_midnight_of_the_shop_parts_the_days(write: Write, clock: TestClock, leaderboards: Leaderboards) -> None:
    before, after = new_id(), new_id()
    clock.now = datetime(2026, 11, 21, 15, 59, 59, 999_000, tzinfo=UTC)
    assert leaderboards.today() == date(2026, 11, 21)
    await write(BoardChange("points", before, leaderboards.today(), clock.now, 1))
    clock.now = datetime(2026, 11, 21, 16, tzinfo=UTC)
    await write(BoardChange("points", after, leaderboards.today(), clock.now, 1))

    today = await leaderboards.top("points", BoardWindow.DAY, leaderboards.today(), first=10)
    yesterday = await leaderboards.top("points", BoardWindow.DAY, TODAY, first=10)

    assert [entry.member_id for entry in today.entries] == [after]
    assert [entry.member_id for entry in yesterday.entries] == [before]


async def test_a_page_past_the_end_is_empty_and_tells_the_total(write: Write, leaderboards: Leaderboards) -> None:
    await write(BoardChange("points", new_id(), TODAY, NOON, 1))

    page = await leaderboards.top("points", BoardWindow.DAY, TODAY, first=10, after_rank=1)

    assert (page.entries, page.has_next, page.total) == ((), False, 1)


@pytest.mark.parametrize(("first", "after_rank"), [(0, 0), (FIRST_MAX + 1, 0), (1, -1), (1, 2**64)])
async def test_pages_are_bounded(leaderboards: Leaderboards, first: int, after_rank: int) -> None:
    with pytest.raises(InvalidInput):
        await leaderboards.top("points", BoardWindow.DAY, TODAY, first, after_rank)


@pytest.mark.parametrize("radius", [-1, RADIUS_MAX + 1])
async def test_neighbours_are_bounded(leaderboards: Leaderboards, radius: int) -> None:
    with pytest.raises(InvalidInput):
        await leaderboards.around("points", BoardWindow.DAY, TODAY, new_id(), radius)


async def test_an_unknown_board_is_not_found(leaderboards: Leaderboards) -> None:
    with pytest.raises(NotFound):
        await leaderboards.entry("karma", BoardWindow.DAY, TODAY, new_id())


async def test_sql_answers_while_redis_is_dead(pool: Pool, clock: TestClock, write: Write) -> None:
    member = new_id()
    await write(BoardChange("points", member, TODAY, NOON, 5))

    async with open_redis("unix:///nowhere/redis.sock") as absent:
        page = await Leaderboards(pool, absent, SHANGHAI, clock).top("points", BoardWindow.DAY, TODAY, first=10)

    assert ([entry.member_id for entry in page.entries], page.exact, page.as_of) == ([member], True, NOON)


async def test_a_redis_that_hangs_costs_one_reader_its_timeout(pool: Pool, clock: TestClock, tmp_path: Path) -> None:
    asked = 0

    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal asked
        asked += 1
        await reader.read()
        writer.close()

    server = await asyncio.start_unix_server(hang, tmp_path / "redis.sock")
    async with server, open_redis(f"unix://{tmp_path}/redis.sock") as hanging:
        leaderboards = Leaderboards(pool, hanging, SHANGHAI, clock)
        pages = [await leaderboards.top("points", BoardWindow.DAY, TODAY, first=10) for _ in range(5)]

    assert all(page.exact for page in pages)
    assert asked == 1
