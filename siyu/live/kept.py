"""What was read last of something, for whoever asks again before it has changed."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from time import monotonic
from typing import TypeVar

from siyu.live.topics import EVERYTHING, Topic

ValueT = TypeVar("ValueT")

TOPICS_MAX = 10_000
# Of one topic: a board has four windows, and days that are over.
KEYS_MAX = 64
# An announcement may get lost, and value expires without one.
KEPT_S = 5.0


class Kept:
    """One a process. Nothing is kept while changes are not heard (`hears`)."""

    def __init__(self, hears: Callable[[], bool], seconds: Callable[[], float] = monotonic) -> None:
        self._hears, self._seconds = hears, seconds
        self._topics: OrderedDict[Topic, dict[Hashable, tuple[object, float]]] = OrderedDict()

    def changed(self, topic: Topic) -> None:
        """Forget what was read of this, and what is being read."""
        if topic == EVERYTHING:
            self._topics.clear()
        else:
            self._topics.pop(topic, None)

    async def read(self, topic: Topic, key: Hashable, read: Callable[[], Awaitable[ValueT]]) -> ValueT:
        """What was read of the topic under the key since it last changed, else what `read` answers."""
        if not self._hears():
            return await read()
        now_s = self._seconds()
        known = self._topics.setdefault(topic, {})
        if (found := known.get(key)) is not None and now_s - found[1] < KEPT_S:
            # Whoever keeps something under a key reads the same thing under it.
            return found[0]  # type: ignore[return-value]
        self._topics.move_to_end(topic)
        if len(self._topics) > TOPICS_MAX:
            self._topics.popitem(last=False)
        value = await read()
        # Where it changed meanwhile, what is known of the topic is no longer looked at.
        if len(known) < KEYS_MAX:
            known[key] = value, now_s
        return value
