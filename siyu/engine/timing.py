"""Where the engine's time goes, by step."""

from collections import defaultdict
from collections.abc import Callable
from time import perf_counter


class Timings:
    """Seconds spent in each step of the batches so far, and how many batches and facts there were."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self.batches = 0
        self.facts = 0

    def start(self) -> Callable[[str], None]:
        """A stopwatch: call it with a step's name when that step ends."""
        last = perf_counter()

        def step(name: str) -> None:
            nonlocal last
            now = perf_counter()
            self.seconds[name] += now - last
            last = now

        return step
