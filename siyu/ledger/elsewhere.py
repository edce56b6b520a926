"""What members got and spent by other campaigns, between two moments of the past."""

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple
from uuid import UUID

from siyu.db import Connection, array_of


class Span(NamedTuple):
    """A stretch of a member's transfers: those whose ids lie between the two, which come in order of time."""

    member_id: UUID
    after: UUID
    before: UUID


class Change(NamedTuple):
    """What a span comes to, by its place among those asked for: of which unit, how much more or less."""

    place: int
    unit: str
    amount: int


# Each half is a range of its index. They are compared as rows, since after an import the statistics can make PostgreSQL
# walk the primary key instead, for minutes.
CHANGES = """
SELECT span.place - 1, account.unit, sum(moved.amount)::bigint
FROM unnest($1::text::uuid[], $2::text::uuid[], $3::text::uuid[])
    WITH ORDINALITY AS span (member_id, after, before, place)
JOIN account ON account.member_id = span.member_id
CROSS JOIN LATERAL (
    SELECT amount FROM transfer
    WHERE (credit_id, id) > (account.id, span.after) AND (credit_id, id) < (account.id, span.before)
      AND debit_id <> ALL($4::uuid[])
    UNION ALL
    SELECT -amount FROM transfer
    WHERE (debit_id, id) > (account.id, span.after) AND (debit_id, id) < (account.id, span.before)
      AND credit_id <> ALL($4::uuid[])
) AS moved
GROUP BY span.place, account.unit
"""


async def changes_elsewhere(
    connection: Connection, issuer_ids: Collection[UUID], spans: Sequence[Span]
) -> list[Change]:
    """What the spans come to, without the transfers from and to these accounts; nothing is left out."""
    columns = (array_of(_hex(column)) for column in zip(*spans, strict=True))
    rows = await connection.fetch(CHANGES, *columns, list(issuer_ids)) if spans else []
    return [Change(*row) for row in rows]


def _hex(ids: Iterable[UUID]) -> list[str]:
    return [one.hex for one in ids]
