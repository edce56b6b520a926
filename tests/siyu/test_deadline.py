"""A plugin's code that does not come back is interrupted, in whichever loop, and nobody else is."""

# ruff: noqa: S110, S112, SIM105 - what is interrupted here swallows its interruptions on purpose

import asyncio
import gc
import logging
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import uvloop

from siyu.deadline import DEADLINE, TICK_S, Deadline, GaveNoAnswer, Patience

ROOT = Path(__file__).parents[2]
LOOPS = [asyncio.new_event_loop, uvloop.new_event_loop]
# Longer than it takes on any machine.
PATIENCE_S = 60.0
# So many objects keep the collector busy for about a tick.
HEAP = 2_000_000


def loops() -> None:
    while True:
        pass


def loops_in_a_generator() -> list[int]:
    def numbers() -> Iterator[int]:
        while True:
            yield from ()

    return list(numbers())


def swallows() -> None:
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass


def swallows_while_it_sleeps() -> None:
    while True:
        try:
            time.sleep(PATIENCE_S)
        except BaseException:
            pass


def swallows_twice() -> None:
    def inner() -> None:
        while True:
            try:
                time.sleep(PATIENCE_S)
            except BaseException:
                continue

    while True:
        try:
            inner()
        except BaseException:
            pass


def loops_on_its_way_out() -> None:
    try:
        loops()
    finally:
        loops()


def sleeps() -> None:
    time.sleep(PATIENCE_S)


def backtracks() -> None:
    re.match(r"(a+)+$", "a" * 40 + "b")


def raises_to_a_great_power() -> None:
    pow(7, 10**9)


@pytest.mark.parametrize("new_loop", LOOPS, ids=["asyncio", "uvloop"])
@pytest.mark.parametrize(
    "function",
    [
        loops,
        loops_in_a_generator,
        swallows,
        swallows_while_it_sleeps,
        swallows_twice,
        loops_on_its_way_out,
        sleeps,
        backtracks,
        raises_to_a_great_power,
    ],
)
def test_what_does_not_come_back_is_interrupted(
    function: Callable[[], object], new_loop: Callable[[], asyncio.AbstractEventLoop]
) -> None:
    async def main() -> str:
        with pytest.raises(GaveNoAnswer, match="Overran"):
            DEADLINE.ask(Patience(), function)
        # The loop is none the worse for it, and the timer stops once it finds no call.
        return await asyncio.wait_for(asyncio.sleep(3 * TICK_S, "alive"), PATIENCE_S)

    with asyncio.Runner(loop_factory=new_loop) as runner:
        assert runner.run(main()) == "alive"
    assert not DEADLINE.armed
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_a_timer_under_way_does_not_kill_the_process_at_its_end() -> None:
    script = (
        "from siyu.deadline import DEADLINE, Patience; print(DEADLINE.ask(Patience(), len, 'four'), DEADLINE.armed)"
    )

    for _ in range(5):
        finished = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, check=False, text=True)
        assert (finished.returncode, finished.stdout) == (0, "4 True\n")


def test_a_short_wait_and_a_short_computation_come_back() -> None:
    def works() -> str:
        time.sleep(3 * TICK_S)
        until_s = time.thread_time() + TICK_S / 4
        while time.thread_time() < until_s:
            pass
        return "done"

    assert DEADLINE.ask(Patience(), works) == "done"


def test_what_has_more_patience_gets_it() -> None:
    def computes() -> str:
        until = time.monotonic() + 4 * TICK_S
        while time.monotonic() < until:
            pass
        return "loaded"

    assert DEADLINE.ask(Patience(PATIENCE_S), computes) == "loaded"
    with pytest.raises(GaveNoAnswer):
        DEADLINE.ask(Patience(2 * TICK_S), loops)


@pytest.mark.parametrize("place", [0, len(gc.callbacks) + 9])
def test_the_garbage_that_is_collected_meanwhile_is_nobodys(place: int) -> None:
    # A tick that came during a collection is met in whichever callback is the first to be told that it is over.
    heap: list[list[int]] = [[] for _ in range(HEAP)]
    gc.callbacks.insert(place, notes_nothing)

    def collects() -> str:
        # The first tick finds the call outside of a collection.
        time.sleep(1.5 * TICK_S)
        until_s = time.thread_time() + 4 * TICK_S
        while time.thread_time() < until_s:
            gc.collect()
        return "done"

    try:
        assert DEADLINE.ask(Patience(), collects) == "done"
    finally:
        gc.callbacks.remove(notes_nothing)
    assert len(heap) == HEAP


def notes_nothing(_phase: str, _info: dict[str, int]) -> None:
    """Somebody else's callback of the collector."""


def test_errors_are_raised_and_the_process_is_not_ended() -> None:
    with pytest.raises(ZeroDivisionError):
        DEADLINE.ask(Patience(), lambda: 1 // 0)
    with pytest.raises(GaveNoAnswer, match="SystemExit: 3"):
        DEADLINE.ask(Patience(), sys.exit, 3)
    with pytest.raises(GaveNoAnswer, match="CancelledError"):
        DEADLINE.ask(Patience(), _cancel)
    assert DEADLINE.asking is None


def _cancel() -> None:
    raise asyncio.CancelledError


def test_a_call_that_is_found_computing_is_slow() -> None:
    def computes() -> None:
        until_s = time.thread_time() + TICK_S / 2
        while time.thread_time() < until_s:
            pass

    DEADLINE.slow.clear()
    until = time.monotonic() + PATIENCE_S
    while not DEADLINE.slow and time.monotonic() < until:
        DEADLINE.ask(Patience(PATIENCE_S), computes)
        assert DEADLINE.ask(Patience(), len, "quick") == 5

    assert [type(call) for call in DEADLINE.slow] == [Patience]
    DEADLINE.slow.clear()


def test_outside_of_the_main_thread_nothing_is_interrupted_and_that_is_said_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    deadline, answers = Deadline(), []

    def ask_twice() -> None:
        answers.extend(deadline.ask(Patience(), time.monotonic) for _ in range(2))

    thread = threading.Thread(target=ask_twice)
    thread.start()
    thread.join()

    assert len(answers) == 2
    assert [r.levelno for r in caplog.records] == [logging.ERROR]
    assert "outside of the main thread" in caplog.text


def test_a_signal_that_others_use_is_left_to_them(caplog: pytest.LogCaptureFixture) -> None:
    deadline, before = Deadline(), signal.getsignal(signal.SIGALRM)
    theirs = signal.default_int_handler
    signal.signal(signal.SIGALRM, theirs)
    try:
        assert deadline.ask(Patience(), len, "four") == 4
        assert signal.getsignal(signal.SIGALRM) is theirs
    finally:
        signal.signal(signal.SIGALRM, before)
    assert "SIGALRM is taken" in caplog.text
