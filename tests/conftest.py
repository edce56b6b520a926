"""The real servers and the wheel, made once a run; a fresh migrated database for each test that asks for one."""

import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import asyncpg
import pytest

from api.embedded import Servers, embedded_servers
from api.migrating import migrate
from siyu.cache import RedisClient, open_redis
from siyu.db import Pool, open_database
from tests.clock import TestClock
from tests.environments import build_wheel

TEMPLATE = "siyu_test_template"
POOL_MAX = 10


def with_database(url: str, name: str) -> str:
    """The same server, another database."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    """PostgreSQL and Redis: those named by SIYU_DATABASE_URL and SIYU_REDIS_URL, else embedded ones."""
    database_url, redis_url = os.environ.get("SIYU_DATABASE_URL"), os.environ.get("SIYU_REDIS_URL")
    if database_url and redis_url:
        yield Servers(database_url, redis_url)
        return
    # Not pytest's own folder: it is closed to the account that PostgreSQL runs as when we are root.
    folder = Path(tempfile.mkdtemp(prefix="siyu-test-"))
    folder.chmod(0o755)
    try:
        with embedded_servers(folder / "data") as started:
            yield started
    finally:
        shutil.rmtree(folder)


async def execute(url: str, *statements: str) -> None:
    """Run statements that need a connection of their own, outside a transaction."""
    connection = await asyncpg.connect(url)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


@pytest.fixture(scope="session")
async def template(servers: Servers) -> AsyncIterator[str]:
    """A migrated database that the tests' own are copied from."""
    await execute(
        servers.database_url,
        f"DROP DATABASE IF EXISTS {TEMPLATE} WITH (FORCE)",
        f"CREATE DATABASE {TEMPLATE} TEMPLATE template0",
    )
    await migrate(with_database(servers.database_url, TEMPLATE))
    yield TEMPLATE
    await execute(servers.database_url, f"DROP DATABASE IF EXISTS {TEMPLATE} WITH (FORCE)")


@asynccontextmanager
async def new_database(servers: Servers, template: str) -> AsyncIterator[str]:
    """The URL of a database copied from the template, and gone after the block."""
    name = f"siyu_test_{uuid4().hex}"
    await execute(servers.database_url, f"CREATE DATABASE {name} TEMPLATE {template}")
    yield with_database(servers.database_url, name)
    await execute(servers.database_url, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def database_url(servers: Servers, template: str) -> AsyncIterator[str]:
    """The URL of a fresh database with the present schema."""
    async with new_database(servers, template) as url:
        yield url


@pytest.fixture
async def empty_database_url(servers: Servers) -> AsyncIterator[str]:
    """The URL of a database that was never migrated."""
    async with new_database(servers, "template0") as url:
        yield url


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator[Pool]:
    """A pool on a fresh database."""
    async with open_database(database_url, POOL_MAX) as opened:
        yield opened


@pytest.fixture
async def redis(servers: Servers) -> AsyncIterator[RedisClient]:
    """An empty Redis."""
    async with open_redis(servers.redis_url) as client:
        await client.flushall()
        yield client


@pytest.fixture
def clock() -> TestClock:
    """Noon, until the test moves it."""
    return TestClock()


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of siyu, built once a run."""
    return build_wheel(tmp_path_factory.mktemp("dist"))
