"""A board's cast: members, a shop in Shanghai, a clock that tests move, and ways to write."""

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from siyu.boards import BoardChange, Leaderboards, queries, write_changes
from siyu.cache import RedisClient
from siyu.db import Pool

SHANGHAI = ZoneInfo("Asia/Shanghai")
TODAY = date(2026, 11, 21)
NOON = datetime(2026, 11, 21, 4, tzinfo=UTC)

Write = Callable[..., Awaitable[None]]


class TestClock:
    """A clock that stands still until it is moved."""

    __test__ = False

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def move(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> TestClock:
    return TestClock()


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine must not turn a test of Redis into a test of SQL."""
    monkeypatch.setattr(queries, "REDIS_READ_TIMEOUT_S", 5.0)


@pytest.fixture
def leaderboards(pool: Pool, redis: RedisClient, clock: TestClock, patient: None) -> Leaderboards:
    return Leaderboards(pool, redis, SHANGHAI, clock)


@pytest.fixture
def write(pool: Pool) -> Write:
    async def write(*changes: BoardChange) -> None:
        async with pool.acquire() as connection, connection.transaction():
            await write_changes(connection, changes)

    return write
