"""The sold-out hints that a process knows of, shared with others through Redis (docs/decisions/0023)."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable, Iterable
from contextlib import suppress
from contextvars import Context
from datetime import timedelta
from time import monotonic
from typing import NamedTuple

import orjson
from redis.asyncio.client import Pipeline
from redis.asyncio.cluster import ClusterPipeline
from redis.exceptions import RedisError

from siyu.cache import RedisClient
from siyu.clock import Clock
from siyu.engine.hints import Hint, HintKey
from siyu.engine.outcome import Refusal

logger = logging.getLogger(__name__)

# No hint is believed for longer, counted from when the database was read.
LIFETIME_S = 1.0
LIFETIME = timedelta(seconds=LIFETIME_S)
# What others have found out is asked for so often, as long as somebody comes whom it would concern.
LOOK_AGAIN_S = 0.05
HINTS_MAX = 1_000
# Of one round trip; what finds no place is asked for by whoever comes next.
SHARED_MAX = 64
# Nobody waits for Redis. An answer that takes as long as a hint lives says nothing; then Redis is left alone.
REDIS_TIMEOUT_S = LIFETIME_S
REDIS_REST_S = 1.0


Pipelines = Pipeline | ClusterPipeline


class Known(NamedTuple):
    """A hint in memory, and until when it is believed, by the clock that nobody sets."""

    refusal: Refusal
    until_s: float


class HintBoard:
    """One a process. Redis may hold anything, or be away: then there is no hint, and facts are decided.

    A hint carries the moment at which the database was read. Readers count the second from there by their own clock,
    and by the time that Redis has given it left, whichever ends first.
    """

    def __init__(self, redis: RedisClient, clock: Clock, seconds: Callable[[], float] = monotonic) -> None:
        self._redis, self._clock, self._seconds = redis, clock, seconds
        self._known: OrderedDict[HintKey, Known] = OrderedDict()
        self._looked_at_s: OrderedDict[HintKey, float] = OrderedDict()
        self._wanted: dict[HintKey, None] = {}
        self._unshared: dict[HintKey, tuple[Refusal, float]] = {}
        self._rests_until_s = 0.0
        self._sharing: asyncio.Task[None] | None = None

    def now_s(self) -> float:
        """The moment to `note` what is read from the database now."""
        return self._seconds()

    def note(self, hints: Iterable[Hint], read_at_s: float) -> None:
        """Believe what a batch found out when it read the database, and tell the other processes."""
        for key, refusal in hints:
            self._believe(key, refusal, read_at_s + LIFETIME_S)
            if len(self._unshared) < SHARED_MAX:
                self._unshared[key] = refusal, read_at_s
        self._wake()

    def told(self, keys: Iterable[HintKey]) -> Refusal | None:
        """The refusal of a hint that is believed now. Asks Redis for what others know, and waits for nothing."""
        now_s = self._seconds()
        for key in keys:
            known = self._known.get(key)
            if known is not None and now_s < known.until_s:
                return known.refusal
            self._look_for(key, now_s)
        self._wake()
        return None

    async def close(self) -> None:
        """Wait for the round trip under way."""
        if self._sharing is not None:
            await self._sharing

    def _believe(self, key: HintKey, refusal: Refusal, until_s: float) -> None:
        known = self._known.get(key)
        if known is not None and known.until_s >= until_s:
            return
        self._known[key] = Known(refusal, until_s)
        self._known.move_to_end(key)
        if len(self._known) > HINTS_MAX:
            self._known.popitem(last=False)

    def _look_for(self, key: HintKey, now_s: float) -> None:
        if now_s - self._looked_at_s.get(key, -LOOK_AGAIN_S) >= LOOK_AGAIN_S and len(self._wanted) < SHARED_MAX:
            self._wanted[key] = None
            self._looked_at_s[key] = now_s
            self._looked_at_s.move_to_end(key)
            if len(self._looked_at_s) > HINTS_MAX:
                self._looked_at_s.popitem(last=False)

    def _wake(self) -> None:
        if (self._wanted or self._unshared) and self._sharing is None:
            # Of no operation: it is shared by all.
            self._sharing = asyncio.create_task(self._share(), context=Context())
            self._sharing.add_done_callback(self._shared)

    def _shared(self, task: asyncio.Task[None]) -> None:
        self._sharing = None
        if not task.cancelled():
            task.result()
        self._wake()

    async def _share(self) -> None:
        """One round trip: tell what was found out here, ask for what is wanted."""
        unshared, self._unshared = self._unshared, {}
        wanted, self._wanted = list(self._wanted), {}
        asked_at_s = self._seconds()
        if asked_at_s < self._rests_until_s:
            return
        pipeline = self._redis.pipeline(transaction=False)
        for key, (refusal, read_at_s) in unshared.items():
            self._tell(pipeline, key, refusal, asked_at_s - read_at_s)
        for key in wanted:
            pipeline.get(_name(key))
            pipeline.pttl(_name(key))
        try:
            async with asyncio.timeout(REDIS_TIMEOUT_S):
                answers = await pipeline.execute(raise_on_error=False)
        except (RedisError, OSError, TimeoutError) as error:
            self._rests_until_s = self._seconds() + REDIS_REST_S
            logger.warning("sold-out hints are not shared for %s s: %r", REDIS_REST_S, error)
            return
        found = answers[len(answers) - 2 * len(wanted) :]
        for key, text, left_ms in zip(wanted, found[::2], found[1::2], strict=True):
            self._take(key, text, left_ms, asked_at_s)

    def _tell(self, pipeline: Pipelines, key: HintKey, refusal: Refusal, age_s: float) -> None:
        left_ms = int((LIFETIME_S - age_s) * 1000)
        if left_ms > 0:
            read_at = self._clock() - timedelta(seconds=age_s)
            value = orjson.dumps([read_at.timestamp(), refusal.code, refusal.missing])
            pipeline.set(_name(key), value, px=left_ms)

    def _take(self, key: HintKey, text: object, left_ms: object, asked_at_s: float) -> None:
        """Believe what another process found out, if it is a hint and young enough."""
        if not isinstance(text, bytes) or not isinstance(left_ms, int):
            return
        with suppress(ValueError, TypeError):
            read_at, code, missing = orjson.loads(text)
            age_s = self._clock().timestamp() - read_at
            # One from the future is a clock's mistake; of one that Redis would keep for ever less than nothing is left.
            if age_s >= 0 and isinstance(code, str) and isinstance(missing, dict):
                self._believe(key, Refusal(code, missing), asked_at_s + min(left_ms / 1000, LIFETIME_S - age_s))


def _name(key: HintKey) -> str:
    """The key in Redis; the braces keep a campaign's hints on one node of a cluster."""
    campaign, *parts = key.counter
    return f"{{siyu:hint:{campaign}}}:{orjson.dumps([key.fact_type, *parts]).decode()}"
