"""A second pool, as another process has it."""

from collections.abc import AsyncIterator

import pytest

from siyu.db import Pool, open_database

POOL_MAX = 5


@pytest.fixture
async def other_pool(database_url: str) -> AsyncIterator[Pool]:
    """A second pool on the test's own database."""
    async with open_database(database_url, POOL_MAX) as opened:
        yield opened
