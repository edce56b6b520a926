"""A board's cast: a shop in Shanghai, and ways to change scores."""

from collections.abc import Awaitable, Callable
from datetime import date

import pytest

from siyu.boards import BoardChange, Leaderboards, fold_everything, leave_changes, queries
from siyu.cache import RedisClient
from siyu.db import Pool
from tests.clock import TestClock
from tests.factories import SHANGHAI

TODAY = date(2026, 11, 21)

Write = Callable[..., Awaitable[None]]


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine must not turn a test of Redis into a test of SQL."""
    monkeypatch.setattr(queries, "REDIS_READ_TIMEOUT_S", 5.0)


@pytest.fixture
def leaderboards(pool: Pool, redis: RedisClient, clock: TestClock, patient: None) -> Leaderboards:
    return Leaderboards(pool, redis, SHANGHAI, clock)


@pytest.fixture
def leave(pool: Pool) -> Write:
    """Commits changes as the engine does: they are in no score yet."""

    async def leave(*changes: BoardChange) -> None:
        async with pool.acquire() as connection, connection.transaction():
            await leave_changes(connection, changes)

    return leave


@pytest.fixture
def write(pool: Pool, leave: Write) -> Write:
    """Commits changes and folds them into the scores."""

    async def write(*changes: BoardChange) -> None:
        await leave(*changes)
        await fold_everything(pool)

    return write
