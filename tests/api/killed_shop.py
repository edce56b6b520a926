"""A shop of two server processes on embedded servers, all of which can be killed."""

import asyncio
import os
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from pathlib import Path
from random import Random

from api.embedded import Servers, embedded_servers
from api.embedded.folder import Home, open_home
from api.embedded.postgres import postgres
from api.embedded.programs import find_programs
from api.embedded.valkey import valkey
from api.identity import load_tokens
from api.migrating import migrate
from api.settings import Settings
from siyu.db import Pool, open_database
from tests.api.processes import Commands, Server

SERVERS = 2
POOL_MAX = 4
BACK_TIMEOUT_S = 120.0
POLL_S = 0.05
LOG_BYTES = 65_536
VICTIMS = ("a server", "PostgreSQL", "Valkey")


@contextmanager
def home_of_its_own() -> Iterator[tuple[Home, Servers]]:
    """Embedded servers that may be killed: those that a process has will start them again."""
    folder = Path(tempfile.mkdtemp(prefix="siyu-killed-"))
    folder.chmod(0o755)
    try:
        with embedded_servers(folder / "data") as servers:
            yield open_home(folder / "data"), servers
    finally:
        shutil.rmtree(folder)


class KilledShop:
    """Two server processes on embedded servers, all of which can be killed."""

    def __init__(self, home: Home, pool: Pool, redis_url: str) -> None:
        programs = find_programs(home.account)
        self.pool, self.redis_url = pool, redis_url
        self.tokens = load_tokens(Settings(data=home.data, _env_file=None))
        self.daemons = {"PostgreSQL": postgres(home, programs), "Valkey": valkey(home, programs)}
        self.servers: list[Server] = []
        self._commands = Commands({"SIYU_DATA": str(home.data)})
        self._started = AsyncExitStack()

    async def start(self) -> None:
        """Start one more server."""
        stack = AsyncExitStack()
        server = await stack.enter_async_context(self._commands.serving())
        stack.push_async_callback(_end, asyncio.create_task(_read_log(server)))
        self.servers.append(server)
        self._started.push_async_callback(stack.aclose)

    async def stop(self) -> None:
        """Stop all servers."""
        await self._started.aclose()

    async def kill(self, name: str, random: Random) -> None:
        """kill -9; a server is started again here, PostgreSQL and Valkey by those who use them."""
        if name == "a server":
            killed = random.choice(self.servers)
            killed.process.send_signal(signal.SIGKILL)
            await killed.process.wait()
            await self.start()
            self.servers.remove(killed)
        else:
            pid = self.daemons[name].pid()
            assert pid is not None, f"{name} does not run"
            os.kill(pid, signal.SIGKILL)
            while self.daemons[name].pid() == pid:
                await asyncio.sleep(POLL_S)

    async def until_all_serve(self) -> None:
        """Wait until PostgreSQL and Valkey are back."""
        async with asyncio.timeout(BACK_TIMEOUT_S):
            while not all(daemon.pid() and daemon.listens() and daemon.is_ready() for daemon in self.daemons.values()):
                await asyncio.sleep(POLL_S)


async def _read_log(server: Server) -> None:
    """Read what the server logs: once its pipe is full it would stand still, and so would who waits for its end."""
    assert server.process.stderr is not None
    while await server.process.stderr.read(LOG_BYTES):
        pass


async def _end(reading: "asyncio.Task[None]") -> None:
    reading.cancel()
    with suppress(asyncio.CancelledError):
        await reading


@asynccontextmanager
async def killed_shop() -> AsyncIterator[KilledShop]:
    """The shop, with nothing in it yet."""
    with home_of_its_own() as (home, servers):
        await migrate(servers.database_url)
        async with open_database(servers.database_url, POOL_MAX) as pool:
            shop = KilledShop(home, pool, servers.redis_url)
            try:
                await asyncio.gather(*(shop.start() for _ in range(SERVERS)))
                yield shop
            finally:
                await shop.stop()
