"""Starts, adopts and stops one server process."""

import logging
import os
import signal
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from api.embedded.account import Account
from api.embedded.errors import EmbeddedError
from api.embedded.processes import POLL_S, end, living

# Recovery after a crash replays up to max_wal_size, which takes a slow disk this long.
START_TIMEOUT_S = 120.0
# Both servers listen before they load their data, so a living one without a socket lost it.
SOCKETLESS_TIMEOUT_S = 5.0
# After kill -9 of PostgreSQL its children hold the shared memory for a moment, and a new server gives up at once.
LAUNCHES_MAX = 8
LAUNCH_PAUSE_S = 0.4
STOP_TIMEOUT_S = 30.0
KILL_TIMEOUT_S = 5.0
CONNECT_TIMEOUT_S = 1.0
LOG_BYTES_MAX = 10_000_000

# The shell leaves the server to init: nobody has to reap it, whoever started it may go. The shell itself
# writes the pid (its stdout is the pid file), so no kill -9 of ours can separate a server from its file.
DETACH = '"$@" >&2 & echo $!'

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Daemon:
    """One server: how it is run, where it listens, how it says that it is ready."""

    name: str
    account: Account
    command: Sequence[str | Path]
    folder: Path
    pid_file: Path
    log: Path
    socket: Path
    is_ready: Callable[[], bool]

    def pid(self) -> int | None:
        """The living server's pid, whoever started it."""
        return living(self.pid_file, self.folder)

    def listens(self) -> bool:
        """Whether somebody accepts connections; a dead server's socket refuses at once."""
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(CONNECT_TIMEOUT_S)
            try:
                client.connect(str(self.socket))
            except OSError:
                return False
        return True

    def ensure(self) -> None:
        """Adopt the living server or start one.

        Call while holding `locks.starting`. Raises EmbeddedError naming the log.
        """
        if self.pid() is not None and self._comes_to_listen() and self._comes_up():
            return
        self._kill()
        for _ in range(LAUNCHES_MAX):
            self._launch()
            if self._comes_up():
                return
            if self.pid() is not None:  # it had its whole time; another launch would take as long
                break
            time.sleep(LAUNCH_PAUSE_S)
        self._kill()
        raise EmbeddedError(
            f"{self.name} did not start in {self.folder} ({self._last_words()}): read {self.log} for the reason."
        )

    def stop(self) -> None:
        """Stop cleanly (SIGINT: PostgreSQL's fast shutdown, Valkey's save and quit), else kill."""
        if not end(self.pid_file, self.folder, signal.SIGINT, STOP_TIMEOUT_S):
            logger.warning("%s ignored the stop for %.0f s.", self.name, STOP_TIMEOUT_S)
            self._kill()

    def _kill(self) -> None:
        if not end(self.pid_file, self.folder, signal.SIGKILL, KILL_TIMEOUT_S):
            raise EmbeddedError(f"{self.name} (process {self.pid()}) survives kill -9: reboot.")

    def _launch(self) -> None:
        if self.log.exists() and self.log.stat().st_size > LOG_BYTES_MAX:
            self.log.replace(self.log.with_suffix(".log.1"))
        with self.pid_file.open("w") as pid_file, self.log.open("a") as log:
            self.account.run(
                ["/bin/sh", "-c", DETACH, "sh", *self.command],
                cwd=self.folder,
                stdout=pid_file,
                stderr=log,
            )

    def _comes_to_listen(self) -> bool:
        return self._within(SOCKETLESS_TIMEOUT_S, self.listens)

    def _comes_up(self) -> bool:
        return self._within(START_TIMEOUT_S, lambda: self.listens() and self.is_ready())

    def _within(self, limit_s: float, holds: Callable[[], bool]) -> bool:
        """Wait for the condition as long as the server lives."""
        deadline = time.monotonic() + limit_s
        while not holds():
            if self.pid() is None or time.monotonic() > deadline:
                return False
            time.sleep(POLL_S)
        return True

    def _last_words(self) -> str:
        with self.log.open("rb") as log:
            log.seek(max(0, os.fstat(log.fileno()).st_size - 1000))
            lines = log.read().decode(errors="replace").split("\n")
        return next((line.strip() for line in reversed(lines) if line.strip()), "nothing logged")
