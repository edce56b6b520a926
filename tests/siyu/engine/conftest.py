"""Second pools: on a database of their own, and on the same database from another process's point of view."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from api.embedded import Servers
from siyu.db import Pool, open_database
from tests.conftest import execute, with_database

POOL_MAX = 5


@pytest.fixture
async def second_pool(servers: Servers, template: str) -> AsyncIterator[Pool]:
    """A pool on a second fresh database."""
    name = f"siyu_test_{uuid4().hex}"
    await execute(servers.database_url, f"CREATE DATABASE {name} TEMPLATE {template}")
    async with open_database(with_database(servers.database_url, name), POOL_MAX) as opened:
        yield opened
    await execute(servers.database_url, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@pytest.fixture
async def other_pool(database_url: str) -> AsyncIterator[Pool]:
    """A second pool on the test's own database."""
    async with open_database(database_url, POOL_MAX) as opened:
        yield opened
