"""Reads the parts of a dossier: whole and some at a time for a file, or their latest rows for an answer."""

from collections.abc import AsyncIterator, Sequence
from typing import NamedTuple
from uuid import UUID

from siyu.db import Connection, Pool
from siyu.dossier.parts import Part, parts_of_database

ROWS_AT_ONCE = 1_000
# Of each part in one answer; a file has all.
SHOWN_ROWS_MAX = 100
# Whoever stands for the member, and all who were merged into that one.
PERSON = """
WITH person AS (SELECT coalesce(merged_into, id) AS id FROM member WHERE id = $1)
SELECT id FROM person UNION ALL SELECT member.id FROM person JOIN member ON merged_into = person.id
"""


class ShownPart(NamedTuple):
    """The rows of a part as JSON, and whether there are more."""

    table: str
    rows: list[str]
    is_cut: bool


async def person_of(connection: Connection, member_id: UUID) -> Sequence[UUID]:
    """All who are one person with the member, with the member; none where there is no such member."""
    return [row[0] for row in await connection.fetch(PERSON, member_id)]


async def rows_of_part(connection: Connection, part: Part, person: Sequence[UUID]) -> AsyncIterator[str]:
    """All rows as JSON; within a transaction."""
    cursor = connection.cursor(part.sql(), person, list(part.left_out), prefetch=ROWS_AT_ONCE)
    async for (row,) in cursor:
        yield row


async def read_some(pool: Pool, member_id: UUID) -> list[ShownPart] | None:
    """The parts that have rows, as they are at one moment; None where there is no such member."""
    async with pool.acquire() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        person = await person_of(connection, member_id)
        if not person:
            return None
        shown = []
        for part in await parts_of_database(connection):
            sql = f"{part.sql()} LIMIT {SHOWN_ROWS_MAX + 1}"
            rows = [row for (row,) in await connection.fetch(sql, person, list(part.left_out))]
            if rows:
                shown.append(ShownPart(part.table, rows[:SHOWN_ROWS_MAX], len(rows) > SHOWN_ROWS_MAX))
    return shown
