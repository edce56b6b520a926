"""Runs PostgreSQL 18 from a wheel: data directory, settings, readiness."""

import shutil
from collections.abc import Sequence
from pathlib import Path

from api.embedded.account import Account
from api.embedded.daemon import Daemon
from api.embedded.errors import EmbeddedError
from api.embedded.folder import Home
from api.embedded.locks import filling
from api.embedded.processes import living
from api.embedded.programs import Programs
from api.embedded.sockets import socket_folder

MAJOR_VERSION = "18"
DATABASE = "siyu"
SPACE_NEEDED_MB = 100
FAILURE_WORDS = ("error:", "ERROR:", "FATAL:", "PANIC:")
SOCKET_NAME = ".s.PGSQL.5432"
# In postmaster.pid: the server writes its state here ("starting", "ready", "stopping").
STATE_LINE = 8

SETTINGS = {
    # Reached through a socket in a 0700 folder alone; that is what makes trust authentication sound.
    "listen_addresses": "",
    "port": "5432",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    # An answered fact is on the disk.
    "fsync": "on",
    "synchronous_commit": "on",
    # The engine already gathers facts into one commit: waiting for siblings would only add latency.
    "commit_delay": "0",
    # One batch's WAL fits, so that only the commit writes it.
    "wal_buffers": "16MB",
    "shared_buffers": "256MB",
    # An import fills the default 1 GB within a minute; fewer checkpoints mean fewer full-page images.
    "max_wal_size": "2GB",
    "min_wal_size": "256MB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # Refused constraints are daily business here; neither statements nor rows (members!) go to the log.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_checkpoints": "off",
}


def postgres(home: Home, programs: Programs) -> Daemon:
    """Describe the PostgreSQL server of this home."""
    sockets = socket_folder(home)
    settings = [f"--{name}={value}" for name, value in SETTINGS.items()]
    return Daemon(
        name="PostgreSQL",
        account=home.account,
        command=[programs.postgres, "-D", home.postgres, "-k", sockets, *settings],
        folder=home.postgres,
        pid_file=home.path / "postgres.pid",
        log=home.log / "postgres.log",
        socket=sockets / SOCKET_NAME,
        is_ready=lambda: _is_ready(home.postgres),
    )


def database_url(home: Home) -> str:
    """Return the address for asyncpg."""
    return f"postgresql://siyu@/{DATABASE}?host={socket_folder(home)}"


def prepare_postgres(home: Home, programs: Programs) -> None:
    """Make the data directory with an empty database `siyu` on the first start.

    It is made beside its place and then renamed: a start killed half-way leaves nothing that looks whole.
    """
    if home.postgres.exists():
        _check_version(home.postgres)
        _forget_stale_pid(home.postgres)
        return
    unfinished = home.path / "postgres.new"
    with filling(home.path) as lock:
        if unfinished.exists():
            shutil.rmtree(unfinished)
        _check_space(home.path)
        unfinished.mkdir(0o700)
        home.account.own(unfinished)
        _initialise(home.account, unfinished, programs, lock)
        unfinished.rename(home.postgres)


def _check_space(folder: Path) -> None:
    # Asked beforehand, because initdb on a full disk dies of anything, a bus error included.
    if shutil.disk_usage(folder).free < SPACE_NEEDED_MB * 1_000_000:
        raise EmbeddedError(
            f"No space is left for PostgreSQL's data directory in {folder}:"
            f" free {SPACE_NEEDED_MB} MB, or choose another folder with --data."
        )


def _initialise(account: Account, folder: Path, programs: Programs, lock: int) -> None:
    # PostgreSQL's own C.UTF-8: sorts by code point on every system and needs no locale installed.
    locale = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    user = ["-U", "siyu", "-A", "trust", "-E", "UTF8"]
    initdb: list[str | Path] = [programs.initdb, "-D", folder, *user, *locale]
    _must(initdb, account, folder, lock)
    single: list[str | Path] = [programs.postgres, "--single", "-j", "-D", folder, "postgres"]
    _must(single, account, folder, lock, f"CREATE DATABASE {DATABASE};\n\n")


def _must(command: Sequence[str | Path], account: Account, folder: Path, lock: int, text: str = "") -> None:
    done = account.run(command, text=text, inherits=[lock])
    if done.returncode == 0 and "ERROR:" not in done.stdout:
        return
    shutil.rmtree(folder, ignore_errors=True)
    lines = done.stdout.strip().splitlines() or ["no output"]
    reason = next((line for line in lines if any(word in line for word in FAILURE_WORDS)), lines[-1])
    raise EmbeddedError(f"PostgreSQL cannot make its data directory {folder}: {reason}")


def _check_version(folder: Path) -> None:
    try:
        version = (folder / "PG_VERSION").read_text().strip()
    except FileNotFoundError:
        version = "without PG_VERSION"
    if version != MAJOR_VERSION:
        raise EmbeddedError(
            f"{folder} holds a database of PostgreSQL {version}, siyu runs {MAJOR_VERSION}:"
            " move it with pg_dump, or choose another folder with --data."
        )


def _forget_stale_pid(folder: Path) -> None:
    """Remove a postmaster.pid whose number now belongs to another process: PostgreSQL would not start."""
    pid_file = folder / "postmaster.pid"
    if living(pid_file, folder) is None:
        pid_file.unlink(missing_ok=True)


def _is_ready(folder: Path) -> bool:
    try:
        lines = (folder / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return False
    return len(lines) >= STATE_LINE and lines[STATE_LINE - 1].strip() == "ready"
