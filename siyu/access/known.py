"""The revocations and API keys that a process knows, a few seconds old at most; PostgreSQL has them, Redis never."""

import asyncio
import hmac
import logging
from collections.abc import Callable, Iterable
from contextlib import suppress
from contextvars import Context
from datetime import datetime, timedelta
from time import monotonic
from typing import NamedTuple

from siyu.access.api_keys import known_scopes, taken_apart
from siyu.access.scopes import Scope
from siyu.access.secrets import hash_of
from siyu.db import Pool
from siyu.loops import DATABASE_OUTAGES

logger = logging.getLogger(__name__)

# What is older is read again, while callers are still served by it; nobody is served by what is older than the second.
LOOK_AGAIN_S = 1.0
STALE_S = 5.0
# Revocations are added to those known; so often all of them are read, and what has expired is forgotten.
READ_ALL_S = 60.0
# A statement that notes a revocation is never under way for so long: what it writes is found though it came late.
LATE_COMMIT = timedelta(minutes=2)
# Strangers who make up prefixes, and outages, cause at most five reads a second.
PAUSE_S = 0.2
# `last_used_at` is written once in so long.
USE_NOTED = timedelta(minutes=1)

NOW = "SELECT clock_timestamp()"
REVOKED = "SELECT bearer, issued_until FROM revocation WHERE noted_at > $1 AND expires_at > $2"
LIVE = """
SELECT prefix, name, secret_hash, scopes, expires_at, last_used_at FROM api_key
WHERE revoked_at IS NULL AND expires_at > $1
"""
USED = """
UPDATE api_key SET last_used_at = used.at FROM unnest($1::text[], $2::timestamptz[]) AS used (prefix, at)
WHERE api_key.prefix = used.prefix AND (last_used_at IS NULL OR last_used_at < used.at)
"""
LONG_AGO = datetime.fromisoformat("2000-01-01T00:00:00Z")


class LiveKey(NamedTuple):
    """What a process has to know of a key to let its bearer in."""

    name: str
    secret_hash: bytes
    scopes: frozenset[Scope]
    expires_at: datetime
    last_used_at: datetime | None


class KnownCredentials:
    """One a process. It reads when somebody asks, and not at all while nobody does."""

    def __init__(self, pool: Pool, clock: Callable[[], datetime], seconds: Callable[[], float] = monotonic) -> None:
        self._pool, self._clock, self._seconds = pool, clock, seconds
        self._revoked: dict[str, datetime] = {}
        self._keys: dict[str, LiveKey] = {}
        self._used: dict[str, datetime] = {}
        self._read_at_s = self._read_all_at_s = float("-inf")
        self._newest = LONG_AGO
        self._begun_at_s = float("-inf")
        self._flight: asyncio.Task[None] | None = None

    async def be_fresh(self) -> None:
        """Wait until what is known is at most five seconds old; usually it is. Raises DATABASE_OUTAGES."""
        age_s = self._seconds() - self._read_at_s
        if age_s > STALE_S:
            await self._join(self._seconds() - LOOK_AGAIN_S)
        elif age_s > LOOK_AGAIN_S and self._flight is None:
            self._take_off()

    def is_revoked(self, bearers: Iterable[str], issued_at: datetime) -> bool:
        """Whether a token that was issued then to one of these is refused."""
        revoked = self._revoked
        return any(bearer in revoked and issued_at <= revoked[bearer] for bearer in bearers)

    async def key(self, text: str, now: datetime) -> LiveKey | None:
        """The live key of this text, which counts as used now; None where there is none. Raises DATABASE_OUTAGES."""
        parts = taken_apart(text)
        if parts is None:
            return None
        prefix, secret = parts
        if prefix not in self._keys:
            await self._join(self._seconds())
        known, given = self._keys.get(prefix), hash_of(secret)
        if known is None or given is None or not hmac.compare_digest(known.secret_hash, given):
            return None
        if now >= known.expires_at:
            return None
        if known.last_used_at is None or now - known.last_used_at >= USE_NOTED:
            self._keys[prefix] = known._replace(last_used_at=now)
            self._used[prefix] = now
        return known

    async def close(self) -> None:
        """Wait for what is under way, and note what was used."""
        with suppress(*DATABASE_OUTAGES):
            if self._flight is not None:
                await self._flight
            if self._used:
                await self._take_off()

    async def _join(self, begun_at_s: float) -> None:
        """Wait for a read that began at that moment or later: one under way may have begun too early, the next has not.

        Whoever waits for the same read is told of the same outage.
        """
        while self._read_at_s < begun_at_s:
            await asyncio.shield(self._flight or self._take_off())

    def _take_off(self) -> "asyncio.Task[None]":
        # Of no operation: it is shared by all.
        self._flight = asyncio.create_task(self._read(), name="credentials", context=Context())
        self._flight.add_done_callback(self._landed)
        return self._flight

    def _landed(self, flight: "asyncio.Task[None]") -> None:
        self._flight = None
        error = None if flight.cancelled() else flight.exception()
        if isinstance(error, DATABASE_OUTAGES):
            logger.warning("revocations and API keys cannot be read: %s: %s", type(error).__name__, error)
        elif error is not None:
            logger.error("revocations and API keys cannot be read, because of a defect of siyu", exc_info=error)

    async def _read(self) -> None:
        await asyncio.sleep(max(0.0, self._begun_at_s + PAUSE_S - self._seconds()))
        self._begun_at_s = at_s = self._seconds()
        now = self._clock()
        used, self._used = self._used, {}
        async with self._pool.acquire() as connection:
            if used:
                await connection.execute(USED, list(used), list(used.values()))
            reads_all = at_s - self._read_all_at_s > READ_ALL_S
            newest = await connection.fetchval(NOW)
            since = LONG_AGO if reads_all else self._newest - LATE_COMMIT
            revoked = dict([tuple(row) for row in await connection.fetch(REVOKED, since, now)])
            live = await connection.fetch(LIVE, now)
        self._revoked = revoked if reads_all else {**self._revoked, **revoked}
        self._keys = {row[0]: LiveKey(row[1], row[2], known_scopes(row[3]), row[4], row[5]) for row in live}
        self._newest, self._read_at_s = newest, at_s
        if reads_all:
            self._read_all_at_s = at_s
