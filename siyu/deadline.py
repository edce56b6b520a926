"""Interrupts a plugin's code that does not come back (docs/decisions/0006)."""

import atexit
import gc
import logging
import signal
import threading
from collections import deque
from collections.abc import Callable, Mapping
from time import thread_time
from types import FrameType
from typing import ParamSpec, TypeVar

logger = logging.getLogger(__name__)

# The timer runs only while plugins are asked, and then ticks at most about ten times a second.
TICK_S = 0.1
# A call that a tick has found is looked at again so soon; one that is still computing then is slow.
LOOK_S = 0.01
# Of the time between two ticks a call has to have computed this much to be stopped as one that computes.
COMPUTED_SHARE = 0.5
# A call that waits (or is starved by other processes) is given a second.
WAITING_TICKS_MAX = 10
# One that swallowed its interruption is interrupted at the next possible moment, again and again.
# It has to be met outside of its `try`, which chance brings about: at moments that differ, within milliseconds.
INSISTING_S = (2e-6, 5e-6, 9e-6, 14e-6, 20e-6, 27e-6, 35e-6)
# What is loaded at the start may read files, and wait longer than it computes.
LOADING_S = 10.0
WAITING_FACTOR = 3
SLOW_KEPT_MAX = 64

P = ParamSpec("P")
ResultT = TypeVar("ResultT")


class Overran(BaseException):
    """A plugin's code took too long. No `Exception`, so that the plugin's own `except Exception` does not catch it."""


class GaveNoAnswer(Exception):
    """A plugin's code was interrupted, or tried to end the process; the text says which."""


class Patience:
    """One call that may compute for so many seconds, and wait for WAITING_FACTOR times as many; None: as a decision."""

    __slots__ = ("seconds",)

    def __init__(self, seconds: float | None = None) -> None:
        self.seconds = seconds


class Deadline:
    """Watches over one call of a plugin at a time, in the main thread; elsewhere it watches nothing and says so once.

    `asking` is whatever stands for the call under way (another object for every call), None outside of calls. Who asks
    sets it, calls `arm` unless `armed`, and sets it to None first of all when the call has ended in whatever way:
    nothing may be called before that, or the interruption could hit the caller. `slow` are calls that were found
    computing for half of LOOK_S or more, for whoever wants to count them.
    """

    __slots__ = (
        "_collecting_since_s",
        "_cpu_s",
        "_is_collecting",
        "_is_noted",
        "_is_told",
        "_seen",
        "_swallowed",
        "_ticks",
        "armed",
        "asking",
        "slow",
    )

    def __init__(self) -> None:
        self.asking: object | None = None
        self.armed = False
        self.slow: deque[object] = deque(maxlen=SLOW_KEPT_MAX)
        self._seen: object | None = None
        self._cpu_s = 0.0
        self._collecting_since_s = 0.0
        self._is_collecting = False
        self._ticks = 0
        self._is_noted = False
        self._swallowed = False
        self._is_told = False

    def arm(self) -> None:
        """Start the timer; it stops by itself at the first tick that finds no call."""
        if self._owns_the_signal():
            self.armed = True
            signal.setitimer(signal.ITIMER_REAL, TICK_S)

    def ask(self, patience: Patience, function: Callable[P, ResultT], /, *args: P.args, **kwargs: P.kwargs) -> ResultT:
        """Call a plugin's function. What it raises is raised; GaveNoAnswer where it overran or tried to exit."""
        before, self.asking = self.asking, patience
        try:
            if not self.armed:
                self.arm()
            return function(*args, **kwargs)
        except (Exception, KeyboardInterrupt):
            raise
        except BaseException as error:
            self.asking = before
            raise GaveNoAnswer(f"{type(error).__name__}: {error}") from error
        finally:
            self.asking = before

    def _owns_the_signal(self) -> bool:
        """Whether interrupting is possible here: the main thread, and nobody else's handler for SIGALRM."""
        if threading.current_thread() is not threading.main_thread():
            return self._cannot("plugins are called outside of the main thread")
        handler = signal.getsignal(signal.SIGALRM)
        if handler == self._tick:
            return True
        if handler is not signal.SIG_DFL:
            return self._cannot(f"SIGALRM is taken by {handler!r}")
        signal.signal(signal.SIGALRM, self._tick)
        # Python gives the signals back before it ends, and a tick would then kill the process.
        atexit.register(signal.setitimer, signal.ITIMER_REAL, 0)
        gc.callbacks.append(self._collect)
        return True

    def _cannot(self, reason: str) -> bool:
        if not self._is_told:
            self._is_told = True
            logger.error("plugins that do not come back are not interrupted in this process: %s", reason)
        return False

    def _collect(self, phase: str, _: Mapping[str, int]) -> None:
        """The garbage that is collected during a call may be anybody's: it does not count as computing."""
        if threading.current_thread() is threading.main_thread():
            if phase == "start":
                self._is_collecting, self._collecting_since_s = True, thread_time()
            else:
                self._cpu_s += thread_time() - self._collecting_since_s
                self._is_collecting = False

    def _tick(self, _number: int, _frame: FrameType | None) -> None:
        asking = self.asking
        if asking is None:
            self.armed, self._seen = False, None
            signal.setitimer(signal.ITIMER_REAL, 0)
        elif self._is_collecting:
            # Met in somebody's callback of the collector, who could do nothing with an interruption.
            signal.setitimer(signal.ITIMER_REAL, LOOK_S)
        elif asking is not self._seen:
            # Found by chance: no call is timed that was not at work when a tick came by.
            self._seen, self._cpu_s, self._ticks = asking, thread_time(), 0
            self._is_noted = self._swallowed = False
            signal.setitimer(signal.ITIMER_REAL, LOOK_S)
        else:
            self._look_again(asking)

    def _look_again(self, asking: object) -> None:
        """The call that an earlier tick saw is still under way."""
        computed_s = thread_time() - self._cpu_s
        if not self._is_noted and computed_s >= LOOK_S * COMPUTED_SHARE:
            self._is_noted = True
            self.slow.append(asking)
        ticks, self._ticks = self._ticks, self._ticks + 1
        seconds = asking.seconds if isinstance(asking, Patience) else None
        if seconds is not None:
            spent_s = ticks * TICK_S
            overran = spent_s >= seconds and (
                computed_s >= seconds * COMPUTED_SHARE or spent_s >= seconds * WAITING_FACTOR
            )
        else:
            overran = ticks >= WAITING_TICKS_MAX or (ticks > 0 and computed_s >= TICK_S * COMPUTED_SHARE)
        if not overran:
            signal.setitimer(signal.ITIMER_REAL, TICK_S)
            return
        again_s = INSISTING_S[ticks % len(INSISTING_S)] if self._swallowed else TICK_S
        self._swallowed = True
        # The second time: a signal that comes right before a system call does not wake that.
        signal.setitimer(signal.ITIMER_REAL, again_s, LOOK_S)
        raise Overran("it did not come back in time")


# Signals belong to the process, and so does this.
DEADLINE = Deadline()
