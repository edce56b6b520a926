"""How often a measure was how large: counts by bounds, as a histogram of Prometheus has them."""

from bisect import bisect_left
from collections.abc import Sequence


class Distribution:
    """`counts[n]` values were at most `bounds[n]` and greater than the bound before; the last are beyond all bounds."""

    __slots__ = ("bounds", "counts", "total")

    def __init__(self, bounds: Sequence[float]) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        self.total = 0.0

    def add(self, value: float) -> None:
        """One more."""
        self.counts[bisect_left(self.bounds, value)] += 1
        self.total += value
