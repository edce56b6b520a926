"""The database: a pool of connections for SQL, and the configuration by which Tortoise applies migrations."""

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from time import monotonic
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote, urlsplit

import asyncpg
from asyncpg.connection import LoggedQuery
from asyncpg.pool import PoolConnectionProxy

from siyu.trail import note_call

MODEL_MODULES = (
    "siyu.members.models",
    "siyu.campaigns.models",
    "siyu.engine.models",
    "siyu.ledger.models",
    "siyu.orders.models",
    "siyu.outbox",
)
CONNECT_TIMEOUT_S = 10.0
# A statement that takes longer is stuck; a batch of facts takes milliseconds.
STATEMENT_TIMEOUT_S = 30.0
# COPY takes two more round trips than an INSERT.
COPY_ROWS_MIN = 8

# A statement or a lock took longer than it may, by the driver's clock or by the server's.
TIMED_OUT = (TimeoutError, asyncpg.QueryCanceledError, asyncpg.LockNotAvailableError)

POSTGRES_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
# The times of a few batches of facts.
MOMENTS_MAX = 4_096

if TYPE_CHECKING:
    # Generic in the stubs only: the driver's classes take no parameters at run time.
    Pool = asyncpg.Pool[asyncpg.Record]
    Connection = PoolConnectionProxy[asyncpg.Record]
    DirectConnection = asyncpg.Connection[asyncpg.Record]
else:
    Pool, Connection, DirectConnection = asyncpg.Pool, PoolConnectionProxy, asyncpg.Connection


def tortoise_config(url: str) -> dict[str, Any]:
    """Tortoise's configuration for a `postgresql://` URL; `?host=` names a folder with a unix socket."""
    parts = urlsplit(url)
    query = parse_qs(parts.query)
    credentials = {
        "host": parts.hostname or query.get("host", ["localhost"])[0],
        "port": parts.port or int(query.get("port", ["5432"])[0]),
        "user": unquote(parts.username or "siyu"),
        "password": unquote(parts.password or ""),
        "database": parts.path.removeprefix("/"),
    }
    connection = {"engine": "tortoise.backends.asyncpg", "credentials": credentials}
    app = {"models": list(MODEL_MODULES), "migrations": "migrations", "default_connection": "default"}
    return {"connections": {"default": connection}, "apps": {"siyu": app}, "use_tz": True, "timezone": "UTC"}


@dataclass(frozen=True, slots=True)
class Deadlines:
    """What PostgreSQL itself ends: a statement, the wait for a lock, a transaction in which nothing happens."""

    statement_s: float
    lock_s: float
    idle_in_transaction_s: float

    def sql(self) -> str:
        """The statement that sets them for a connection."""
        values = {
            "statement_timeout": self.statement_s,
            "lock_timeout": self.lock_s,
            "idle_in_transaction_session_timeout": self.idle_in_transaction_s,
        }
        return "; ".join(f"SET {name} = {round(seconds * 1000)}" for name, seconds in values.items())


@asynccontextmanager
async def open_database(url: str, pool_max: int, deadlines: Deadlines | None = None) -> AsyncIterator[Pool]:
    """A pool of at most `pool_max` connections, closed on leaving.

    `deadlines` are set by a statement, since a pooler in between may refuse them as parameters of the connection.
    """

    async def prepare(connection: DirectConnection) -> None:
        await _use_own_moments(connection)
        connection.add_query_logger(_note_query)
        if deadlines is not None:
            await connection.execute(deadlines.sql())

    async with asyncpg.create_pool(
        url,
        min_size=1,
        max_size=pool_max,
        timeout=CONNECT_TIMEOUT_S,
        command_timeout=STATEMENT_TIMEOUT_S,
        init=prepare,
        reset=_leave_as_it_is,
    ) as pool:
        yield pool


@lru_cache(MOMENTS_MAX)
def _encode_moment(moment: datetime) -> tuple[int]:
    """An aware time as PostgreSQL keeps it, in microseconds since 2000. Remembered: the time of a fact goes into four
    rows, and this is the dearest of all values to encode."""
    return ((moment - POSTGRES_EPOCH) // MICROSECOND,)


def _decode_moment(microseconds: tuple[int]) -> datetime:
    # By place: a timedelta by name costs three times as much.
    return POSTGRES_EPOCH + timedelta(0, 0, microseconds[0])


async def _use_own_moments(connection: DirectConnection) -> None:
    """Encode times at a third of the driver's own cost."""
    await connection.set_type_codec(
        "timestamptz", schema="pg_catalog", format="tuple", encoder=_encode_moment, decoder=_decode_moment
    )


def _note_query(query: LoggedQuery) -> None:
    note_call("postgresql", query.query, query.elapsed)


async def plan_anew(connection: Connection) -> None:
    """Have the transaction's statements planned for the tables as they are now.

    PostgreSQL keeps a plan that it made for a table while that was empty until somebody analyzes it: measured, a
    thousand members' features took 6 s by such a plan and 0.03 s by their own.
    """
    await connection.execute("SET LOCAL plan_cache_mode = force_custom_plan")


async def _leave_as_it_is(connection: DirectConnection) -> None:
    """Nothing to reset, so no round trip: no code of siyu changes a connection's state beyond its transaction."""


def array_of(items: Iterable[str]) -> str:
    """An array as one text, for a parameter `$1::text::uuid[]`; of ids in hex or of numbers, which need no quotes.

    Given a list, the driver asks the abstract base classes about every item whether that is a list too, which costs
    more than encoding it. A condition on it is `= ANY(ARRAY(SELECT unnest($1::text::uuid[])))`: of the cast alone
    PostgreSQL makes the array anew for each row that a scan looks at.
    """
    return "{" + ",".join(items) + "}"


def array_of_moments(moments: Iterable[datetime]) -> str:
    """An array of aware times as one, for a parameter `$1::text::bigint[]` whose items are made times by `moment`."""
    return array_of([str(_encode_moment(each)[0]) for each in moments])


def moment(micros: str) -> str:
    """The expression of SQL for the time that an item of `array_of_moments` stands for.

    In two steps: PostgreSQL multiplies an interval by a float, which does not hold all microseconds of centuries.
    """
    whole = f"{micros} / 1000000 * interval '1 second'"
    return f"timestamptz '{POSTGRES_EPOCH.isoformat()}' + {whole} + {micros} % 1000000 * interval '1 microsecond'"


def array_of_texts(items: Iterable[str | None]) -> str:
    """An array of any texts as one, for a parameter `$1::text::text[]`; for the same reason.

    >>> print(array_of_texts(['a, "b"', None, ""]))
    {"a, \\"b\\"",NULL,""}
    """
    quoted = ["NULL" if item is None else f'"{_escaped(item)}"' for item in items]
    return "{" + ",".join(quoted) + "}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"') if "\\" in text or '"' in text else text


async def append_rows(
    connection: Connection, table: str, columns: Sequence[str], rows: Sequence[tuple[object, ...]]
) -> None:
    """Append rows: with COPY, at less than half of INSERT's cost for driver and database; a few faster by INSERT."""
    if len(rows) >= COPY_ROWS_MIN:
        began_s = monotonic()
        await connection.copy_records_to_table(table, records=rows, columns=columns)
        # The driver tells of all statements but this one.
        note_call("postgresql", f"COPY {table}", monotonic() - began_s)
    elif rows:
        places = ", ".join(f"${number}" for number in range(1, len(columns) + 1))
        insert = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})"
        await connection.executemany(insert, rows)
