"""How long a front end that polls should wait: longer for what has not moved, and for all while many ask."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from time import monotonic

POLL_MS = 1_000
# What has not moved for so many seconds may be asked for so rarely, in milliseconds.
IDLE_STEPS = ((600.0, 15_000), (60.0, 5_000), (10.0, 2_000))
# So many polls of a process in the last second make every wait so many times as long.
LOAD_STEPS = ((2_000, 4), (500, 2))
REMEMBERED_MAX = 10_000


class Pace:
    """One a process: since when it has seen the present revision of what front ends poll for."""

    def __init__(self, seconds: Callable[[], float] = monotonic) -> None:
        self._seconds = seconds
        self._seen: OrderedDict[Hashable, tuple[str, float]] = OrderedDict()
        self._second, self._polls, self._polls_before = 0, 0, 0

    def poll_after_ms(self, key: Hashable, revision: str) -> int:
        """How long to wait before asking for this again. Counts as a poll."""
        now_s = self._seconds()
        self._count(int(now_s))
        known = self._seen.get(key)
        since_s = known[1] if known is not None and known[0] == revision else now_s
        self._seen[key] = revision, since_s
        self._seen.move_to_end(key)
        if len(self._seen) > REMEMBERED_MAX:
            self._seen.popitem(last=False)
        idle_ms = next((wait_ms for idle_s, wait_ms in IDLE_STEPS if now_s - since_s >= idle_s), POLL_MS)
        return idle_ms * next((times for polls, times in LOAD_STEPS if self._polls_before >= polls), 1)

    def _count(self, second: int) -> None:
        if second != self._second:
            self._polls_before = self._polls if second == self._second + 1 else 0
            self._second, self._polls = second, 0
        self._polls += 1
