"""The servers of the GraphQL benchmark: each a process on a core of its own, whose CPU is read from outside."""

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import clock_gettime

from api.embedded import Servers
from benchmarks.peers.install import installed_for_node, installed_for_python
from benchmarks.peers.page import SDL, STATEMENT

ROOT = Path(__file__).parent.parent
START_TIMEOUT_S = 120.0
STOP_TIMEOUT_S = 20.0
SERVES = re.compile(rb"serves (\d+)")
# In the order that they are printed and asked in.
IN_PYTHON = ("raw", "siyu", "strawberry_cached", "strawberry", "ariadne")
ON_NODE = {
    "yoga": ("yoga.mjs",),
    "apollo": ("apollo.mjs",),
    "mercurius": ("mercurius.mjs",),
    "mercurius_jit": ("mercurius.mjs", "jit"),
}


@dataclass(frozen=True, slots=True)
class PageServer:
    """A server that answers the page at a port of this machine."""

    process: asyncio.subprocess.Process
    port: int

    def cpu_s(self) -> float:
        """What all threads of the process have used, as clock_getcpuclockid(3) finds it."""
        return clock_gettime((~self.process.pid << 3) | 2)


class Commands:
    """How each server is started. Raises ClickException where its parts cannot be had."""

    def __init__(self, servers: Servers, data: Path) -> None:
        self._servers, self._data = servers, data
        self._node, self._python = installed_for_node(), installed_for_python()

    def of(self, side: str, rows_from: str) -> Sequence[str]:
        """The command of a server whose rows come from `memory` or from `postgres`."""
        database_url = self._servers.database_url
        if side in ON_NODE:
            program, *options = ON_NODE[side]
            script = str(self._node / program)
            return ["env", "NODE_ENV=production", "node", script, rows_from, database_url, STATEMENT, SDL, *options]
        options = ["--rows", rows_from, "--data", str(self._data), "--ariadne", str(self._python)]
        urls = ["--database-url", database_url, "--redis-url", self._servers.redis_url]
        return [sys.executable, "-m", "benchmarks.peers", side, *options, *urls]


@asynccontextmanager
async def page_servers(commands: Commands, rows_from: str, core: int) -> AsyncIterator[dict[str, PageServer]]:
    """All servers, started on the core one after the other; gone after the block."""
    started: dict[str, PageServer] = {}
    processes: list[asyncio.subprocess.Process] = []
    try:
        for side in (*IN_PYTHON, *ON_NODE):
            process = await _start(commands.of(side, rows_from), core)
            processes.append(process)
            started[side] = PageServer(process, await _port(process))
        yield started
    finally:
        for process in processes:
            if process.returncode is None:
                process.send_signal(signal.SIGINT)
        async with asyncio.timeout(STOP_TIMEOUT_S):
            await asyncio.gather(*(process.wait() for process in processes))


async def _start(command: Sequence[str], core: int) -> asyncio.subprocess.Process:
    pin = partial(os.sched_setaffinity, 0, {core})
    # Between fork and exec it calls the kernel alone.
    return await asyncio.create_subprocess_exec(
        *command,
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        preexec_fn=pin,
    )


async def _port(process: asyncio.subprocess.Process) -> int:
    assert process.stdout is not None
    async with asyncio.timeout(START_TIMEOUT_S):
        line = await process.stdout.readline()
    found = SERVES.search(line)
    assert found, line
    return int(found[1])
