"""Another course of events in every run, that can be had again by its seed."""

from random import Random
from time import time_ns


def seeded_random() -> tuple[int, Random]:
    """The seed, for the test to print, and what is drawn from it."""
    seed = time_ns() % 2**32
    return seed, Random(seed)  # noqa: S311 - nothing is kept secret by it
