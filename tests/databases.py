"""Databases for tests: copies of a migrated one, made as new between two tests while a third test runs."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import asynccontextmanager
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import asyncpg

from api.migrating import migrate
from siyu.db import DirectConnection
from tests.tidying import Pattern, pattern_of, tidied

TEMPLATE = "siyu_test_template"
# A server that writes much to a slow disk keeps a newcomer waiting; nothing of what is tested here hangs on it.
CONNECT_TIMEOUT_S = 300.0


def with_database(url: str, name: str) -> str:
    """The same server, another database."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[DirectConnection]:
    """A connection for the block."""
    connection = await asyncpg.connect(url, timeout=CONNECT_TIMEOUT_S)
    try:
        yield connection
    finally:
        await connection.close()


async def execute(url: str, *statements: str) -> None:
    """Run statements that need a connection of their own, outside a transaction."""
    async with connected(url) as connection:
        for statement in statements:
            await connection.execute(statement)


class Databases:
    """Copies of the template, each used by one test after the other: to tidy one takes a tenth of making another.

    That is done in a thread, with loops of its own: a test that blocks the tests' loop must not let it time out. One is
    always ready, so that nobody waits for it.
    """

    def __init__(self, server_url: str, pattern: Pattern, worker: ThreadPoolExecutor) -> None:
        self._server_url, self._pattern, self._worker = server_url, pattern, worker
        self._ready: deque[Future[str]] = deque()
        self._make_one_ready()

    def _make_one_ready(self) -> None:
        if not self._ready:
            self._ready.append(self._worker.submit(asyncio.run, self._copied()))

    async def _copied(self) -> str:
        name = f"siyu_test_{uuid4().hex}"
        await execute(self._server_url, f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
        return name

    async def _renewed(self, name: str) -> str:
        """The same database as if it were new, or a new one."""
        async with connected(with_database(self._server_url, name)) as connection:
            if await tidied(connection, self._pattern):
                return name
        await self._drop(name)
        return await self._copied()

    async def _drop(self, name: str) -> None:
        await execute(self._server_url, f"DROP DATABASE {name} WITH (FORCE)")

    @asynccontextmanager
    async def fresh(self) -> AsyncIterator[str]:
        """The URL of a database with the present schema, nobody else's during the block."""
        self._make_one_ready()
        name = await asyncio.wrap_future(self._ready.popleft())
        self._make_one_ready()
        try:
            yield with_database(self._server_url, name)
        finally:
            self._ready.append(self._worker.submit(asyncio.run, self._renewed(name)))

    async def close(self) -> None:
        """Drop those that nobody uses."""
        for ready in self._ready:
            await self._drop(await asyncio.wrap_future(ready))


@asynccontextmanager
async def prepared_databases(server_url: str) -> AsyncIterator[Databases]:
    """The template, migrated; with its copies it is gone after the block."""
    drop = f"DROP DATABASE IF EXISTS {TEMPLATE} WITH (FORCE)"
    await execute(server_url, drop, f"CREATE DATABASE {TEMPLATE} TEMPLATE template0")
    await migrate(with_database(server_url, TEMPLATE))
    async with connected(with_database(server_url, TEMPLATE)) as connection:
        pattern = await pattern_of(connection)
    with ThreadPoolExecutor(max_workers=1) as worker:
        databases = Databases(server_url, pattern, worker)
        yield databases
        await databases.close()
    await execute(server_url, drop)


@asynccontextmanager
async def empty_database(server_url: str) -> AsyncIterator[str]:
    """The URL of a database that was never migrated, gone after the block."""
    name = f"siyu_test_{uuid4().hex}"
    await execute(server_url, f"CREATE DATABASE {name} TEMPLATE template0")
    yield with_database(server_url, name)
    await execute(server_url, f"DROP DATABASE {name} WITH (FORCE)")
