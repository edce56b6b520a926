"""What runs the expressions: PostgreSQL through the shop's own pool, DuckDB and Spark over a snapshot."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Protocol
from zoneinfo import ZoneInfo

import duckdb
import ibis
import ibis.expr.types as ir

from siyu.db import Pool
from siyu.metrics.analytics.snapshot import Snapshot, current_snapshot
from siyu.metrics.analytics.tables import SOURCE_TABLES, source_sql

# One question sorts and joins all members: what fits here is not written to disk.
WORK_MEMORY = "128MB"
# Everything is read: to look up each member's rows by an index takes several times as long.
PREPARE = f"""
SELECT set_config('jit', 'off', true), set_config('enable_nestloop', 'off', true),
    set_config('work_mem', '{WORK_MEMORY}', true), set_config('statement_timeout', $1, true)
"""
DUCKDB_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "memory_limit": "4GB",
    # Nothing is ever fetched from elsewhere.
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}

Rows = Sequence[tuple[Any, ...]]


class AnalyticsEngine(Protocol):
    """Runs expressions over the tables of `siyu.metrics.analytics.tables`, whose members' keys are of type `key`."""

    key: str

    async def taken_at(self) -> datetime | None:
        """The moment up to which it knows the shop; None: now."""

    async def rows(self, expression: ir.Table) -> Rows:
        """The rows, in any order."""


class PostgresEngine:
    """The shop's database, asked over the shop's own pool: Ibis writes the statement, `siyu.db` runs it."""

    key = "uuid"

    def __init__(self, pool: Pool, zone: ZoneInfo, timeout_s: float) -> None:
        self._pool = pool
        self._timeout_s = timeout_s
        # Inlined, so that only what is asked for is read.
        self._sources = ", ".join(f"{name} AS NOT MATERIALIZED ({source_sql(name, zone)})" for name in SOURCE_TABLES)

    async def taken_at(self) -> datetime | None:
        """None: it is the shop itself."""
        return None

    async def rows(self, expression: ir.Table) -> Rows:
        """Raises what `siyu.db.TIMED_OUT` names where it takes longer than it may."""
        # To write a statement takes up to a tenth of a second, in which others are answered.
        asked = await asyncio.to_thread(ibis.to_sql, expression, dialect="postgres")
        statement = f"WITH {self._sources} SELECT * FROM ({asked}) AS asked"
        async with self._pool.acquire() as connection, connection.transaction(readonly=True):
            await connection.fetchrow(PREPARE, str(round(self._timeout_s * 1000)))
            return [tuple(map(_whole, row)) for row in await connection.fetch(statement, timeout=self._timeout_s)]


class DuckDbEngine:
    """DuckDB, in this process, over the newest snapshot in a folder."""

    key = "int64"

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def taken_at(self) -> datetime | None:
        """When the snapshot was taken. Raises AnalyticsUnavailable."""
        return current_snapshot(self._folder).taken_at

    async def rows(self, expression: ir.Table) -> Rows:
        """Raises AnalyticsUnavailable. A caller who goes away ends the query, too."""
        snapshot = current_snapshot(self._folder)
        connection = duckdb.connect(config=DUCKDB_CONFIG)
        try:
            return await asyncio.to_thread(self._rows, connection, snapshot, expression)
        except asyncio.CancelledError:
            connection.interrupt()
            raise

    def _rows(self, connection: duckdb.DuckDBPyConnection, snapshot: Snapshot, expression: ir.Table) -> Rows:
        with connection:
            # It would be drawn into what commands print.
            connection.execute("SET enable_progress_bar = false")
            for name in SOURCE_TABLES:
                connection.read_parquet(str(snapshot.file(name))).create_view(name)
            return connection.execute(ibis.to_sql(expression, dialect="duckdb")).fetchall()


class SparkEngine:
    """Spark, by its master's address, over the newest snapshot in a folder that all its workers can read.

    Needs pyspark and Java 17. The session is made with the first question and kept, for it takes many seconds.
    """

    key = "int64"

    def __init__(self, folder: Path, master: str) -> None:
        self._folder = folder
        self._master = master
        self._session: Any = None

    async def taken_at(self) -> datetime | None:
        """When the snapshot was taken. Raises AnalyticsUnavailable."""
        return current_snapshot(self._folder).taken_at

    async def rows(self, expression: ir.Table) -> Rows:
        """Raises AnalyticsUnavailable."""
        return await asyncio.to_thread(self._rows, current_snapshot(self._folder), expression)

    def _rows(self, snapshot: Snapshot, expression: ir.Table) -> Rows:
        if self._session is None:
            self._session = _spark(self._master)
        for name in SOURCE_TABLES:
            self._session.read.parquet(str(snapshot.file(name))).createOrReplaceTempView(name)
        return [tuple(row) for row in self._session.sql(ibis.to_sql(expression, dialect="pyspark")).collect()]

    def close(self) -> None:
        """End the session and its Java process."""
        if self._session is not None:
            self._session.stop()
            self._session = None


def _whole(value: object) -> object:
    """PostgreSQL adds up whole numbers to a numeric."""
    return int(value) if isinstance(value, Decimal) else value


def _spark(master: str) -> Any:
    from pyspark.sql import SparkSession  # noqa: PLC0415 - installed where it is used

    # Without a page of its own, and with times as they are in the snapshot.
    builder = SparkSession.builder.master(master).appName("siyu").config("spark.ui.enabled", "false")
    return builder.config("spark.sql.session.timeZone", "UTC").getOrCreate()
