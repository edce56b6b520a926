"""The real servers and the wheel, made once a process; a migrated database as new for each test that asks for one."""

import gc
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Generator, Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import settings

from api.collecting import collect_seldom, spare_the_collector
from api.embedded import Servers, embedded_servers
from api.embedded.postgres import SETTINGS
from siyu.cache import RedisClient, open_redis
from siyu.db import Pool, open_database
from tests.clock import TestClock
from tests.databases import Databases, empty_database, prepared_databases
from tests.environments import build_wheel

POOL_MAX = 10
WORKERS_MAX = 4


def given_servers() -> Servers | None:
    """The servers of SIYU_DATABASE_URL and SIYU_REDIS_URL, where both are set."""
    database_url, redis_url = os.environ.get("SIYU_DATABASE_URL"), os.environ.get("SIYU_REDIS_URL")
    return Servers(database_url, redis_url) if database_url and redis_url else None


def pytest_xdist_auto_num_workers() -> int:
    """How many processes `-n auto` starts: each has servers of its own, but given ones are shared and emptied.

    One more than there are cores: half of the time a process waits for its servers.
    """
    return 0 if given_servers() else min((os.cpu_count() or 1) + 1, WORKERS_MAX)


def pytest_configure(config: pytest.Config) -> None:
    """Let Hypothesis draw the same examples in every run, however long they take; the proofs look further each time."""
    collect_seldom()
    settings.register_profile("suite", derandomize=True, deadline=None)
    if "not prove" in config.option.markexpr:
        settings.load_profile("suite")


def pytest_collection_finish() -> None:
    """All tests and modules stay until the end: the garbage collector need not look at them again."""
    spare_the_collector()


def pytest_unconfigure() -> None:
    """At the process's end libraries look whether all that they made is freed, and complain."""
    gc.unfreeze()


@pytest.hookimpl(wrapper=True)
def pytest_report_to_serializable() -> Generator[None, Any, Any]:
    """What a process tells of a test goes through a pipe of UTF-8, which lone surrogates in a log would break."""
    return encodable((yield))


def encodable(value: Any) -> Any:
    """The same, with what UTF-8 cannot hold spelt out."""
    if isinstance(value, str):
        return value.encode(errors="backslashreplace").decode()
    if isinstance(value, dict):
        return {key: encodable(each) for key, each in value.items()}
    return type(value)(map(encodable, value)) if isinstance(value, list | tuple) else value


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    """PostgreSQL and Redis: the given ones, else embedded ones."""
    if given := given_servers():
        yield given
        return
    # Not pytest's own folder: it is closed to the account that PostgreSQL runs as when we are root.
    folder = Path(tempfile.mkdtemp(prefix="siyu-test-"))
    folder.chmod(0o755)
    try:
        # What is lost with the machine is of no use without it.
        with patch.dict(SETTINGS, fsync="off"), embedded_servers(folder / "data") as started:
            yield started
    finally:
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
async def databases(servers: Servers) -> AsyncIterator[Databases]:
    """As many databases with the present schema as the tests ask for."""
    async with prepared_databases(servers.database_url) as prepared:
        yield prepared


@pytest.fixture
async def database_url(databases: Databases) -> AsyncIterator[str]:
    """The URL of a fresh database with the present schema."""
    async with databases.fresh() as url:
        yield url


@pytest.fixture
async def empty_database_url(servers: Servers) -> AsyncIterator[str]:
    """The URL of a database that was never migrated."""
    async with empty_database(servers.database_url) as url:
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
