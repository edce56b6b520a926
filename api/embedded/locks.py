"""File locks by which the processes that share one data folder agree: who starts, who is last."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from api.embedded.errors import EmbeddedError

LOCK_TIMEOUT_S = 180.0
LOCK_POLL_S = 0.02


@contextmanager
def starting(home: Path) -> Iterator[None]:
    """Hold the right to start or stop the servers of `home`; one process or thread at a time.

    The kernel drops these locks with the process, so a kill -9 leaves none behind.
    """
    with _open(home / "start.lock") as descriptor:
        _lock(descriptor, home)
        yield


@contextmanager
def using(home: Path) -> Iterator[None]:
    """Be counted among the users of the servers; enter while holding `starting`."""
    with _open(home / "users.lock") as descriptor:
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        yield


def unused(home: Path) -> bool:
    """Whether no process uses the servers; ask while holding `starting`."""
    with _open(home / "users.lock") as descriptor:
        return _try_lock(descriptor)


@contextmanager
def filling(home: Path) -> Iterator[int]:
    """Hold the right to make the data directories of `home`; programs that inherit the descriptor hold it, too.

    Whoever is killed leaves programs behind that still write there: the next one waits for their end.
    """
    with _open(home / "fill.lock") as descriptor:
        _lock(descriptor, home)
        yield descriptor


@contextmanager
def claiming(folder: Path) -> Iterator[None]:
    """Hold the folder itself, so that two first starts do not take each other for strangers."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        _lock(descriptor, folder)
        yield
    finally:
        os.close(descriptor)


@contextmanager
def _open(path: Path) -> Iterator[int]:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _lock(descriptor: int, folder: Path) -> None:
    deadline = time.monotonic() + LOCK_TIMEOUT_S
    while not _try_lock(descriptor):
        if time.monotonic() > deadline:
            raise EmbeddedError(
                f"Another process has been starting or stopping the servers in {folder}"
                f" for {LOCK_TIMEOUT_S:.0f} s; end it and try again."
            )
        time.sleep(LOCK_POLL_S)


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
