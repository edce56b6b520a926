"""Second pools: on a database of their own, and on the same database from another process's point of view."""

from collections.abc import AsyncIterator

import pytest

from api.embedded import Servers
from siyu.db import Pool, open_database
from tests.conftest import new_database

POOL_MAX = 5


@pytest.fixture
async def second_pool(servers: Servers, template: str) -> AsyncIterator[Pool]:
    """A pool on a second fresh database."""
    async with new_database(servers, template) as url, open_database(url, POOL_MAX) as opened:
        yield opened


@pytest.fixture
async def other_pool(database_url: str) -> AsyncIterator[Pool]:
    """A second pool on the test's own database."""
    async with open_database(database_url, POOL_MAX) as opened:
        yield opened
