"""Tells a living server process from a stale pid file."""

import os
import signal
import time
from pathlib import Path

POLL_S = 0.01
EMPTY_READS_MAX = 50
ENDED_STATES = (b"Z", b"X")


def living(pid_file: Path, folder: Path) -> int | None:
    """Return the pid on the first line of `pid_file` when that process really serves `folder`.

    A pid alone proves nothing: after a crash or a restarted container the number belongs to somebody
    else. Both servers carry their data folder in the command line, which everybody may read; the
    working folder would be the nicer proof, but root in a container may not read another account's.
    """
    try:
        pid = int(pid_file.read_text().split("\n")[0])
        arguments = _arguments(pid)
    except (OSError, ValueError):
        return None
    return pid if bytes(folder) in arguments else None


def _arguments(pid: int) -> list[bytes]:
    """Return the command line; a process that has just begun its program shows none for an instant."""
    for _ in range(EMPTY_READS_MAX):
        line = Path(f"/proc/{pid}/cmdline").read_bytes()
        # The state stands behind the name, which is in brackets and may itself hold brackets.
        state = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b") ")[2][:1]
        if line or state in ENDED_STATES:
            return line.split(b"\0")
        time.sleep(POLL_S)
    return []


def end(pid_file: Path, folder: Path, number: signal.Signals, limit_s: float) -> bool:
    """Send the signal; answer whether the process was gone within the limit."""
    pid = living(pid_file, folder)
    if pid is None:
        return True
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return True
    deadline = time.monotonic() + limit_s
    while living(pid_file, folder) == pid:
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_S)
    return True
