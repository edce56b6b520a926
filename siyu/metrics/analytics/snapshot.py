"""Snapshots: the tables of analytics as Parquet files, taken at one moment, for DuckDB, Spark and other readers.

A snapshot is a folder of its own inside the snapshots' folder; the file CURRENT there names the newest whole one. A
snapshot has no personal data: members are a number and their id.
"""

import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq

from siyu.db import Connection, Pool
from siyu.metrics.analytics.tables import SOURCE_TABLES, source_sql
from siyu.metrics.errors import AnalyticsUnavailable

CURRENT, MANIFEST, PARTIAL = "CURRENT", "manifest.json", ".partial"
NAME_FORMAT = "%Y%m%dT%H%M%S.%fZ"
# A reader of the one before is not disturbed.
SNAPSHOTS_KEPT = 2
ROWS_AT_ONCE = 50_000
# Of millions of members, and of a server that has much else to do.
NUMBER_TIMEOUT_S = 600.0
ARROW_TYPES: Mapping[str, pa.DataType] = {
    "int64": pa.int64(),
    "string": pa.string(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us"),
}
# A number joins many times as fast as an id.
NUMBER = """
CREATE TEMPORARY TABLE numbered ON COMMIT DROP AS
SELECT id AS member_id, row_number() OVER (ORDER BY joined_at, id) AS number FROM member
"""
INDEX = "ALTER TABLE numbered ADD PRIMARY KEY (member_id); ANALYZE numbered"

# Told how many rows of how many are written.
Report = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A whole snapshot: its folder, when it was taken, and how many rows its tables have."""

    folder: Path
    taken_at: datetime
    rows: Mapping[str, int]

    def file(self, table: str) -> Path:
        """The Parquet file of a table."""
        return self.folder / f"{table}.parquet"


def current_snapshot(folder: Path) -> Snapshot:
    """The newest whole snapshot. Raises AnalyticsUnavailable."""
    try:
        found = folder / (folder / CURRENT).read_text(encoding="utf-8").strip()
        manifest = json.loads((found / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError as missing:
        raise AnalyticsUnavailable(
            f"there is no snapshot in {folder}; take one: python -m api snapshot --to {folder}"
        ) from missing
    return Snapshot(found, datetime.fromisoformat(manifest["taken_at"]), manifest["rows"])


async def take_snapshot(pool: Pool, zone: ZoneInfo, folder: Path, now: datetime, report: Report) -> Snapshot:
    """Write a snapshot of this moment and make it the current one; the oldest go.

    Whoever reads the current one meanwhile is not disturbed, and one that was not finished is never the current one.
    """
    name = now.strftime(NAME_FORMAT)
    partial = folder / f"{name}{PARTIAL}"
    partial.mkdir(parents=True)
    async with pool.acquire() as connection, connection.transaction(isolation="repeatable_read"):
        await connection.execute(NUMBER, timeout=NUMBER_TIMEOUT_S)
        await connection.execute(INDEX, timeout=NUMBER_TIMEOUT_S)
        rows = await _write_tables(connection, zone, partial, report)
    manifest = {"taken_at": now.isoformat(), "time_zone": zone.key, "rows": rows}
    (partial / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    partial.rename(folder / name)
    _make_current(folder, name)
    return Snapshot(folder / name, now, rows)


def _make_current(folder: Path, name: str) -> None:
    """Point to it in one step, then remove all but the newest, and what was left unfinished before it."""
    pointer = folder / f"{CURRENT}{PARTIAL}"
    pointer.write_text(f"{name}\n", encoding="utf-8")
    pointer.replace(folder / CURRENT)
    made = sorted(each for each in folder.iterdir() if each.is_dir() and each.name <= name)
    whole = [each for each in made if each.suffix != PARTIAL]
    for old in {*made} - {*whole[-SNAPSHOTS_KEPT:]}:
        shutil.rmtree(old)


async def _write_tables(connection: Connection, zone: ZoneInfo, folder: Path, report: Report) -> dict[str, int]:
    totals: dict[str, int] = {}
    for table in ("member", "shop_order", "fact"):
        totals[table] = await connection.fetchval(f"SELECT count(*) FROM {table}", timeout=NUMBER_TIMEOUT_S)
    done, total = 0, sum(totals.values())
    rows = {}
    for name in SOURCE_TABLES:
        before = done

        def count(more: int) -> None:
            nonlocal done
            done += more
            report(done, total)

        await _write_table(connection, name, zone, folder / f"{name}.parquet", count)
        rows[name] = done - before
    return rows


async def _write_table(
    connection: Connection, name: str, zone: ZoneInfo, path: Path, count: Callable[[int], None]
) -> None:
    columns = {
        f'source."{column}"': (column, ARROW_TYPES[type_]) for column, type_ in SOURCE_TABLES[name].columns.items()
    }
    columns = {"number": ("member", pa.int64()), **columns}
    if name == "members":
        # The way back from a number to the member.
        columns["member::text"] = "id", pa.string()
    statement = f"""
        SELECT {", ".join(columns)} FROM ({source_sql(name, zone)}) AS source JOIN numbered ON member_id = member
    """
    schema = pa.schema(columns.values())
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        cursor = await connection.cursor(statement)
        while rows := await cursor.fetch(ROWS_AT_ONCE, timeout=NUMBER_TIMEOUT_S):
            by_column = zip(zip(*rows, strict=True), schema, strict=True)
            arrays = [pa.array(values, field.type) for values, field in by_column]
            writer.write_batch(pa.record_batch(arrays, schema=schema))
            count(len(rows))
