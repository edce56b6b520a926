"""Races that are made to happen: somebody holds a row until so many wait for it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from siyu.db import Pool

WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
WAIT_S_MAX = 60
LOOK_S = 0.01


async def until_waiting(pool: Pool, count: int = 1) -> None:
    """Return once so many statements of this database wait for what another transaction holds.

    Asks over a connection of its own: a transaction goes on seeing who was waiting when it first looked.
    """
    async with asyncio.timeout(WAIT_S_MAX):
        while await pool.fetchval(WAITING) < count:
            await asyncio.sleep(LOOK_S)


@asynccontextmanager
async def holding(pool: Pool, lock: str, *parameters: object, waiting: int) -> AsyncIterator[None]:
    """Hold what the statement locks from before the block until, at its end, so many wait for it."""
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute(lock, *parameters)
        yield
        await until_waiting(pool, waiting)
