"""Brings a server back that died while somebody uses it."""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence

from api.embedded.daemon import Daemon
from api.embedded.errors import EmbeddedError

CHECK_INTERVAL_S = 0.5
# A server that dies more often than this has a reason that a restart does not cure: go on slowly.
RESTARTS_MAX = 10
RESTART_WINDOW_S = 60.0

logger = logging.getLogger(__name__)


def supervise(daemons: Sequence[Daemon], revive: Callable[[], None]) -> Callable[[], None]:
    """Check the daemons from a thread of their own; call `revive` when one no longer listens.

    Returns the function that ends this, waiting for a restart in progress.
    """
    leaving = threading.Event()
    thread = threading.Thread(target=_watch, args=(daemons, revive, leaving), name="embedded-servers", daemon=True)
    thread.start()

    def end() -> None:
        leaving.set()
        thread.join()

    return end


def _watch(daemons: Sequence[Daemon], revive: Callable[[], None], leaving: threading.Event) -> None:
    restarts: deque[float] = deque(maxlen=RESTARTS_MAX)
    while not leaving.wait(CHECK_INTERVAL_S):
        dead = [daemon.name for daemon in daemons if not daemon.listens()]
        if not dead or _too_many(restarts):
            continue
        restarts.append(time.monotonic())
        logger.warning("%s died and is started again.", " and ".join(dead))
        try:
            revive()
        except EmbeddedError as error:
            logger.error("%s", error)


def _too_many(restarts: deque[float]) -> bool:
    full = len(restarts) == RESTARTS_MAX
    return full and time.monotonic() - restarts[0] < RESTART_WINDOW_S
