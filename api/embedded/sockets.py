"""Finds a folder whose path is short enough for the servers' unix sockets."""

import hashlib
import shutil
import stat
from pathlib import Path

from api.embedded.errors import EmbeddedError
from api.embedded.folder import Home

# sockaddr_un.sun_path holds 108 bytes with the closing zero, 104 on some systems.
SOCKET_PATH_BYTES_MAX = 103
LONGEST_SOCKET_NAME = ".s.PGSQL.5432"
# Not tempfile.gettempdir(): every process of a data folder must come to the same path, whatever TMPDIR says.
SHORT_ROOT = Path("/tmp")  # noqa: S108 - the folder made in it is private and its owner is checked
PRIVATE_MODE = 0o700


def socket_folder(home: Home) -> Path:
    """Return where the sockets of this home go; only its account can enter."""
    folder = home.path / "sockets"
    return folder if _fits(folder) else _short_folder(home)


def prepare_socket_folder(home: Home) -> None:
    """Make the folder, or refuse one that somebody else put in its place."""
    folder = socket_folder(home)
    try:
        folder.mkdir(PRIVATE_MODE)
    except FileExistsError:
        if _is_ours(folder, home):
            return
        raise EmbeddedError(
            f"{folder}, where the sockets of {home.data} belong, was made by somebody else: remove it."
        ) from None
    home.account.own(folder)


def remove_socket_folder(home: Home) -> None:
    """Leave nothing behind in the temporary folder once both servers are stopped."""
    folder = socket_folder(home)
    if folder.parent == SHORT_ROOT and folder.exists() and _is_ours(folder, home):
        shutil.rmtree(folder)


def _is_ours(folder: Path, home: Home) -> bool:
    return home.account.is_owner(folder) and stat.S_ISDIR(folder.lstat().st_mode)


def _fits(folder: Path) -> bool:
    return len(bytes(folder / LONGEST_SOCKET_NAME)) <= SOCKET_PATH_BYTES_MAX


def _short_folder(home: Home) -> Path:
    return SHORT_ROOT / f"siyu-{hashlib.sha256(bytes(home.path)).hexdigest()[:16]}"
