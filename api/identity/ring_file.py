"""A file of keys: made on first use, replaced as a whole, read again when another process has replaced it."""

import fcntl
import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import Generic, Protocol, Self, TypeVar

from api.settings import SettingsError

logger = logging.getLogger(__name__)

# What was added to the file is known to every process at the latest so long after.
LOOK_AGAIN_S = 1.0
# A file of all the keys that a ring may hold has far less; what is larger is not read.
FILE_BYTES_MAX = 65_536

# What tells one version of a file from another.
Version = tuple[int, int, int]


class Ring(Protocol):
    """Keys that are a text."""

    @classmethod
    def read(cls, text: str) -> Self:
        """The keys of a file. Raises ValueError."""

    def written(self) -> str:
        """The file of the keys."""


RingT = TypeVar("RingT", bound=Ring)


class RingFile(Generic[RingT]):
    """The keys of a deployment, as they are in their file now."""

    def __init__(self, path: Path, kind: type[RingT], setting: str, seconds: Callable[[], float] = monotonic) -> None:
        """Raises SettingsError, which names the setting, where the file cannot be read or holds something else."""
        self.path, self._kind, self._setting, self._seconds = path, kind, setting, seconds
        self._version = self._version_now()
        self._ring = self._read()
        self._looked_at_s = seconds()

    def ring(self, *, at_once: bool = False) -> RingT:
        """The keys; a change of the file is seen within a second, or `at_once`.

        A file that cannot be read any more is told in the log, and the keys that were read last stay.
        """
        now_s = self._seconds()
        if at_once or now_s - self._looked_at_s >= LOOK_AGAIN_S:
            self._looked_at_s = now_s
            try:
                version = self._version_now()
                if version != self._version:
                    self._version, self._ring = version, self._read()
            except SettingsError as error:
                logger.warning("%s; the keys that were read before stay", error)
        return self._ring

    def replace(self, change: Callable[[RingT], RingT]) -> RingT:
        """Write the file anew, one process after the other; what it holds now. Raises SettingsError."""
        path = self.path.resolve()
        with _alone_in(path.parent):
            ring = change(self.ring(at_once=True))
            draft_of(path, ring.written()).replace(path)
        self._version, self._ring = self._version_now(), ring
        return ring

    def _version_now(self) -> Version:
        try:
            found = self.path.stat()
        except OSError as error:
            raise SettingsError(f"{self._setting}: {self.path} cannot be read: {error}") from error
        return found.st_ino, found.st_mtime_ns, found.st_size

    def _read(self) -> RingT:
        try:
            with self.path.open(encoding="ascii") as file:
                return self._kind.read(file.read(FILE_BYTES_MAX))
        except (OSError, ValueError) as error:
            raise SettingsError(f"{self._setting}: {self.path}: {error}") from error


def make_once(path: Path, ring: Ring) -> None:
    """Write the keys where there is no file yet, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = draft_of(path, ring.written())
    try:
        # Fails where another process was faster: its keys are the ones.
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def draft_of(path: Path, text: str) -> Path:
    """The text in a file beside the path that only we can read. Raises SettingsError."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise SettingsError(f"{draft} cannot be written: {error}; the keys are as they were.") from error
    return draft


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Rotate one after the other, so that no key is lost."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
