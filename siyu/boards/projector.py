"""The worker's loop that folds changes into the scores and keeps their copy in Redis fresh and whole."""

import asyncio
from functools import partial
from zoneinfo import ZoneInfo

from redis.exceptions import RedisError

from siyu.boards.folding import fold
from siyu.boards.projection import project
from siyu.boards.rebuild import RebuildInterrupted, mend
from siyu.cache import RedisClient
from siyu.clock import Clock
from siyu.db import Pool
from siyu.loops import DATABASE_OUTAGES, repeat

OUTAGES = (RedisError, RebuildInterrupted, *DATABASE_OUTAGES)


async def run_projector(pool: Pool, redis: RedisClient, zone: ZoneInfo, clock: Clock, stop: asyncio.Event) -> None:
    """Fold, project and mend until `stop` is set, through any outage. Any number of processes may run this."""
    await repeat("leaderboards", partial(_step, pool, redis, zone, clock), OUTAGES, stop)


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
