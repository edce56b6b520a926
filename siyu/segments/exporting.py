"""Members as rows of a table, all or those who are meant, as they are at one moment, some at a time."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from siyu.db import Connection, Pool
from siyu.rules import RuleClock
from siyu.segments.asking import PLAN, Meant, restriction

ROWS_AT_ONCE = 2_000
# Before the first row whole tables are read, a million members' in several seconds, and on a busy machine in more.
READ_TIMEOUT_S = 300.0
# A shop with more would have a table that nobody can read.
ATTRIBUTE_KEYS_MAX = 200
KEYS = f"SELECT DISTINCT key FROM member_attribute ORDER BY key LIMIT {ATTRIBUTE_KEYS_MAX}"
COUNT = "SELECT count(*) FROM member AS m"
# Each table is read once, in order or into memory, and never row by row: right after an import, of which the database
# has no statistics yet, it would walk through all identities for each member.
ONCE_EACH = "SELECT set_config('enable_nestloop', 'off', true)"
ROWS = """
SELECT m.id, named.value, m.nickname, m.joined_at, m.tier, m.tags, m.groups, m.consents, {attributes}
FROM member AS m
LEFT JOIN (
    SELECT member_id, min(value) AS value FROM identity WHERE kind = {kind} GROUP BY member_id
) AS named ON named.member_id = m.id {kept} {where} ORDER BY m.id
"""
KEPT = """
LEFT JOIN (
    SELECT member_id, json_object_agg(key, value)::text AS attributes FROM member_attribute GROUP BY member_id
) AS kept ON kept.member_id = m.id
"""


class ExportedRow(NamedTuple):
    """A member; `attributes` is JSON."""

    id: UUID
    identity: str | None
    nickname: str | None
    joined_at: datetime
    tier: str | None
    tags: Sequence[str]
    groups: Sequence[str]
    consents: Sequence[str]
    attributes: str | None


class Export:
    """What is exported from one moment of the database; `keys` are those of attributes, `total` counts the members."""

    def __init__(self, connection: Connection, kind: str, meant: Meant | None, clock: RuleClock) -> None:
        self._connection, self._kind = connection, kind
        limits = restriction([meant], clock) if meant is not None else None
        self._where = "WHERE m.merged_into IS NULL AND m.erased_at IS NULL"
        self._parameters: list[object] = []
        if limits is not None:
            self._where += f" AND m.id IN (SELECT {limits.member_id} FROM {limits.tables} WHERE {limits.condition})"
            self._parameters = list(limits.parameters)
        self.keys: Sequence[str] = ()
        self.total = 0

    async def begin(self) -> None:
        """Find out about keys and total."""
        await self._connection.execute(PLAN)
        await self._connection.execute(ONCE_EACH)
        self.keys = [key for (key,) in await self._connection.fetch(KEYS)]
        self.total = await self._connection.fetchval(f"{COUNT} {self._where}", *self._parameters)

    async def rows(self) -> AsyncGenerator[list[ExportedRow]]:
        """The members in the order of their ids, some at a time: the next are on their way meanwhile."""
        place = f"${len(self._parameters) + 1}::text"
        attributes, kept = ("kept.attributes", KEPT) if self.keys else ("NULL", "")
        sql = ROWS.format(kind=place, attributes=attributes, kept=kept, where=self._where)
        cursor = await self._connection.cursor(sql, *self._parameters, self._kind, timeout=READ_TIMEOUT_S)
        reading = asyncio.create_task(cursor.fetch(ROWS_AT_ONCE, timeout=READ_TIMEOUT_S))
        try:
            while records := await reading:
                reading = asyncio.create_task(cursor.fetch(ROWS_AT_ONCE, timeout=READ_TIMEOUT_S))
                # Lets it be asked for before the caller goes to work.
                await asyncio.sleep(0)
                yield [ExportedRow(*record) for record in records]
        finally:
            # The transaction cannot end while its connection is at work.
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)


@asynccontextmanager
async def exporting(pool: Pool, kind: str, meant: Meant | None, clock: RuleClock) -> AsyncIterator[Export]:
    """An export within a transaction that sees one moment; `kind` is of the identities to name members by."""
    async with pool.acquire() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        export = Export(connection, kind, meant, clock)
        await export.begin()
        yield export
