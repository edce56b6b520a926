"""Where the engine's time goes: by step, and how long facts wait and batches take."""

from collections import defaultdict
from collections.abc import Callable
from time import perf_counter

from siyu.distribution import Distribution

# Powers of two, up to the largest batch there may be.
BATCH_FACTS = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512)
BATCH_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Timings:
    """Seconds spent in each step of the batches so far, and how many batches and facts there were.

    `sizes` are the facts of batches; `waits_s` is from entering the queue to a batch, `batches_s` from there to the
    answers.
    """

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self.batches = 0
        self.facts = 0
        self.sizes = Distribution(BATCH_FACTS)
        self.waits_s = Distribution(BATCH_S)
        self.batches_s = Distribution(BATCH_S)

    def start(self) -> Callable[[str], None]:
        """A stopwatch: call it with a step's name when that step ends."""
        last = perf_counter()

        def step(name: str) -> None:
            nonlocal last
            now = perf_counter()
            self.seconds[name] += now - last
            last = now

        return step
