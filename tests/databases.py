"""Databases for tests: each is a copy of a migrated one, and the next copy is made while a test uses the last."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import asynccontextmanager
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import asyncpg

from api.migrating import migrate

TEMPLATE = "siyu_test_template"
# Each holds some 15 MB of disk until then.
DROPPING_MAX = 8
# A server that writes much to a slow disk keeps a newcomer waiting; nothing of what is tested here hangs on it.
CONNECT_TIMEOUT_S = 300.0


def with_database(url: str, name: str) -> str:
    """The same server, another database."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


async def execute(url: str, *statements: str) -> None:
    """Run statements that need a connection of their own, outside a transaction."""
    connection = await asyncpg.connect(url, timeout=CONNECT_TIMEOUT_S)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


class Databases:
    """Copies of the template. To make or to drop one takes longer than most tests, so neither is waited for: one is
    always made ahead, and a few wait to be dropped.

    That is done in threads, with loops of their own: a test that blocks the tests' loop must not let it time out.
    """

    def __init__(self, server_url: str, maker: ThreadPoolExecutor, dropper: ThreadPoolExecutor) -> None:
        self._server_url, self._maker, self._dropper = server_url, maker, dropper
        self._next = maker.submit(self._copy)
        self._dropping: deque[Future[None]] = deque()

    def _copy(self) -> str:
        name = f"siyu_test_{uuid4().hex}"
        asyncio.run(execute(self._server_url, f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}"))
        return name

    def _drop(self, name: str) -> None:
        asyncio.run(execute(self._server_url, f"DROP DATABASE {name} WITH (FORCE)"))

    @asynccontextmanager
    async def fresh(self) -> AsyncIterator[str]:
        """The URL of a database with the present schema, gone soon after the block."""
        name = await asyncio.wrap_future(self._next)
        self._next = self._maker.submit(self._copy)
        try:
            yield with_database(self._server_url, name)
        finally:
            self._dropping.append(self._dropper.submit(self._drop, name))
            if len(self._dropping) > DROPPING_MAX:
                await asyncio.wrap_future(self._dropping.popleft())

    async def close(self) -> None:
        """Drop what was made ahead, and wait for the others."""
        self._dropping.append(self._dropper.submit(self._drop, await asyncio.wrap_future(self._next)))
        for dropped in self._dropping:
            await asyncio.wrap_future(dropped)


@asynccontextmanager
async def prepared_databases(server_url: str) -> AsyncIterator[Databases]:
    """The template, migrated; with its copies it is gone after the block."""
    drop = f"DROP DATABASE IF EXISTS {TEMPLATE} WITH (FORCE)"
    await execute(server_url, drop, f"CREATE DATABASE {TEMPLATE} TEMPLATE template0")
    await migrate(with_database(server_url, TEMPLATE))
    with ThreadPoolExecutor(max_workers=1) as maker, ThreadPoolExecutor(max_workers=1) as dropper:
        databases = Databases(server_url, maker, dropper)
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
