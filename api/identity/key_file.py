"""The file of the key ring: made on first use, replaced as a whole, read again when another process has replaced it."""

import fcntl
import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from time import monotonic

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from api.identity.key_ring import ALWAYS, KEYS_MAX, KeyRing, NoKeyRing, TokenKey
from api.settings import Settings, SettingsError

logger = logging.getLogger(__name__)

# A new key signs at the latest so long after the file was replaced.
LOOK_AGAIN_S = 1.0
# A file of KEYS_MAX keys has far less; what is larger is not read.
FILE_BYTES_MAX = 65_536

# What tells one version of a file from another.
Version = tuple[int, int, int]


class KeyFile:
    """The key ring of a deployment, as it is in its file now."""

    def __init__(self, path: Path, seconds: Callable[[], float] = monotonic) -> None:
        """Raises SettingsError where the file cannot be read or holds something else."""
        self.path, self._seconds = path, seconds
        self._version = _version(path)
        self._ring = _read(path)
        self._looked_at_s = seconds()

    def ring(self, *, at_once: bool = False) -> KeyRing:
        """The ring; a change of the file is seen within a second, or `at_once`.

        A file that cannot be read any more is told in the log, and the ring that was read last stays.
        """
        now_s = self._seconds()
        if at_once or now_s - self._looked_at_s >= LOOK_AGAIN_S:
            self._looked_at_s = now_s
            try:
                version = _version(self.path)
                if version != self._version:
                    self._version, self._ring = version, _read(self.path)
            except SettingsError as error:
                logger.warning("%s; the keys that were read before stay", error)
        return self._ring

    def rotate(self, signs_from: datetime, now: datetime, *, drop_old: bool = False) -> TokenKey:
        """Add a new key that signs from then on, and write the file anew. Raises SettingsError."""
        path = self.path.resolve()
        with _alone_in(path.parent):
            ring = self.ring(at_once=True).with_new_key(signs_from, now, drop_old=drop_old)
            if len(ring.keys) > KEYS_MAX:
                raise SettingsError(
                    f"{path} holds {KEYS_MAX} keys already, each of which may have signed tokens that are still valid; "
                    "rotate later, or with --drop-old, which ends every token."
                )
            _draft(path, ring).replace(path)
        self._version, self._ring = _version(path), ring
        return ring.keys[0]


def open_key_file(settings: Settings) -> KeyFile:
    """The file of the settings, or one made in the data folder on first use. Raises SettingsError."""
    path = settings.token_key_file or settings.data / "token-key.pem"
    if settings.token_key_file is None and not path.exists():
        _make(path)
    return KeyFile(path)


def _make(path: Path) -> None:
    """Write a ring of one new key, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = _draft(path, KeyRing([TokenKey(Ed25519PrivateKey.generate(), ALWAYS)]))
    try:
        # Fails where another process was faster: its key is the one.
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def _draft(path: Path, ring: KeyRing) -> Path:
    """The ring in a file beside the path that only we can read. Raises SettingsError."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(ring.written())
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


def _version(path: Path) -> Version:
    try:
        found = path.stat()
    except OSError as error:
        raise SettingsError(f"SIYU_TOKEN_KEY_FILE: {path} cannot be read: {error}") from error
    return found.st_ino, found.st_mtime_ns, found.st_size


def _read(path: Path) -> KeyRing:
    try:
        with path.open(encoding="ascii") as file:
            return KeyRing.read(file.read(FILE_BYTES_MAX))
    except (OSError, UnicodeDecodeError, NoKeyRing) as error:
        raise SettingsError(f"SIYU_TOKEN_KEY_FILE: {path}: {error}") from error
