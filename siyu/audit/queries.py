"""The audit log as it is read: each intent with what became of it, the newest first."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import NamedTuple
from uuid import UUID

from siyu.db import Pool
from siyu.paging import Page, cut_page

ROWS_AT_ONCE = 1_000
_SELECT = """
SELECT i.number, i.at, i.role, i.name, i.session, i.field, i.arguments, i.objects || coalesce(o.objects, '{{}}'),
    i.reason, i.request, coalesce(o.outcome, 'unknown'), coalesce(o.codes, '{{}}'), o.at, i.hash
FROM audit_entry AS i LEFT JOIN audit_entry AS o ON o.intent = i.number
WHERE i.intent IS NULL
    AND ($1::text IS NULL OR i.name = $1)
    AND ($2::text IS NULL OR i.field = $2)
    AND ($3::text IS NULL OR i.number IN (
        SELECT coalesce(intent, number) FROM audit_entry WHERE objects @> ARRAY[$3::varchar]))
    AND ($4::timestamptz IS NULL OR i.at >= $4)
    AND ($5::timestamptz IS NULL OR i.at < $5)
    AND {ended}
    AND ($7::bigint IS NULL OR i.number < $7)
ORDER BY i.number DESC
"""


class AuditOutcome(Enum):
    """What became of a change."""

    OK = "ok"
    REFUSED = "refused"
    FAILED = "failed"
    UNKNOWN = "unknown"


# Each as its index has it: of all in one condition PostgreSQL reads the whole log for the few that failed.
ENDED: Mapping[AuditOutcome | None, str] = {
    None: "$6::text IS NULL",
    **dict.fromkeys(AuditOutcome, "o.outcome = $6::text AND o.intent IS NOT NULL"),
    AuditOutcome.UNKNOWN: "coalesce(o.outcome, 'unknown') = $6::text",
}
SELECT = {outcome: _SELECT.format(ended=ended) for outcome, ended in ENDED.items()}
PAGE = {outcome: f"{select} LIMIT $8" for outcome, select in SELECT.items()}


@dataclass(frozen=True, slots=True)
class AuditWanted:
    """Which entries; None selects all. `from_` is within, `to` is not."""

    actor: str | None = None
    field: str | None = None
    named: str | None = None
    from_: datetime | None = None
    to: datetime | None = None
    outcome: AuditOutcome | None = None

    def parameters(self) -> tuple[object, ...]:
        """In the order of the statement."""
        outcome = self.outcome.value if self.outcome else None
        return self.actor, self.field, self.named, self.from_, self.to, outcome


class AuditRow(NamedTuple):
    """An intent and what became of it; `ended_at` is None where nobody knows."""

    number: int
    at: datetime
    role: str
    name: str
    session: UUID | None
    field: str
    arguments: str
    objects: list[str]
    reason: str | None
    request: str | None
    outcome: str
    codes: list[str]
    ended_at: datetime | None
    hash: bytes


async def audit_page(pool: Pool, wanted: AuditWanted, limit: int, before: int | None) -> Page[AuditRow]:
    """A page of the log, the newest first."""
    records = await pool.fetch(PAGE[wanted.outcome], *wanted.parameters(), before, limit + 1)
    return cut_page([AuditRow(*record) for record in records], limit)


async def audit_rows(pool: Pool, wanted: AuditWanted) -> AsyncIterator[AuditRow]:
    """All of it as it is at one moment, the newest first, some at a time."""
    async with pool.acquire() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        async for record in connection.cursor(
            SELECT[wanted.outcome], *wanted.parameters(), None, prefetch=ROWS_AT_ONCE
        ):
            yield AuditRow(*record)
