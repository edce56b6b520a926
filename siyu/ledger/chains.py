"""Tells whether the running balances of an account's transfers form one chain, in whatever order they were made."""

from collections import Counter
from collections.abc import Iterable

Step = tuple[int, int]


def is_one_chain(steps: Iterable[Step], end: int) -> bool:
    """Whether the steps (balance before, balance after) can be ordered so that they lead from 0 to `end`.

    That is the question for an Eulerian trail: each balance is entered as often as it is left, but for both ends,
    and all steps hang together.
    """
    surplus = Counter({0: 1})
    surplus[end] -= 1
    group: dict[int, int] = {0: 0}
    for before, after in steps:
        surplus[after] += 1
        surplus[before] -= 1
        first, second = _root(group, before), _root(group, after)
        group[max(first, second)] = min(first, second)
    in_one_piece = all(_root(group, balance) == _root(group, 0) for balance in list(group))
    return in_one_piece and not any(surplus.values())


def _root(group: dict[int, int], balance: int) -> int:
    """The balance that stands for all that are linked to this one."""
    while group.setdefault(balance, balance) != balance:
        group[balance] = group[group[balance]]
        balance = group[balance]
    return balance
