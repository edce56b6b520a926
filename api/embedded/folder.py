"""Claims the data folder and decides where the servers keep their files."""

import errno
import logging
import os
import pwd
import tempfile
from dataclasses import dataclass
from pathlib import Path

from api.embedded.account import Account, account_for
from api.embedded.errors import EmbeddedError
from api.embedded.locks import claiming

# Holds what an unprivileged account must reach although the checkout lies in a closed folder
# (/root, `mktemp -d`). We never open a folder above somebody's data.
SHARED_ROOT = Path("/var/lib/siyu")
MARKER = "siyu-data.txt"
# What may lie in a folder before its first start: a start that was killed, and keys that were asked for earlier.
UNCLAIMED_NAMES = {f"{MARKER}.new", "token-key.pem", "personal-keys.txt"}
MARKER_TEXT = "This folder belongs to siyu. Its database and cache are in the folder named on the last line.\n"
HERE = "."
FOLDER_MODE = 0o755
# Passable, not listable: the account enters by name, and each server's own folder stays 0700.
HOME_MODE = 0o711

_OTHER_FOLDER = "choose another folder with --data"

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Home:
    """Where the servers of one data folder live, and who runs them."""

    data: Path
    path: Path
    account: Account

    @property
    def postgres(self) -> Path:
        """PostgreSQL's data directory."""
        return self.path / "postgres"

    @property
    def valkey(self) -> Path:
        """The folder of Valkey's append-only file."""
        return self.path / "valkey"

    @property
    def log(self) -> Path:
        """The folder of both logs; always in the data folder, where people look."""
        return self.data / "log"


def open_home(data: Path) -> Home:
    """Return the home of the data folder's servers, made on the first call; else EmbeddedError."""
    data = data.expanduser().resolve()
    try:
        data.mkdir(FOLDER_MODE, parents=True, exist_ok=True)
        _check_ours(data)
        with claiming(data):
            path = _claimed(data) or _claim(data)
        (data / "log").mkdir(0o700, exist_ok=True)
    except OSError as error:
        raise EmbeddedError(_why_not(data, error)) from error
    if path != data:
        logger.info("The servers of %s keep their files in %s.", data, path)
    return Home(data, path, _account(path))


def _check_ours(data: Path) -> None:
    owner = data.stat().st_uid
    if owner != os.geteuid():
        raise EmbeddedError(
            f"The data folder {data} belongs to {_user(owner)}, and you are {_user(os.geteuid())}:"
            f" run siyu as {_user(owner)}, or {_OTHER_FOLDER}."
        )
    if not os.access(data, os.R_OK | os.W_OK | os.X_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))


def _claimed(data: Path) -> Path | None:
    """Return the home an earlier start chose: moving it later would look like losing all data."""
    try:
        lines = (data / MARKER).read_text().splitlines()
    except FileNotFoundError:
        return None
    home = (data / lines[-1]).resolve() if lines else data
    if home.is_dir():
        return home
    raise EmbeddedError(
        f"{data / MARKER} says that the servers' files are in {home}, which is not there:"
        f" bring that folder back, or {_OTHER_FOLDER}."
    )


def _claim(data: Path) -> Path:
    foreign = sorted(path.name for path in data.iterdir() if path.name not in UNCLAIMED_NAMES)
    if foreign:
        raise EmbeddedError(
            f"The folder {data} is not siyu's, it holds {foreign[0]!r} and has no {MARKER}: {_OTHER_FOLDER}."
        )
    account = account_for(data)
    home = data if account.may("x", data) else _home_elsewhere(data.name.strip(".") or "data")
    unfinished = data / f"{MARKER}.new"
    unfinished.write_text(f"{MARKER_TEXT}{HERE if home == data else home}\n")
    unfinished.replace(data / MARKER)
    return home


def _home_elsewhere(name: str) -> Path:
    """Make a home that any account can enter.

    Its name is drawn, not derived from the data folder: who deletes that one wants a fresh start.
    """
    home = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=shared_root()))
    home.chmod(HOME_MODE)
    return home


def shared_root() -> Path:
    """Return the folder under /var/lib that every account can enter, made if need be."""
    try:
        if not SHARED_ROOT.exists():
            SHARED_ROOT.mkdir(parents=True)
            SHARED_ROOT.chmod(FOLDER_MODE)
    except OSError as error:
        raise EmbeddedError(
            f"The servers may not run as root and {SHARED_ROOT}, where another account could reach"
            f" them, cannot be made ({error.strerror}): run siyu as an ordinary user."
        ) from error
    return SHARED_ROOT


def _account(home: Path) -> Account:
    account = account_for(home / "postgres")
    if account.uid is not None and not account.may("x", home):
        raise EmbeddedError(
            f"The account {account.name!r} that runs the servers can no longer enter {home}:"
            f" a folder on the way was closed, open it again with chmod o+x."
        )
    return account


def _why_not(data: Path, error: OSError) -> str:
    if error.errno in (errno.EEXIST, errno.ENOTDIR):
        return f"The data folder {data} cannot be made, a file is in its place: {_OTHER_FOLDER}."
    if error.errno == errno.ENOSPC:
        return f"No space is left for the data folder {data}: free some, or {_OTHER_FOLDER}."
    return (
        f"The data folder {data} cannot be written ({error.strerror}):"
        f" give {_user(os.geteuid())} the right to, or {_OTHER_FOLDER}."
    )


def _user(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"
