"""Wallets and their entries as they are read, for many members at once."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from siyu.db import Pool
from siyu.paging import Page, cut_page


@dataclass(frozen=True, slots=True)
class EntryRow:
    """One movement in a member's wallet: `amount` is signed, `balance` what the wallet held after it."""

    id: UUID
    at: datetime
    amount: int
    balance: int
    kind: str
    reference: str | None
    campaign_id: UUID | None
    purpose: str | None
    fact_id: UUID | None
    fact_type: str | None
    fact_at: datetime | None


# A member, a unit and the moment before which it expires.
ExpiringWanted = tuple[UUID, str, datetime]


@dataclass(frozen=True, slots=True)
class EntriesWanted:
    """A page of one wallet's entries, newest first: those older than `after`."""

    member_id: UUID
    unit: str
    limit: int
    after: UUID | None


# Without what has expired and is not booked out yet.
BALANCES = """
SELECT member_id, unit, balance - coalesce(
    (SELECT sum(remaining)::bigint FROM lot WHERE account_id = account.id AND NOT closed AND expires_at <= $2), 0)
FROM account WHERE member_id = ANY($1::uuid[])
"""

HELD = """
SELECT member_id, unit, sum(amount)::bigint FROM hold
WHERE member_id = ANY($1::uuid[]) AND state = 'open' GROUP BY member_id, unit
"""

EXPIRING = """
SELECT coalesce((
    SELECT sum(remaining) FROM account JOIN lot ON lot.account_id = account.id
    WHERE account.member_id = wanted.member_id AND account.unit = wanted.unit
        AND expires_at > $4 AND expires_at <= wanted.moment
), 0)::bigint
FROM unnest($1::uuid[], $2::text[], $3::timestamptz[])
    WITH ORDINALITY AS wanted (member_id, unit, moment, place)
ORDER BY place
"""

# Each half is a range of its index, read only as far as the page reaches.
PAGES = """
SELECT wanted.place, page.id, page.at, page.amount, page.member_balance, page.kind, page.reference,
       issuer.campaign_id, issuer.purpose, fact.id, fact.type, fact.at
FROM unnest($1::uuid[], $2::text[], $3::int[], $4::uuid[])
    WITH ORDINALITY AS wanted (member_id, unit, size, newest, place)
JOIN account ON account.member_id = wanted.member_id AND account.unit = wanted.unit
CROSS JOIN LATERAL (
    (SELECT id, at, amount, member_balance, kind, reference, fact_id, debit_id AS issuer_id FROM transfer
     WHERE credit_id = account.id AND (wanted.newest IS NULL OR id < wanted.newest)
     ORDER BY id DESC LIMIT wanted.size)
    UNION ALL
    (SELECT id, at, -amount, member_balance, kind, reference, fact_id, credit_id FROM transfer
     WHERE debit_id = account.id AND (wanted.newest IS NULL OR id < wanted.newest)
     ORDER BY id DESC LIMIT wanted.size)
    ORDER BY id DESC LIMIT wanted.size
) AS page
JOIN account AS issuer ON issuer.id = page.issuer_id
LEFT JOIN fact ON fact.id = page.fact_id
ORDER BY wanted.place, page.id DESC
"""


async def expiring(pool: Pool, now: datetime, wanted: Sequence[ExpiringWanted]) -> list[int]:
    """What of each wallet can be spent now and will have expired by the moment given, in their order."""
    members, units, moments = zip(*wanted, strict=True)
    return [row[0] for row in await pool.fetch(EXPIRING, members, units, moments, now)]


async def held(pool: Pool, member_ids: Collection[UUID]) -> dict[tuple[UUID, str], int]:
    """What campaigns hold open for the members, by member and unit; nothing held is missing."""
    return {(row[0], row[1]): row[2] for row in await pool.fetch(HELD, list(member_ids))}


async def balances(pool: Pool, member_ids: Collection[UUID], now: datetime) -> dict[tuple[UUID, str], int]:
    """What the members can spend by member and unit; a wallet that nothing has been paid into yet is missing."""
    return {(row[0], row[1]): row[2] for row in await pool.fetch(BALANCES, list(member_ids), now)}


async def entry_pages(pool: Pool, wanted: Sequence[EntriesWanted]) -> list[Page[EntryRow]]:
    """The wanted pages, in their order, with one statement."""
    pages: list[list[EntryRow]] = [[] for _ in wanted]
    records = await pool.fetch(
        PAGES,
        [page.member_id for page in wanted],
        [page.unit for page in wanted],
        [page.limit + 1 for page in wanted],
        [page.after for page in wanted],
    )
    for place, *row in records:
        pages[place - 1].append(EntryRow(*row))
    return [cut_page(rows, page.limit) for rows, page in zip(pages, wanted, strict=True)]
