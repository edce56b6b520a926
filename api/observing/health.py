"""How a process is: `/healthz` while it runs at all, `/readyz` while it can answer."""

import asyncio
import logging
from collections.abc import Callable
from time import monotonic
from typing import NamedTuple

import orjson
from redis.exceptions import RedisError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from api.media import JSON
from api.migrating import known_migrations
from api.replies import NEVER_STORED
from siyu.cache import RedisClient
from siyu.db import Pool
from siyu.loops import DATABASE_OUTAGES

logger = logging.getLogger(__name__)

# Waiting for a free connection counts: a process whose pool is stuck cannot serve either.
DATABASE_TIMEOUT_S = 2.0
REDIS_TIMEOUT_S = 0.5
# Whoever asks more often is told the same: anybody may ask.
FOUND_FOR_S = 1.0
APPLIED = "SELECT name FROM tortoise_migrations"


class Found(NamedTuple):
    """What a look found: the state of PostgreSQL and of Redis, `ok` or what is wrong."""

    at_s: float
    database: str
    redis: str


class Health:
    """One a process. It is ready while the database answers and has its migrations; without Redis it is slower."""

    def __init__(self, pool: Pool, redis: RedisClient, seconds: Callable[[], float] = monotonic) -> None:
        self._pool, self._redis, self._seconds = pool, redis, seconds
        self._migrations = known_migrations()
        self._stopping = asyncio.Event()
        self._found: Found | None = None
        self._looking = asyncio.Lock()

    def ends_with(self, stop: asyncio.Event) -> None:
        """From when that is set the process is not ready: it answers what is under way, and ends."""
        self._stopping = stop

    def routes(self) -> list[BaseRoute]:
        """Both addresses."""
        return [
            Route("/healthz", self.alive, methods=["GET"]),
            Route("/readyz", self.ready, methods=["GET"]),
        ]

    async def alive(self, _request: Request) -> Response:
        """The process answers; to start it again would mend nothing."""
        return _told(200, {"status": "ok"})

    async def ready(self, _request: Request) -> Response:
        """Whether requests should be sent here."""
        if self._stopping.is_set():
            return _told(503, {"status": "stopping"})
        found = await self.look()
        word = "unready" if found.database != "ok" else "ready" if found.redis == "ok" else "degraded"
        status = 503 if word == "unready" else 200
        return _told(status, {"status": word, "database": found.database, "redis": found.redis})

    async def look(self) -> Found:
        """How the servers are, at most FOUND_FOR_S ago; who comes meanwhile waits for the same look."""
        async with self._looking:
            if self._found is None or self._seconds() - self._found.at_s >= FOUND_FOR_S:
                database, redis = await asyncio.gather(self._look_at_database(), self._look_at_redis())
                self._found = Found(self._seconds(), database, redis)
            return self._found

    async def _look_at_database(self) -> str:
        try:
            async with asyncio.timeout(DATABASE_TIMEOUT_S):
                applied = {row[0] for row in await self._pool.fetch(APPLIED)}
        except DATABASE_OUTAGES as error:
            logger.warning("the database is away: %r", error)
            return "away"
        missing = [name for name in self._migrations if name not in applied]
        return f"lacks {', '.join(missing)}" if missing else "ok"

    async def _look_at_redis(self) -> str:
        try:
            async with asyncio.timeout(REDIS_TIMEOUT_S):
                await self._redis.ping()
        except (RedisError, OSError, TimeoutError) as error:
            logger.warning("Redis is away: %r", error)
            return "away"
        return "ok"


def _told(status: int, content: dict[str, str]) -> Response:
    return Response(orjson.dumps(content), status, NEVER_STORED, JSON)
