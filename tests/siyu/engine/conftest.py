"""Second pools: on a database of their own, and on the same database from another process's point of view."""

from collections.abc import AsyncIterator

import pytest

from siyu.db import Pool, open_database
from tests.databases import Databases

POOL_MAX = 5


@pytest.fixture
async def second_pool(databases: Databases) -> AsyncIterator[Pool]:
    """A pool on a second fresh database."""
    async with databases.fresh() as url, open_database(url, POOL_MAX) as opened:
        yield opened


@pytest.fixture
async def other_pool(database_url: str) -> AsyncIterator[Pool]:
    """A second pool on the test's own database."""
    async with open_database(database_url, POOL_MAX) as opened:
        yield opened
