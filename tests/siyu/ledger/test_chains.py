"""Running balances that are one chain, and those that are none."""

import random
from itertools import pairwise

import pytest

from siyu.ledger.chains import Step, is_one_chain


@pytest.mark.parametrize(
    ("steps", "end"),
    [
        ([], 0),
        ([(0, 5)], 5),
        ([(5, 8), (0, 5)], 8),
        ([(0, 5), (5, 0)], 0),
        ([(0, 5), (5, 3), (3, 5), (5, 9)], 9),
    ],
)
def test_a_chain_in_any_order_is_one(steps: list[Step], end: int) -> None:
    assert is_one_chain(steps, end)


@pytest.mark.parametrize(
    ("steps", "end"),
    [
        ([(1, 5)], 5),
        ([(0, 5)], 4),
        ([(0, 5), (6, 9)], 8),
        ([(0, 5), (7, 10), (10, 7)], 5),
        ([], 3),
    ],
)
def test_steps_that_miss_each_other_are_no_chain(steps: list[Step], end: int) -> None:
    assert not is_one_chain(steps, end)


def test_every_walk_is_a_chain_and_no_longer_so_with_one_step_moved() -> None:
    draw = random.Random(4)  # noqa: S311 - the same walks each time
    for _ in range(200):
        balances = [0, *(draw.randrange(6) for _ in range(12))]
        steps = list(pairwise(balances))
        draw.shuffle(steps)
        assert is_one_chain(steps, balances[-1])

        before, after = steps.pop()
        assert not is_one_chain([*steps, (before + 100, after + 100)], balances[-1])
