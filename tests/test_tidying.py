"""A database that a test has used is as new for the next, or is not used again."""

from collections.abc import AsyncIterator

import pytest

from siyu.db import DirectConnection
from tests import tidying
from tests.databases import Databases, connected
from tests.tidying import HEAPS, pattern_of, tidied

# A row each in tables that have triggers, a sequence, and rows of the template's.
USED = """
INSERT INTO member (id, joined_at) SELECT gen_random_uuid(), now() FROM generate_series(1, 100);
INSERT INTO outbox (topic, payload) SELECT 'used', '{}' FROM generate_series(1, 100);
UPDATE campaign_clock SET version = version + 7;
INSERT INTO unit (key, title_zh, title_en) VALUES ('used', '用', 'used');
ANALYZE member
"""
PLANNED = "SELECT relname, relpages, reltuples FROM pg_class WHERE relkind = 'r' AND relname IN ('member', 'outbox')"


@pytest.fixture
async def connection(databases: Databases) -> AsyncIterator[DirectConnection]:
    async with databases.fresh() as url, connected(url) as opened:
        yield opened


async def test_a_used_database_has_the_template_s_rows_again(connection: DirectConnection) -> None:
    new, planned = await pattern_of(connection), await connection.fetch(PLANNED)
    await connection.execute(USED)
    used = await pattern_of(connection)

    assert await tidied(connection, new)

    assert used.rows.keys() > new.rows.keys()
    assert await pattern_of(connection) == new
    assert await connection.fetch(PLANNED) == planned
    assert await connection.fetchval("SELECT count(*) FROM pg_stats WHERE tablename = 'member'") == 0


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE transfer DISABLE TRIGGER ALL",
        "ALTER TABLE transfer DROP CONSTRAINT transfer_amount_positive",
        "ALTER TABLE member ALTER nickname SET DEFAULT 'somebody'",
        "ALTER TABLE member SET (fillfactor = 50)",
        "ALTER TABLE outbox SET UNLOGGED",
        "CREATE TABLE note (text text)",
        "CREATE INDEX another ON member (joined_at)",
        "CREATE SCHEMA elsewhere",
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "DROP TABLE board_score CASCADE",
        "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET work_mem = ''1MB''', current_database()); END $$",
    ],
)
async def test_a_database_whose_schema_was_changed_is_not_used_again(
    connection: DirectConnection, statement: str
) -> None:
    new = await pattern_of(connection)
    await connection.execute(statement)

    assert not await tidied(connection, new)


async def test_a_database_that_somebody_still_uses_is_not_used_again(
    databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tidying, "LOOKS_MAX", 2)
    async with databases.fresh() as url, connected(url) as connection, connected(url):
        assert not await tidied(connection, await pattern_of(connection))


async def test_a_database_with_large_tables_is_not_used_again(
    connection: DirectConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = await pattern_of(connection)
    monkeypatch.setattr(tidying, "HEAPS_BYTES_MAX", sum(size for _, size in await connection.fetch(HEAPS)) - 1)

    assert not await tidied(connection, new)


async def test_two_tests_use_the_same_databases_one_after_the_other_and_never_at_once(databases: Databases) -> None:
    async with databases.fresh() as first, databases.fresh() as second, databases.fresh() as third:
        assert len({first, second, third}) == 3

    seen = set()
    for _ in range(4):
        async with databases.fresh() as url:
            seen.add(url)
    assert seen & {first, second, third}
