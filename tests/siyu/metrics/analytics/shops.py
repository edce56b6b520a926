"""Shops that analytics are asked about, and the engines that are asked."""

from datetime import UTC, datetime, time
from pathlib import Path

from siyu.db import Pool
from siyu.ids import new_id
from siyu.metrics.analytics import Analytics, DuckDbEngine, PostgresEngine, take_snapshot
from tests.factories import SHANGHAI
from tests.siyu.metrics.analytics.plain_cdnow import PlainCdnow

TIMEOUT_S = 120.0
SNAPSHOT_AT = datetime(2026, 11, 22, 8, tzinfo=UTC)


async def fill_with_cdnow(pool: Pool, cdnow: PlainCdnow) -> None:
    """The rows that an import of the file leaves: customers as members from their first order on, and their orders."""
    ids = {customer: new_id() for customer in sorted(set(cdnow.orders["customer_id"]))}
    orders = [
        (new_id(), number, ids[customer], fen, 0, datetime.combine(day, time(), SHANGHAI))
        for number, customer, day, fen in cdnow.orders.iter_rows()
    ]
    joined: dict[object, datetime] = {}
    for _, _, member, _, _, paid_at in orders:
        joined[member] = min(joined.get(member, paid_at), paid_at)
    columns = ["id", "number", "member_id", "amount_fen", "refunded_fen", "paid_at"]
    async with pool.acquire() as connection:
        await connection.copy_records_to_table("member", records=joined.items(), columns=["id", "joined_at"])
        await connection.copy_records_to_table("shop_order", records=orders, columns=columns)


async def taken(pool: Pool, folder: Path) -> None:
    """A snapshot in the folder."""
    await take_snapshot(pool, SHANGHAI, folder, SNAPSHOT_AT, lambda _done, _total: None)


async def both_engines(pool: Pool, folder: Path) -> dict[str, Analytics]:
    """PostgreSQL, and DuckDB over a snapshot that is taken now."""
    await taken(pool, folder)
    return {
        "postgres": Analytics(PostgresEngine(pool, SHANGHAI, TIMEOUT_S)),
        "duckdb": Analytics(DuckDbEngine(folder)),
    }
