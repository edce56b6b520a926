"""Reads the parts of a dossier: whole and some at a time for a file, or their latest rows for an answer."""

from collections.abc import AsyncIterator
from typing import NamedTuple
from uuid import UUID

from siyu.db import Connection, Pool
from siyu.dossier.parts import Part, parts_of_database

ROWS_AT_ONCE = 1_000
# Of each part in one answer; a file has all.
SHOWN_ROWS_MAX = 100
IS_THERE = "SELECT EXISTS (SELECT FROM member WHERE id = $1)"


class ShownPart(NamedTuple):
    """The rows of a part as JSON, and whether there are more."""

    table: str
    rows: list[str]
    is_cut: bool


async def rows_of_part(connection: Connection, part: Part, member_id: UUID) -> AsyncIterator[str]:
    """All rows as JSON; within a transaction."""
    cursor = connection.cursor(part.sql(), member_id, list(part.left_out), prefetch=ROWS_AT_ONCE)
    async for (row,) in cursor:
        yield row


async def read_some(pool: Pool, member_id: UUID) -> list[ShownPart] | None:
    """The parts that have rows, as they are at one moment; None where there is no such member."""
    async with pool.acquire() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        if not await connection.fetchval(IS_THERE, member_id):
            return None
        shown = []
        for part in await parts_of_database(connection):
            sql = f"{part.sql()} LIMIT {SHOWN_ROWS_MAX + 1}"
            rows = [row for (row,) in await connection.fetch(sql, member_id, list(part.left_out))]
            if rows:
                shown.append(ShownPart(part.table, rows[:SHOWN_ROWS_MAX], len(rows) > SHOWN_ROWS_MAX))
    return shown
