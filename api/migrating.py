"""Migrations applied by one process at a time, however many ask for it."""

from pathlib import Path

import asyncpg
from tortoise import Tortoise
from tortoise.migrations.api.migrate import migrate as apply_missing

import migrations
from siyu.db import CONNECT_TIMEOUT_S, DirectConnection, tortoise_config

# Any number that no other program uses for an advisory lock of this database.
MIGRATION_LOCK = 7_305_001
LOCK_TIMEOUT_S = 300.0


async def migrate(database_url: str) -> list[str]:
    """Apply what is missing and return the names of what was applied. Others wait for their turn, then find nothing."""
    connection = await asyncpg.connect(database_url, timeout=CONNECT_TIMEOUT_S)
    try:
        await connection.execute("SELECT pg_advisory_lock($1)", MIGRATION_LOCK, timeout=LOCK_TIMEOUT_S)
        before = await applied_migrations(connection)
        try:
            await apply_missing(config=tortoise_config(database_url))
        finally:
            await Tortoise.close_connections()
        return [name for name in await applied_migrations(connection) if name not in before]
    finally:
        await connection.close()


async def missing_migrations(database_url: str) -> list[str]:
    """The names of the migrations that this version has and the database has not."""
    connection = await asyncpg.connect(database_url, timeout=CONNECT_TIMEOUT_S)
    try:
        applied = await applied_migrations(connection)
    finally:
        await connection.close()
    return [name for name in known_migrations() if name not in applied]


def known_migrations() -> list[str]:
    """The names of this version's migrations, in order."""
    return sorted(path.stem for path in Path(migrations.__file__).parent.glob("[0-9]*.py"))


async def applied_migrations(connection: DirectConnection) -> list[str]:
    """The names of the migrations this database has, in order."""
    if await connection.fetchval("SELECT to_regclass('tortoise_migrations')") is None:
        return []
    return [row[0] for row in await connection.fetch("SELECT name FROM tortoise_migrations ORDER BY name")]
