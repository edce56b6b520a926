"""Campaign types whose decisions fail, each in its own way."""

# ruff: noqa: S110 - they swallow what would stop them on purpose

import re
import sys
import time
from collections.abc import Iterator, Sequence
from itertools import repeat
from typing import Any

from hostile_kind import HostileState, kind

from siyu.sdk import CampaignType, Effect, Grant, Score, SetState, hookimpl


def raises(fact: Any, view: Any) -> Iterator[Effect]:
    """Has granted something when it fails."""
    yield Grant("points", 5)
    raise ZeroDivisionError("nothing to divide by")


def leaves(fact: Any, view: Any) -> Iterator[Effect]:
    """Ends the process."""
    yield Grant("points", 5)
    sys.exit(3)


def loops(fact: Any, view: Any) -> Iterator[Effect]:
    """Never comes back."""
    while True:
        yield from ()


def swallows(fact: Any, view: Any) -> None:
    """Never comes back, and catches whatever would make it."""
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass


def sleeps(fact: Any, view: Any) -> None:
    """Is in no hurry."""
    time.sleep(60)


def backtracks(fact: Any, view: Any) -> None:
    """Looks for something in a foolish way."""
    re.match(r"(a+)+$", "a" * 60 + "b")


def junk(fact: Any, view: Any) -> list[object]:
    """Answers with what is no effect."""
    return ["junk", object(), Grant]


def floods(fact: Any, view: Any) -> Iterator[Effect]:
    """Has endlessly many wishes."""
    return repeat(Grant("points", 1))


def takes_a_million(fact: Any, view: Any) -> list[Effect]:
    """Has a million wishes at once."""
    return [Grant("points", 1)] * 1_000_000


def bloats(fact: Any, view: Any) -> list[Effect]:
    """Wants to keep a megabyte."""
    return [SetState(HostileState(lines=["x" * 1_000_000]))]


def stores_nonsense(fact: Any, view: Any) -> list[Effect]:
    """Wants to keep what is no JSON."""
    return [SetState(HostileState(anything=object()))]


def reaches_over(fact: Any, view: Any) -> list[Effect]:
    """Asks for what it did not declare."""
    return [Score("streak", 1_000_000)]


def changes_the_fact(fact: Any, view: Any) -> list[Effect]:
    """Makes every order a great one."""
    fact.data["amount_fen"] = 10_000_000
    return []


FAILING = (
    *(raises, leaves, loops, swallows, sleeps, backtracks, junk, floods, takes_a_million),
    *(bloats, stores_nonsense, reaches_over, changes_the_fact),
)


@hookimpl
def siyu_campaign_types() -> Sequence[CampaignType[Any, Any]]:
    """One type for each."""
    return [kind(decide.__name__, decide) for decide in FAILING]
