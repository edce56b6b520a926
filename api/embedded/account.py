"""Decides as whom the servers run, since PostgreSQL refuses to run as root."""

import os
import pwd
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from api.embedded.errors import EmbeddedError

UNPRIVILEGED_ACCOUNTS = ("postgres", "nobody")
COMMAND_TIMEOUT_S = 120.0

# Nothing of the caller's environment reaches the servers: a PGDATA, a PGPORT or a LANG whose locale
# is not installed would change what they do.
ENVIRONMENT = {"LC_ALL": "C", "PATH": os.defpath}


@dataclass(frozen=True)
class Account:
    """An account to run commands as; `uid` and `gid` are None where that is simply ourselves."""

    name: str
    uid: int | None = None
    gid: int | None = None

    def run(
        self,
        command: Sequence[str | Path],
        *,
        cwd: Path = Path("/"),
        text: str = "",
        stdout: int | IO[str] = subprocess.PIPE,
        stderr: int | IO[str] = subprocess.STDOUT,
        inherits: Sequence[int] = (),
    ) -> subprocess.CompletedProcess[str]:
        """Run one short command with `text` as its input, in a session that no Ctrl-C reaches.

        It `inherits` these descriptors of files.
        """
        try:
            return subprocess.run(  # noqa: S603 - the commands are ours, no shell reads them
                command,
                check=False,
                cwd=cwd,
                env=ENVIRONMENT,
                input=text,
                stdout=stdout,
                stderr=stderr,
                text=True,
                errors="replace",
                timeout=COMMAND_TIMEOUT_S,
                start_new_session=True,
                pass_fds=inherits,
                user=self.uid,
                group=self.gid,
                extra_groups=None if self.uid is None else [],
            )
        except subprocess.TimeoutExpired as error:
            raise EmbeddedError(
                f"{command[0]} did not finish within {COMMAND_TIMEOUT_S:.0f} s;"
                " see whether the disk or the machine is overloaded."
            ) from error
        except OSError as error:
            raise EmbeddedError(f"{command[0]} cannot be run as account {self.name!r} ({error.strerror}).") from error

    def may(self, rights: str, path: Path) -> bool:
        """Whether the account has all `rights` ("r", "w", "x") on the path, parents included.

        Asked of the kernel, by a process of that account: mode bits alone know nothing of ACLs.
        """
        return all(self.run(["test", f"-{right}", path]).returncode == 0 for right in rights)

    def own(self, path: Path) -> None:
        """Make the path belong to the account."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def is_owner(self, path: Path) -> bool:
        """Whether the path itself (never what a symbolic link points to) belongs to the account."""
        return path.lstat().st_uid == (os.geteuid() if self.uid is None else self.uid)


def account_for(folder: Path) -> Account:
    """Return who runs the servers of `folder`: ourselves, or as root somebody unprivileged.

    Where the folder exists its owner stays in charge, so that data made by `nobody` still opens
    after an account `postgres` came to the machine.
    """
    if os.geteuid() != 0:
        return Account(pwd.getpwuid(os.geteuid()).pw_name)
    if folder.exists() and (status := folder.stat()).st_uid != 0:
        return Account(_name(status.st_uid), status.st_uid, status.st_gid)
    for name in UNPRIVILEGED_ACCOUNTS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name, entry.pw_uid, entry.pw_gid)
    raise EmbeddedError(
        "PostgreSQL does not run as root and this machine has neither an account 'postgres'"
        " nor 'nobody': run siyu as an ordinary user."
    )


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
