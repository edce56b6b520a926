"""siyu's commands as processes of their own, as people and service managers run them."""

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import httpx

ROOT = Path(__file__).parents[2]
START_TIMEOUT_S = 120.0
KEPT_S = 1.0
STOP_TIMEOUT_S = 120.0
RUN_TIMEOUT_S = 240.0
SERVES = re.compile(r"siyu serves (http://\S+)/graphql")


class Finished(NamedTuple):
    """How a command ended, and what it wrote."""

    code: int | None
    out: str
    err: str


@dataclass(frozen=True, slots=True)
class Server:
    """A running `serve`."""

    process: asyncio.subprocess.Process
    address: str

    def client(self, token: str = "") -> httpx.AsyncClient:
        """A client without a bound of its own on connections: the tests send hundreds of requests at once.

        It leaves those alone that have been idle for a while: a server closes them after five seconds, and a request
        that is sent at that moment gets no answer.
        """
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        limits = httpx.Limits(max_connections=None, keepalive_expiry=KEPT_S)
        return httpx.AsyncClient(base_url=self.address, headers=headers, limits=limits, timeout=START_TIMEOUT_S)


@dataclass(frozen=True, slots=True)
class Commands:
    """`python -m api` with the settings given, and none of the surroundings', in a checkout's folder."""

    settings: Mapping[str, str]
    folder: Path = ROOT

    @asynccontextmanager
    async def running(self, *arguments: str | Path, **settings: str) -> AsyncIterator[asyncio.subprocess.Process]:
        """A command under way; on leaving it is asked to stop as by Ctrl-C, and never outlives the block."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "api"),
            *map(str, arguments),
            cwd=self.folder,
            env=_surroundings() | {**self.settings, **settings},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            yield process
            if process.returncode is None:
                process.send_signal(signal.SIGINT)
                async with asyncio.timeout(STOP_TIMEOUT_S):
                    await process.communicate()
        finally:
            if process.returncode is None:
                process.kill()
                await process.communicate()

    async def run(self, *arguments: str | Path, **settings: str) -> Finished:
        """A command run to its end."""
        async with self.running(*arguments, **settings) as process, asyncio.timeout(RUN_TIMEOUT_S):
            out, err = await process.communicate()
        return Finished(process.returncode, out.decode(), err.decode())

    @asynccontextmanager
    async def serving(self, *options: str, **settings: str) -> AsyncIterator[Server]:
        """A server on a free port, once it has said that it serves."""
        async with self.running("serve", "--port", "0", *options, **settings) as process:
            found = SERVES.search(await first_line(process))
            assert found, (await process.communicate())[1].decode()
            yield Server(process, found[1])


async def first_line(process: asyncio.subprocess.Process) -> str:
    """What the process says first; empty if it ends without a word."""
    assert process.stdout is not None
    async with asyncio.timeout(START_TIMEOUT_S):
        return (await process.stdout.readline()).decode()


def _surroundings() -> dict[str, str]:
    """The environment without the settings in it."""
    return {name: value for name, value in os.environ.items() if not name.startswith("SIYU_")}
