"""Members as rows of a table, all or those who are meant, as they are at one moment, some at a time."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from siyu.db import Connection, Pool
from siyu.rules import RuleClock
from siyu.segments.asking import PLAN, Meant, restriction

ROWS_AT_ONCE = 2_000
# A shop with more would have a table that nobody can read.
ATTRIBUTE_KEYS_MAX = 200
KEYS = f"SELECT DISTINCT key FROM member_attribute ORDER BY key LIMIT {ATTRIBUTE_KEYS_MAX}"
COUNT = "SELECT count(*) FROM member AS m"
ROWS = """
SELECT m.id, named.value, m.nickname, m.joined_at, m.tier, m.tags, m.groups, m.consents, kept.attributes
FROM member AS m
LEFT JOIN LATERAL (
    SELECT min(value) AS value FROM identity WHERE member_id = m.id AND kind = {kind}
) AS named ON true
LEFT JOIN LATERAL (
    SELECT json_object_agg(key, value)::text AS attributes FROM member_attribute WHERE member_id = m.id
) AS kept ON {has_attributes}
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
        self.keys = [key for (key,) in await self._connection.fetch(KEYS)]
        self.total = await self._connection.fetchval(f"{COUNT} {self._where}", *self._parameters)

    async def rows(self) -> AsyncIterator[ExportedRow]:
        """The members, in no order."""
        place = f"${len(self._parameters) + 1}::text"
        sql = ROWS.format(kind=place, has_attributes="true" if self.keys else "false") + self._where
        async for record in self._connection.cursor(sql, *self._parameters, self._kind, prefetch=ROWS_AT_ONCE):
            yield ExportedRow(*record)


@asynccontextmanager
async def exporting(pool: Pool, kind: str, meant: Meant | None, clock: RuleClock) -> AsyncIterator[Export]:
    """An export within a transaction that sees one moment; `kind` is of the identities to name members by."""
    async with pool.acquire() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        export = Export(connection, kind, meant, clock)
        await export.begin()
        yield export
