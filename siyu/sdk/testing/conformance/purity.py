"""Whether `decide` is a pure function: it is asked again, elsewhere, and watched."""

import random
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from functools import cache
from unittest.mock import patch

from siyu.sdk.facts import Fact
from siyu.sdk.testing.asking import AnyView, ask
from siyu.sdk.testing.conformance.subject import Subject

QUICK_S = 0.005
# A slow first call may be the machine's; the best of these is the campaign's.
TRIES = 3
A_YEAR_S = 366 * 86_400.0
# Beginnings of the names of Python's audit events.
TOUCHES = ("open", "os.", "socket.", "subprocess.", "time.sleep", "shutil.", "sqlite3.", "urllib.", "tempfile.")

watched: dict[int, list[str]] = {}


def is_the_same_again(subject: Subject) -> list[str]:
    """Asked twice the same it answers the same."""

    def probe(fact: Fact, view: AnyView) -> Iterator[str]:
        if ask(subject.kind, fact, view) != ask(subject.kind, fact, view):
            yield f"{fact.type} was decided in two ways"

    return subject.watch(probe)


def is_the_same_elsewhere(subject: Subject) -> list[str]:
    """It does not depend on the global random generator or the clock."""

    def probe(fact: Fact, view: AnyView) -> Iterator[str]:
        answers = []
        for seed in (1, 2):
            with elsewhere(seed):
                answers.append(ask(subject.kind, fact, view))
        if answers[0] != answers[1]:
            yield f"{fact.type} was decided by the clock or the global random generator; use fact.at and fact.seed"

    return subject.watch(probe)


@contextmanager
def elsewhere(seed: int) -> Iterator[None]:
    """Another seed of the global generator, and another year on the clock."""
    before = random.getstate()
    random.seed(seed)
    try:
        with patch("time.time", lambda: A_YEAR_S * seed), patch("time.monotonic", lambda: A_YEAR_S * seed):
            yield
    finally:
        random.setstate(before)


def changes_nothing_it_is_shown(subject: Subject) -> list[str]:
    """Fact, config and state are after a decision what they were before."""

    def probe(fact: Fact, view: AnyView) -> Iterator[str]:
        shown = fact.data, view.config, view.state
        before = deepcopy(shown)
        ask(subject.kind, fact, view)
        for name, was, now in zip(("fact.data", "view.config", "view.state"), before, shown, strict=True):
            if was != now:
                yield f"{name} was changed from {was!r} to {now!r}"

    return subject.watch(probe)


def touches_nothing(subject: Subject) -> list[str]:
    """It opens no file and no connection, starts nothing and does not sleep."""
    _listen()

    def probe(fact: Fact, view: AnyView) -> Iterator[str]:
        # Once before: what it imports only now is not what it does.
        ask(subject.kind, fact, view)
        thread = threading.get_ident()
        watched[thread] = []
        try:
            ask(subject.kind, fact, view)
        finally:
            touched = watched.pop(thread)
        yield from sorted({f"{fact.type}: it touched {event}" for event in touched})

    return subject.watch(probe)


@cache
def _listen() -> None:
    """Hear Python's audit events, once a process: a hook cannot be taken away again."""

    def hear(event: str, _arguments: object) -> None:
        events = watched.get(threading.get_ident()) if watched else None
        if events is not None and event.startswith(TOUCHES):
            events.append(event)

    sys.addaudithook(hear)


def is_quick(subject: Subject) -> list[str]:
    """A decision takes less than 5 ms of computing."""

    def probe(fact: Fact, view: AnyView) -> Iterator[str]:
        spent_s = QUICK_S
        for _ in range(TRIES):
            began_s = time.thread_time()
            ask(subject.kind, fact, view)
            spent_s = min(spent_s, time.thread_time() - began_s)
            if spent_s < QUICK_S:
                return
        yield f"{fact.type} took more than {QUICK_S * 1_000:.0f} ms"

    return subject.watch(probe)
