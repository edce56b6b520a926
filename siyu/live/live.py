"""The live data of a process: what it announces, hears, keeps for whoever polls, and how often they should."""

from collections.abc import Iterable

from siyu.cache import RedisClient
from siyu.live.announcing import Announcer
from siyu.live.hub import Hub
from siyu.live.kept import Kept
from siyu.live.pace import Pace
from siyu.live.topics import Topic


class Live:
    """One a process. Nothing is sent to Redis before something changes, or somebody watches or polls."""

    def __init__(self, redis: RedisClient) -> None:
        self.pace = Pace()
        self.kept = Kept(self._hears)
        self.hub = Hub(redis, self.kept.changed)
        self.announcer = Announcer(redis, self._changed_here)

    async def close(self) -> None:
        """Tell what is still to be told, and stop listening."""
        await self.announcer.close()
        await self.hub.close()

    def _hears(self) -> bool:
        self.hub.listen()
        return self.hub.is_connected

    def _changed_here(self, topics: Iterable[Topic]) -> None:
        """Forget at once: who has changed something and polls must not be told of before. Redis wakes who watches."""
        for topic in topics:
            self.kept.changed(topic)
