"""The worker's loop that folds changes into the scores and keeps their copy in Redis fresh and whole."""

import asyncio
import logging
from zoneinfo import ZoneInfo

import asyncpg
from redis.exceptions import RedisError

from siyu.boards.folding import fold
from siyu.boards.projection import project
from siyu.boards.rebuild import RebuildInterrupted, mend
from siyu.cache import RedisClient
from siyu.clock import Clock
from siyu.db import Pool

POLL_S = 0.2
RETRY_MAX_S = 1.0

# What an outage of PostgreSQL or Redis looks like; anything else is a bug and ends the loop.
OUTAGES = (
    RedisError,
    RebuildInterrupted,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.TransactionRollbackError,
    asyncpg.InterfaceError,
    OSError,
    TimeoutError,
)

logger = logging.getLogger(__name__)


async def run_projector(pool: Pool, redis: RedisClient, zone: ZoneInfo, clock: Clock, stop: asyncio.Event) -> None:
    """Fold, project and mend until `stop` is set, through any outage. Any number of processes may run this."""
    retry_s = 0.0
    while not stop.is_set():
        try:
            is_drained = await _step(pool, redis, zone, clock)
        except OUTAGES as error:
            if not retry_s:
                logger.warning("leaderboards wait: %s: %s", type(error).__name__, error)
            retry_s = min(retry_s * 2 or POLL_S, RETRY_MAX_S)
            await _pause(stop, retry_s)
            continue
        if retry_s:
            logger.info("leaderboards move again")
        retry_s = 0.0
        if is_drained:
            await _pause(stop, POLL_S)


async def _step(pool: Pool, redis: RedisClient, zone: ZoneInfo, clock: Clock) -> bool:
    """One pass and what there is to mend; False if more messages are waiting for this process."""
    folded = await fold(pool, clock)
    if folded is None:
        return True
    report = await project(pool, redis, folded.as_of if folded.is_drained else None)
    if report is None:
        return True
    await mend(pool, redis, clock().astimezone(zone).date())
    return folded.is_drained and report.is_drained


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    """Wait, but not longer than until `stop` is set."""
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return
