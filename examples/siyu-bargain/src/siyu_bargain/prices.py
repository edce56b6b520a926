"""The arithmetic of a bargain, in fen."""

from itertools import pairwise
from random import Random


def plan_cuts(total_fen: int, cuts: int, seed: str) -> tuple[int, ...]:
    """So many random cuts of at least 1 fen, together exactly the total; equal for equal seeds."""
    marks = sorted(Random(seed).sample(range(1, total_fen), cuts - 1))
    return tuple(upper - lower for lower, upper in pairwise((0, *marks, total_fen)))


def yuan(fen: int) -> str:
    """A price as people read it.

    >>> yuan(9_905)
    '99.05'
    """
    return f"{fen // 100}.{fen % 100:02}"
