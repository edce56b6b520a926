"""Whether a range of versions, such as ">=1.0,<2", allows a version."""

import operator
import re
from collections.abc import Callable, Mapping
from itertools import zip_longest
from typing import Any

CLAUSE = re.compile(r"\s*(>=|<=|==|!=|>|<)\s*(\d+(?:\.\d+)*)\s*")
COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    "<": operator.lt,
}


def allows(wanted: str, version: str) -> bool:
    """Whether every clause of the range holds for the version; False, too, for what is no such range.

    >>> allows(">=1.0,<2", "1.4"), allows(">=2", "1.4")
    (True, False)
    """
    clauses = [CLAUSE.fullmatch(clause) for clause in wanted.split(",") if clause.strip()]
    return all(clause is not None and _holds(clause[1], version, clause[2]) for clause in clauses)


def _holds(sign: str, version: str, bound: str) -> bool:
    pairs = list(zip_longest(map(int, version.split(".")), map(int, bound.split(".")), fillvalue=0))
    return COMPARE[sign]([ours for ours, _ in pairs], [theirs for _, theirs in pairs])
