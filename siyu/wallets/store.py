"""Wallets' operations from and to the database, many at a time."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

import orjson

from siyu.db import Connection, append_rows
from siyu.wallets.book import Records, RecordT, WalletBook
from siyu.wallets.records import Adjustment, Freeze, Payout, ValueHold

# What an operator adjusts of a member's unit within this time counts together against the limit.
ADJUSTED_WITHIN = timedelta(hours=24)


class Table(NamedTuple):
    """A table's columns, in the order of its record's fields, and those that change, with their types."""

    name: str
    columns: Sequence[str]
    changing: Mapping[str, str]

    def __str__(self) -> str:
        return ", ".join(self.columns)


HOLDS = Table(
    "value_hold",
    [each.name for each in fields(ValueHold)],
    {"state": "text", "posted": "bigint", "ended_at": "timestamptz"},
)
ADJUSTMENTS = Table(
    "adjustment",
    [each.name for each in fields(Adjustment)],
    {"state": "text", "decided_by": "text", "decided_at": "timestamptz", "note": "text"},
)
PAYOUTS = Table(
    "payout",
    [each.name for each in fields(Payout)],
    {
        "state": "text",
        "approved_by": "text",
        "approved_at": "timestamptz",
        "ended_by": "text",
        "ended_at": "timestamptz",
        "reference": "text",
        "note": "text",
    },
)
FREEZES = Table(
    "wallet_freeze",
    [each.name for each in fields(Freeze)],
    {"lifted_by": "text", "lifted_at": "timestamptz", "lifted_for": "text"},
)

# By id, by what they are for, and all open ones of some members.
LOAD_HOLDS = f"""
SELECT {HOLDS} FROM value_hold WHERE id = ANY($1::uuid[])
UNION
SELECT {HOLDS} FROM value_hold
JOIN unnest($2::uuid[], $3::text[], $4::text[]) AS wanted (member_id, unit, reference)
    USING (member_id, unit, reference)
UNION
SELECT {HOLDS} FROM value_hold WHERE member_id = ANY($5::uuid[]) AND state = 'open'
ORDER BY id
"""
LOAD_ADJUSTMENTS = f"SELECT {ADJUSTMENTS} FROM adjustment WHERE id = ANY($1::uuid[])"
LOAD_ADJUSTED = """
SELECT requested_by, member_id, unit, sum(abs(amount))::bigint FROM adjustment
WHERE member_id = ANY($1::uuid[]) AND state = 'done' AND requested_at > $2 GROUP BY 1, 2, 3
"""
LOAD_PAYOUTS = f"""
SELECT {PAYOUTS} FROM payout WHERE id = ANY($1::uuid[])
UNION
SELECT {PAYOUTS} FROM payout WHERE member_id = ANY($2::uuid[]) AND state IN ('requested', 'approved')
ORDER BY id
"""
LOAD_FROZEN = f"""
SELECT {FREEZES} FROM wallet_freeze WHERE member_id = ANY($1::uuid[]) AND lifted_at IS NULL
"""
# Two operators may pay under one reference at once, of different members: whoever comes second waits, and then reads.
LOCK_REFERENCE = "SELECT pg_advisory_xact_lock(hashtextextended('payout/' || $1, 0))"
LOAD_PAID = "SELECT reference FROM payout WHERE reference = ANY($1::text[])"

CHANGES = """
UPDATE {table} SET ({columns}) = ROW({news})
FROM jsonb_to_recordset($1::jsonb) AS change (id uuid, {types}) WHERE {table}.id = change.id
"""


@dataclass(slots=True)
class Asked:
    """What the facts of a batch name: rows by id, holds by what they are for, members of whom all that is open counts,
    members whose adjustments count, and references of payments."""

    hold_ids: set[UUID] = field(default_factory=set)
    held_for: set[tuple[UUID, str, str]] = field(default_factory=set)
    holders: set[UUID] = field(default_factory=set)
    adjustment_ids: set[UUID] = field(default_factory=set)
    adjusted: set[UUID] = field(default_factory=set)
    payout_ids: set[UUID] = field(default_factory=set)
    payees: set[UUID] = field(default_factory=set)
    paid_under: set[str] = field(default_factory=set)
    spenders: set[UUID] = field(default_factory=set)


async def load_wallets(connection: Connection, book: WalletBook, asked: Asked, now: datetime, *, lock: bool) -> None:
    """Put what is asked for into the book; the members are locked by the caller, references of payments here."""
    await _load_holds(connection, book, asked)
    await _load_adjustments(connection, book, asked, now)
    if asked.payout_ids or asked.payees:
        for row in await connection.fetch(LOAD_PAYOUTS, list(asked.payout_ids), list(asked.payees)):
            book.payouts.put(Payout(*row))
    if asked.spenders:
        await load_frozen(connection, book, asked.spenders)
    if asked.paid_under:
        for reference in sorted(asked.paid_under) if lock else ():
            await connection.execute(LOCK_REFERENCE, reference)
        book.paid |= {row[0] for row in await connection.fetch(LOAD_PAID, list(asked.paid_under))}


async def load_frozen(connection: Connection, book: WalletBook, member_ids: Collection[UUID]) -> None:
    """Put into the book which of these members are frozen."""
    for row in await connection.fetch(LOAD_FROZEN, list(member_ids)):
        if book.freezes.get(row["id"]) is None:
            book.freezes.put(Freeze(*row))


async def write_wallets(connection: Connection, book: WalletBook) -> None:
    """Write what was entered and changed."""
    await _write(connection, HOLDS, book.holds)
    await _write(connection, ADJUSTMENTS, book.adjustments)
    await _write(connection, PAYOUTS, book.payouts)
    await _write(connection, FREEZES, book.freezes)


async def _load_holds(connection: Connection, book: WalletBook, asked: Asked) -> None:
    if asked.hold_ids or asked.held_for or asked.holders:
        members, units, references = zip(*asked.held_for, strict=True) if asked.held_for else ((), (), ())
        arguments = list(asked.hold_ids), members, units, references, list(asked.holders)
        for row in await connection.fetch(LOAD_HOLDS, *arguments):
            book.holds.put(ValueHold(*row))


async def _load_adjustments(connection: Connection, book: WalletBook, asked: Asked, now: datetime) -> None:
    if asked.adjustment_ids:
        for row in await connection.fetch(LOAD_ADJUSTMENTS, list(asked.adjustment_ids)):
            book.adjustments.put(Adjustment(*row))
    if asked.adjusted:
        for made_by, member_id, unit, amount in await connection.fetch(
            LOAD_ADJUSTED, list(asked.adjusted), now - ADJUSTED_WITHIN
        ):
            book.adjusted[made_by, member_id, unit] = amount


async def _write(connection: Connection, table: Table, records: Records[RecordT]) -> None:
    rows = [tuple(getattr(record, name) for name in table.columns) for record in records.new.values()]
    await append_rows(connection, table.name, table.columns, rows)
    if records.changed:
        types = ", ".join(f"{name} {kind}" for name, kind in table.changing.items())
        news = ", ".join(f"change.{name}" for name in table.changing)
        sql = CHANGES.format(table=table.name, columns=", ".join(table.changing), news=news, types=types)
        names = ("id", *table.changing)
        changed = [{name: getattr(record, name) for name in names} for record in records.changed.values()]
        await connection.execute(sql, orjson.dumps(changed, default=str).decode())
