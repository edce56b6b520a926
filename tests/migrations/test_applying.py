"""Migrations: they say what the models say, once, whoever applies them and wherever an earlier run died."""

import asyncio
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

import asyncpg
from tortoise import Tortoise
from tortoise.migrations.autodetector import MigrationAutodetector

from api.migrating import known_migrations, migrate, missing_migrations
from siyu.db import tortoise_config
from tests.databases import execute

REPOSITORY = Path(__file__).parents[2]
# A later one may change what an earlier one made: they are run again in their order.
BY_HAND = known_migrations()[1:]
PROCESSES = 4
PROCESS_TIMEOUT_S = 240
MIGRATE = """
import asyncio, sys
from api.migrating import migrate
print(*asyncio.run(migrate(sys.argv[1])))
"""
CATALOGUE = """
SELECT conrelid::regclass::text || ' ' || conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
WHERE connamespace = 'public'::regnamespace
UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
UNION ALL SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
UNION ALL SELECT table_name || ' ' || column_name || ' ' || data_type || ' ' || is_nullable
          FROM information_schema.columns WHERE table_schema = 'public'
UNION ALL SELECT relname || ' ' || array_to_string(reloptions, ' ') FROM pg_class WHERE reloptions IS NOT NULL
    AND relnamespace = 'public'::regnamespace
ORDER BY 1
"""


async def catalogue(url: str) -> list[str]:
    """Everything the database promises, as sorted text."""
    connection = await asyncpg.connect(url)
    try:
        return [row[0] for row in await connection.fetch(CATALOGUE)]
    finally:
        await connection.close()


async def test_models_and_migrations_agree() -> None:
    config = tortoise_config("postgresql://nobody@localhost/nowhere")
    await Tortoise.init(config=config, init_connections=False)
    try:
        assert Tortoise.apps is not None
        changes = await MigrationAutodetector(Tortoise.apps, config["apps"]).changes()
    finally:
        await Tortoise.close_connections()

    assert [operation for writer in changes for operation in writer.operations] == []


async def test_an_empty_database_gets_every_migration_and_then_none(empty_database_url: str) -> None:
    assert await missing_migrations(empty_database_url) == known_migrations()
    assert await migrate(empty_database_url) == known_migrations()
    assert await missing_migrations(empty_database_url) == []
    assert await migrate(empty_database_url) == []


async def migrate_in_a_process(url: str) -> str:
    """The names that another process says it applied."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", MIGRATE, url, cwd=REPOSITORY, stdout=PIPE, stderr=PIPE
    )
    out, error = await asyncio.wait_for(process.communicate(), PROCESS_TIMEOUT_S)
    assert process.returncode == 0, error.decode()
    return out.decode().strip()


async def test_of_processes_that_migrate_at_once_one_does_it(empty_database_url: str, database_url: str) -> None:
    applied = await asyncio.gather(*(migrate_in_a_process(empty_database_url) for _ in range(PROCESSES)))

    assert sorted(applied) == [""] * (PROCESSES - 1) + [" ".join(known_migrations())]
    assert await catalogue(empty_database_url) == await catalogue(database_url)


async def test_migrations_that_died_before_they_were_recorded_can_be_run_again(database_url: str) -> None:
    before = await catalogue(database_url)
    names = ", ".join(f"'{name}'" for name in BY_HAND)
    await execute(database_url, f"DELETE FROM tortoise_migrations WHERE name IN ({names})")

    assert await migrate(database_url) == BY_HAND
    assert await catalogue(database_url) == before


async def test_campaigns_of_before_get_their_first_revision(database_url: str) -> None:
    campaign = "INSERT INTO campaign (id, type_key, name, state, revision, config, created_at) VALUES "
    values = "(gen_random_uuid(), 't', '{0}', '{0}', 3, '{{}}', '2026-01-01T00:00Z')"
    await execute(
        database_url,
        campaign + values.format("draft"),
        campaign + values.format("running"),
        "DELETE FROM tortoise_migrations WHERE name = '0007_campaign_terms'",
    )

    await migrate(database_url)

    connection = await asyncpg.connect(database_url)
    try:
        rows = await connection.fetch("SELECT name, revision, created_by FROM campaign_revision ORDER BY name")
        published = await connection.fetch("SELECT name FROM campaign WHERE published_at = created_at")
    finally:
        await connection.close()
    assert [tuple(row) for row in rows] == [("draft", 3, "siyu"), ("running", 3, "siyu")]
    assert [row[0] for row in published] == ["running"]


async def test_campaigns_of_before_get_an_account_of_commission_once(database_url: str) -> None:
    await execute(
        database_url,
        "INSERT INTO campaign (id, type_key, name, state, revision, config, created_at) "
        "VALUES (gen_random_uuid(), 't', 'old', 'running', 1, '{}', now())",
        "INSERT INTO account (id, campaign_id, unit) SELECT gen_random_uuid(), id, 'points' FROM campaign",
    )
    connection = await asyncpg.connect(database_url)
    try:
        for _ in range(2):
            await connection.execute(
                "DELETE FROM tortoise_migrations WHERE name IN ('0012_commission_accounts', '0014_lots')"
            )
            await migrate(database_url)
            rows = await connection.fetch(
                "SELECT unit, balance FROM account WHERE campaign_id IS NOT NULL ORDER BY unit"
            )
            assert [tuple(row) for row in rows] == [("commission", None), ("growth", None), ("points", None)]
    finally:
        await connection.close()
