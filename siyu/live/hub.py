"""Hears what changes, for a whole process over one subscription, and wakes whoever watches it here."""

import asyncio
import logging
from collections.abc import Callable, Iterable
from time import monotonic

from redis.asyncio.client import PubSub
from redis.exceptions import RedisError

from siyu.cache import RedisClient
from siyu.live.topics import CHANNEL, EVERYTHING, Topic, read

logger = logging.getLogger(__name__)

# A Redis that says nothing for so long is asked whether it is there; one that still says nothing is not.
SILENCE_S = 1.0
SILENCES_MAX = 3
REST_S = 0.5
# Who asks for live data waits so long for a connection that is just being made.
CONNECT_S = 1.0
# Announcements can get lost with the process that was to make them: so often everything watched is looked at again.
LOOK_AGAIN_S = 60.0
LOST = (RedisError, OSError, TimeoutError)

Watcher = Callable[[], None]


class Hub:
    """One a process; it connects when somebody first watches. `heard` is told of every topic, watched or not."""

    def __init__(self, redis: RedisClient, heard: Callable[[Topic], None]) -> None:
        self._redis, self._heard = redis, heard
        self._watchers: dict[Topic, set[Watcher]] = {}
        self._listening: asyncio.Task[None] | None = None
        self._connected = asyncio.Event()
        self._lost_at_s = monotonic()
        self._looked_at_s = monotonic()

    @property
    def is_connected(self) -> bool:
        """Whether what changes is heard at present."""
        return self._connected.is_set()

    @property
    def away_s(self) -> float:
        """For how long nothing has been heard."""
        return 0.0 if self.is_connected else monotonic() - self._lost_at_s

    def listen(self) -> None:
        """Begin to listen, unless that was done."""
        if self._listening is None:
            self._lost_at_s = monotonic()
            self._listening = asyncio.create_task(self._listen(), name="live")

    async def ready(self) -> bool:
        """Whether what changes is heard from now on; waits a moment for the connection."""
        self.listen()
        try:
            async with asyncio.timeout(CONNECT_S):
                await self._connected.wait()
        except TimeoutError:
            return False
        return True

    def watch(self, topics: Iterable[Topic], watcher: Watcher) -> None:
        """Wake the watcher whenever one of these may have changed."""
        for topic in topics:
            self._watchers.setdefault(topic, set()).add(watcher)

    def unwatch(self, topics: Iterable[Topic], watcher: Watcher) -> None:
        """No longer."""
        for topic in topics:
            watchers = self._watchers.get(topic, set())
            watchers.discard(watcher)
            if not watchers:
                self._watchers.pop(topic, None)

    @property
    def watched(self) -> int:
        """How many topics somebody watches."""
        return len(self._watchers)

    def changed(self, topics: Iterable[Topic]) -> None:
        """Wake whoever watches one of these, once."""
        woken: set[Watcher] = set()
        for topic in topics:
            self._heard(topic)
            if topic == EVERYTHING:
                woken.update(*self._watchers.values())
            else:
                woken.update(self._watchers.get(topic, ()))
        for watcher in woken:
            watcher()

    async def close(self) -> None:
        """Stop listening."""
        if self._listening is not None:
            self._listening.cancel()
            await asyncio.wait([self._listening])

    async def _listen(self) -> None:
        while True:
            try:
                async with self._redis.pubsub() as pubsub:
                    await pubsub.subscribe(CHANNEL)
                    await self._hear(pubsub)
            except LOST as error:
                if self.is_connected:
                    logger.warning("changes are not heard: %r", error)
                    self._connected.clear()
                    self._lost_at_s = monotonic()
            except Exception:
                logger.exception("changes are not heard any more, because of a defect of siyu")
                self._connected.clear()
                raise
            await asyncio.sleep(REST_S)

    async def _hear(self, pubsub: PubSub) -> None:
        """Wake watchers until Redis is lost, which raises."""
        silences = 0
        while True:
            message = await pubsub.get_message(timeout=SILENCE_S)
            if message is None:
                silences += 1
                if silences > SILENCES_MAX:
                    raise TimeoutError("Redis says nothing")
                await pubsub.ping()
            else:
                silences = 0
                self._take(message["type"], message["data"])
            if monotonic() - self._looked_at_s >= LOOK_AGAIN_S:
                self._look_again()

    def _take(self, kind: str, data: bytes) -> None:
        if kind == "subscribe":
            # What was announced before is lost.
            self._connected.set()
            self._look_again()
        elif kind == "message":
            self.changed(read(data))

    def _look_again(self) -> None:
        self._looked_at_s = monotonic()
        self.changed((EVERYTHING,))
