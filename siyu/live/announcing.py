"""Announces what was committed, a few milliseconds later and together; nobody waits for it."""

import asyncio
import logging
from collections.abc import Callable, Collection, Iterable
from contextvars import Context
from itertools import islice

from redis.exceptions import RedisError

from siyu.cache import RedisClient
from siyu.live.topics import CHANNEL, EVERYTHING, TOPICS_MAX, Topic, written

logger = logging.getLogger(__name__)

# What changes meanwhile goes out with it.
GATHER_S = 0.01
# More than wait while Redis is away are no longer told apart.
WAITING_MAX = 10_000
TIMEOUT_S = 0.5
REST_S = 1.0
UNHEARD = (RedisError, OSError, TimeoutError)


async def publish(redis: RedisClient, topics: Collection[Topic]) -> None:
    """Tell every process that these have changed. Raises what redis raises."""
    left = iter(topics)
    while some := list(islice(left, TOPICS_MAX)):
        await redis.publish(CHANNEL, written(some))


class Announcer:
    """One a process. What Redis does not take is kept and told later, so that whoever comes back learns of it.

    `heard` is told at once, so that this process does not serve its own writers what they have changed.
    """

    def __init__(self, redis: RedisClient, heard: Callable[[Iterable[Topic]], None]) -> None:
        self._redis, self._heard = redis, heard
        self._waiting: dict[Topic, None] = {}
        self._telling: asyncio.Task[None] | None = None
        self._closing = asyncio.Event()

    def announce(self, topics: Collection[Topic]) -> None:
        """Have these told. Waits for nothing and raises nothing."""
        if not topics:
            return
        self._heard(topics)
        self._keep(topics)
        if self._telling is None:
            # Of no operation: what it asks of Redis is on nobody's trail.
            self._telling = asyncio.create_task(self._tell(), name="announcer", context=Context())

    async def close(self) -> None:
        """Tell what waits, if Redis takes it."""
        self._closing.set()
        if self._telling is not None:
            await self._telling

    def _keep(self, topics: Iterable[Topic]) -> None:
        self._waiting.update(dict.fromkeys(topics))
        if len(self._waiting) > WAITING_MAX:
            self._waiting = {EVERYTHING: None}

    async def _tell(self) -> None:
        is_late = False
        while self._waiting:
            await self._pause(GATHER_S)
            waiting, self._waiting = self._waiting, {}
            try:
                async with asyncio.timeout(TIMEOUT_S):
                    await publish(self._redis, waiting)
            except UNHEARD as error:
                self._keep(waiting)
                if not is_late:
                    logger.warning("changes are announced later: %r", error)
                is_late = True
                if self._closing.is_set():
                    break
                await self._pause(REST_S)
        self._telling = None

    async def _pause(self, seconds: float) -> None:
        """Wait, but not for one that is to end."""
        try:
            async with asyncio.timeout(seconds):
                await self._closing.wait()
        except TimeoutError:
            return
