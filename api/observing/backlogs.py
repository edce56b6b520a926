"""What waits in the whole shop: messages of the outbox, and changes on their way to the boards."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import asyncpg
from redis.exceptions import RedisError

from siyu.boards import OUTBOX_TOPIC, SCORES_TOPIC, SET_ASIDE_TOPIC, Leaderboards
from siyu.db import Pool
from siyu.features import FEATURES_TOPIC
from siyu.groups import ACTIVITY_TOPIC
from siyu.loops import DATABASE_OUTAGES
from siyu.metrics import METRICS_TOPIC
from siyu.outbox import Backlog, backlogs

logger = logging.getLogger(__name__)

TOPICS = (SCORES_TOPIC, OUTBOX_TOPIC, FEATURES_TOPIC, ACTIVITY_TOPIC, METRICS_TOPIC, SET_ASIDE_TOPIC)
LOOK_TIMEOUT_S = 2.0
NO_ANSWER: tuple[type[Exception], ...] = (asyncpg.PostgresError, *DATABASE_OUTAGES)


@dataclass(frozen=True, slots=True)
class Waiting:
    """What was found; nothing of a server that is away. `boards_s` is the age of each board's copy in Redis."""

    outbox: Sequence[Backlog] = ()
    boards_s: Mapping[str, float] = field(default_factory=dict)
    database_up: bool = True
    redis_up: bool = True


async def look_at_backlogs(pool: Pool, boards: Leaderboards, now: datetime) -> Waiting:
    """Ask both servers."""
    outbox, copied = await asyncio.gather(_outbox(pool), _boards(boards))
    ages_s = {board: (now - at).total_seconds() for board, at in (copied or {}).items() if at is not None}
    return Waiting(outbox or (), ages_s, outbox is not None, copied is not None)


async def _outbox(pool: Pool) -> Sequence[Backlog] | None:
    try:
        async with asyncio.timeout(LOOK_TIMEOUT_S):
            return await backlogs(pool, TOPICS)
    except NO_ANSWER as error:
        logger.warning("the outbox cannot be looked at: %r", error)
        return None


async def _boards(boards: Leaderboards) -> Mapping[str, datetime | None] | None:
    try:
        async with asyncio.timeout(LOOK_TIMEOUT_S):
            return await boards.copied_until()
    except (RedisError, OSError, TimeoutError) as error:
        logger.warning("the boards' copy cannot be looked at: %r", error)
        return None
