"""A used database made as its template is, where a test left nothing behind but rows."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO

import asyncpg

from siyu.db import DirectConnection

# Larger tables take longer to empty than a new copy takes, and their indexes stay tall.
HEAPS_BYTES_MAX = 4_000_000
# A connection that was closed is there for a moment yet.
LOOKS_MAX = 50
LOOK_S = 0.01

OTHERS = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""
# What statements other than those about rows change, by the column that says whose a row is: one that was written anew
# has another xmin.
CATALOGUES = {
    "pg_attrdef": "oid",
    "pg_attribute": "attrelid",
    "pg_constraint": "oid",
    "pg_event_trigger": "oid",
    "pg_extension": "oid",
    "pg_index": "indexrelid",
    "pg_policy": "oid",
    "pg_proc": "oid",
    "pg_rewrite": "oid",
    "pg_sequence": "seqrelid",
    "pg_trigger": "oid",
    "pg_type": "oid",
}
# What PostgreSQL has of itself is below: thousands of rows that nobody writes.
OURS_FROM = 16_384
SHAPE = " UNION ALL ".join(
    (
        *(
            f"SELECT '{name}', count(*), max(xmin::text::bigint)::text FROM {name} WHERE {oid} >= {OURS_FROM}"
            for name, oid in CATALOGUES.items()
        ),
        "SELECT 'schemas', count(*), string_agg(nspname, ' ' ORDER BY nspname) FROM pg_namespace "
        r"WHERE nspname NOT LIKE 'pg\_%'",
        "SELECT 'relations', count(*), md5(string_agg(concat(relname, relkind, relpersistence, relrowsecurity, "
        "reloptions), ' ' ORDER BY oid)) FROM pg_class WHERE relnamespace = 'public'::regnamespace",
        "SELECT 'settings', count(*), '' FROM pg_db_role_setting "
        "WHERE setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())",
    )
)
HEAPS = """
SELECT relname, pg_relation_size(oid) FROM pg_class
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND pg_relation_size(oid) > 0
"""
SEQUENCES = "SELECT relname FROM pg_class WHERE relkind = 'S' AND relnamespace = 'public'::regnamespace"
# No trigger or foreign key is asked.
ROWS_ALONE = "SET session_replication_role = replica; SET allow_system_table_mods = on"
# As if nobody had ever looked at how large the tables are: plans are those of a new copy.
UNMEASURED = """
DELETE FROM pg_statistic WHERE starelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace);
UPDATE pg_class SET relpages = 0, reltuples = -1, relallvisible = 0
WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'i') AND reltuples <> -1
"""


@dataclass(frozen=True, slots=True)
class Pattern:
    """What a database is like that no test has used."""

    shape: Sequence[asyncpg.Record]
    rows: Mapping[str, bytes]
    sequences: Mapping[str, asyncpg.Record]


async def pattern_of(connection: DirectConnection) -> Pattern:
    """The pattern of the template that one is connected to."""
    rows = {}
    for table, _ in await connection.fetch(HEAPS):
        await connection.copy_from_table(table, output=(copied := BytesIO()), format="binary")
        rows[table] = copied.getvalue()
    return Pattern(await connection.fetch(SHAPE), rows, await _sequences(connection))


async def tidied(connection: DirectConnection, pattern: Pattern) -> bool:
    """Give the database the template's rows and no others; False where that would not make it a new one."""
    if not await _is_alone(connection) or await connection.fetch(SHAPE) != pattern.shape:
        return False
    heaps = dict(await connection.fetch(HEAPS))
    if sum(heaps.values()) > HEAPS_BYTES_MAX:
        return False
    await connection.execute(ROWS_ALONE)
    await connection.execute("; ".join(f"DELETE FROM {table}" for table in heaps))
    # Files are empty then, and rows lie in them in the order in which they come, as in a new copy.
    await connection.execute(f"VACUUM {', '.join(heaps)}")
    await connection.execute(UNMEASURED)
    for table, copied in pattern.rows.items():
        await connection.copy_to_table(table, source=BytesIO(copied), format="binary")
    for name, (value, called) in pattern.sequences.items():
        await connection.execute("SELECT setval($1::regclass, $2, $3)", name, value, called)
    return True


async def _is_alone(connection: DirectConnection) -> bool:
    for _ in range(LOOKS_MAX):
        if not await connection.fetchval(OTHERS):
            return True
        await asyncio.sleep(LOOK_S)
    return False


async def _sequences(connection: DirectConnection) -> Mapping[str, asyncpg.Record]:
    names = [row[0] for row in await connection.fetch(SEQUENCES)]
    return {name: await connection.fetchrow(f"SELECT last_value, is_called FROM {name}") for name in names}
