"""How much a caller may ask for: a bucket of points for each, kept in Redis, and in the process without Redis."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

from redis.exceptions import RedisError

from siyu.cache import RedisClient

logger = logging.getLogger(__name__)

# What a process gives each caller by itself before it asks Redis, so that most callers never wait for that.
HERE_SHARE = 0.1
# Other processes give points, too, and without Redis none knows of the others.
ALONE_SHARE = 0.25
REDIS_TIMEOUT_S = 0.05
REDIS_REST_S = 1.0
CALLERS_MAX = 50_000
# Sums of parts of seconds are off by less.
ROUNDING_S = 1e-6

# A bucket is one number: when it will be full again. Redis may hold anything; it cannot lock a caller out for longer
# than an empty bucket takes to fill.
TAKE = """
local clock = redis.call('TIME')
local now = clock[1] + clock[2] / 1000000
local cost, rate, size_s = ARGV[1] / ARGV[2], ARGV[2], ARGV[3] / ARGV[2]
local full = tonumber(redis.call('GET', KEYS[1]) or now) or now
if full ~= full then full = now end
full = math.min(math.max(full, now), now + size_s) + cost
if full - now > size_s + 0.000001 then
  return tostring(full - now - size_s)
end
redis.call('SET', KEYS[1], string.format('%.6f', full), 'PX', math.ceil((full - now) * 1000) + 1)
return '0'
"""


@dataclass(frozen=True, slots=True)
class Budget:
    """A caller's bucket: how many points it holds, and how many come back each second."""

    points: float
    per_s: float


class _Buckets:
    """The buckets of a process, of one kind. A caller who is not there has a full one."""

    def __init__(self) -> None:
        self._full_at_s: dict[str, float] = {}

    def spent_s(self, caller: str, now_s: float) -> float:
        """How long until the bucket is full again."""
        return max(0.0, self._full_at_s.get(caller, now_s) - now_s)

    def put(self, caller: str, spent_s: float, now_s: float) -> None:
        """Note how long it takes to be full again."""
        self._full_at_s.pop(caller, None)
        self._full_at_s[caller] = now_s + spent_s
        if len(self._full_at_s) > CALLERS_MAX:
            del self._full_at_s[next(iter(self._full_at_s))]


class Rates:
    """The buckets of all callers, as one process sees them.

    What a process gives by itself it tells Redis with the next question, so a caller of n processes gets at most
    n times HERE_SHARE more than a bucket.
    """

    def __init__(self, redis: RedisClient, seconds: Callable[[], float] = monotonic) -> None:
        self._take = redis.register_script(TAKE)
        self._seconds = seconds
        self._here, self._alone = _Buckets(), _Buckets()
        self._rests_until_s = 0.0

    async def take(self, caller: str, budget: Budget, points: float) -> float:
        """Take points from the caller's bucket: 0, or how many seconds until there are as many. Raises nothing.

        More points than a bucket holds are never there.
        """
        now_s, cost_s, size_s = self._seconds(), points / budget.per_s, budget.points / budget.per_s
        untold_s = self._here.spent_s(caller, now_s)
        if untold_s + cost_s <= size_s * HERE_SHARE + ROUNDING_S:
            self._here.put(caller, untold_s + cost_s, now_s)
            return 0.0
        if now_s >= self._rests_until_s:
            try:
                async with asyncio.timeout(REDIS_TIMEOUT_S):
                    wait_s = float(await self._take(*_arguments(caller, budget, points + untold_s * budget.per_s)))
            except (RedisError, OSError, TimeoutError, ValueError) as error:
                self._rests_until_s = self._seconds() + REDIS_REST_S
                logger.warning("callers are limited by this process alone for %s s: %r", REDIS_REST_S, error)
            else:
                if not wait_s:
                    self._here.put(caller, 0.0, now_s)
                return wait_s
        return self._take_alone(caller, Budget(budget.points, budget.per_s * ALONE_SHARE), points, now_s)

    def _take_alone(self, caller: str, budget: Budget, points: float, now_s: float) -> float:
        spent_s = self._alone.spent_s(caller, now_s) + points / budget.per_s
        over_s = spent_s - budget.points / budget.per_s
        if over_s > ROUNDING_S:
            return over_s
        self._alone.put(caller, spent_s, now_s)
        return 0.0


def _arguments(caller: str, budget: Budget, points: float) -> tuple[list[str], list[float]]:
    return [f"{{siyu:rate:{caller}}}"], [points, budget.per_s, budget.points]
