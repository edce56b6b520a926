"""Accounts and transfers from and to the database, many at a time: the only code that writes value."""

from collections.abc import Collection, Sequence
from uuid import UUID

from siyu.db import Connection, append_rows, array_of
from siyu.ledger.book import Book
from siyu.ledger.debts import DebtAccount
from siyu.ledger.lots import MemberAccount
from siyu.ledger.transfers import OpenGrant, Transfer

# Lots that nothing is left of need not be known: a grant finds one of them by its id.
LOAD_LOTS = """
SELECT account.member_id, account.unit, CASE WHEN expires_at > $2 THEN expires_at END, sum(remaining)::bigint
FROM account JOIN lot ON lot.account_id = account.id
WHERE account.member_id = ANY(ARRAY(SELECT unnest($1::text::uuid[]))) AND remaining > 0
GROUP BY 1, 2, 3
"""

# Answers with places in what was asked for: cheaper than ids, which are slow to decode and to hash.
LOAD_ACCOUNTS = """
SELECT place - 1, id, unit, balance FROM unnest($1::text::uuid[]) WITH ORDINALITY AS wanted (member_id, place)
JOIN account USING (member_id)
"""

LOAD_DEBTS = """
SELECT id, debtor_id, unit, balance FROM account WHERE debtor_id = ANY(ARRAY(SELECT unnest($1::text::uuid[])))
"""

# What is left of the transfers of a kind under some references. An account of the shop's own owns itself.
LEFT = """
SELECT coalesce(issuer.campaign_id, issuer.id), owner.member_id, given.unit, given.reference, given.id,
       (given.amount - coalesce((SELECT sum(amount) FROM transfer WHERE reverses_id = given.id), 0))::bigint,
       given.at, lot.expires_at
FROM transfer given LEFT JOIN lot ON lot.id = given.lot_id
JOIN account issuer ON issuer.id = given.{issuer}
JOIN account owner ON owner.id = given.{owner}
WHERE given.{issuer} = ANY($1::uuid[]) AND given.reference = ANY($2::text[]) AND given.kind = '{kind}'
    AND owner.member_id = ANY($3::uuid[])
ORDER BY given.id
"""
LOAD_GRANTS = LEFT.format(kind="grant", issuer="debit_id", owner="credit_id")
LOAD_SPENDS = LEFT.format(kind="spend", issuer="credit_id", owner="debit_id")

OPEN_ACCOUNTS = """
INSERT INTO account (id, {owner}, unit, balance)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::bigint[])
"""
OPEN_WALLETS, OPEN_DEBTS = OPEN_ACCOUNTS.format(owner="member_id"), OPEN_ACCOUNTS.format(owner="debtor_id")

CHANGE_BALANCES = """
UPDATE account SET balance = account.balance + change.delta
FROM unnest($1::text::uuid[], $2::text::bigint[]) AS change (id, delta)
WHERE account.id = change.id
"""

OPEN_LOTS = """
INSERT INTO lot (id, account_id, expires_at, remaining)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::bigint[])
ON CONFLICT (id) DO UPDATE SET remaining = lot.remaining + EXCLUDED.remaining, closed = false
"""

CHANGE_LOTS = """
UPDATE lot SET remaining = lot.remaining + change.delta
FROM unnest($1::text::uuid[], $2::text::bigint[]) AS change (id, delta)
WHERE lot.id = change.id
"""

OPEN_ISSUERS = "INSERT INTO account (id, campaign_id, unit) SELECT gen_random_uuid(), $1, key FROM unit"

# The fields of Transfer in their order; its last, the member, is no column.
TRANSFER_COLUMNS = Transfer._fields[:-1]


async def load_accounts(connection: Connection, book: Book, member_ids: Collection[UUID]) -> None:
    """Put the members' accounts and lots into the book; the members are locked by the caller."""
    wanted = list(member_ids)
    rows = await connection.fetch(LOAD_ACCOUNTS, array_of([member_id.hex for member_id in wanted]))
    for place, account_id, unit, balance in rows:
        book.put_account(MemberAccount(account_id, wanted[place], unit, balance, now=book.now))
    if book.has_lots:
        lots = await connection.fetch(LOAD_LOTS, array_of([member_id.hex for member_id in wanted]), book.now)
        for member_id, unit, expires_at, left in lots:
            book.put_lot(member_id, unit, expires_at, left)
    if book.has_debts:
        for row in await connection.fetch(LOAD_DEBTS, array_of([member_id.hex for member_id in wanted])):
            book.put_debt(DebtAccount(*row))


async def load_grants(
    connection: Connection,
    book: Book,
    issuer_ids: Collection[UUID],
    references: Collection[str],
    member_ids: Collection[UUID],
) -> None:
    """Put what is left of these campaigns' grants to these members under the references into the book, oldest first."""
    for row in await connection.fetch(LOAD_GRANTS, issuer_ids, references, member_ids):
        book.put_grant(row[:4], OpenGrant(*row[4:]))


async def load_spends(
    connection: Connection,
    book: Book,
    issuer_ids: Collection[UUID],
    references: Collection[str],
    member_ids: Collection[UUID],
) -> None:
    """Put what is left of what these campaigns took from these members under the references into the book, oldest
    first."""
    for row in await connection.fetch(LOAD_SPENDS, issuer_ids, references, member_ids):
        book.put_spend(row[:4], OpenGrant(*row[4:]))


async def write_book(connection: Connection, book: Book) -> None:
    """Write balances and transfers. The database itself refuses a balance below zero."""
    changed = book.changed_accounts()
    opened = [account for account in changed if account.is_new]
    if opened:
        await connection.execute(
            OPEN_WALLETS,
            [account.id for account in opened],
            [account.member_id for account in opened],
            [account.unit for account in opened],
            [account.balance for account in opened],
        )
    known = [account for account in changed if not account.is_new]
    if known:
        ids, deltas = [account.id.hex for account in known], [str(account.delta) for account in known]
        await connection.execute(CHANGE_BALANCES, array_of(ids), array_of(deltas))
    if book.has_lots:
        await _write_lots(connection, changed)
    if book.has_debts:
        await _write_debts(connection, book.changed_debts())
    await append_rows(connection, "transfer", TRANSFER_COLUMNS, [transfer[:-1] for transfer in book.transfers])


async def _write_debts(connection: Connection, debts: Sequence[DebtAccount]) -> None:
    new = [(debt.id, debt.member_id, debt.unit, debt.owed) for debt in debts if debt.is_new]
    if new:
        await connection.execute(OPEN_DEBTS, *(list(column) for column in zip(*new, strict=True)))
    known = [debt for debt in debts if not debt.is_new]
    if known:
        ids, deltas = [debt.id.hex for debt in known], [str(debt.delta) for debt in known]
        await connection.execute(CHANGE_BALANCES, array_of(ids), array_of(deltas))


async def _write_lots(connection: Connection, accounts: Sequence[MemberAccount]) -> None:
    """In one order for every process, though the members' locks see to it that nobody else is at them but an expiry."""
    changed = sorted(
        ((account.id, lot) for account in accounts for lot in account.changed_lots()), key=lambda one: one[1].id.bytes
    )
    new = [(lot.id, account_id, lot.expires_at, lot.delta) for account_id, lot in changed if not lot.is_known]
    if new:
        await connection.execute(OPEN_LOTS, *(list(column) for column in zip(*new, strict=True)))
    known = [lot for _, lot in changed if lot.is_known]
    if known:
        ids, deltas = [lot.id.hex for lot in known], [str(lot.delta) for lot in known]
        await connection.execute(CHANGE_LOTS, array_of(ids), array_of(deltas))


async def open_issuer_accounts(connection: Connection, campaign_id: UUID) -> None:
    """Give a new campaign the accounts it pays from, one for each unit."""
    await connection.execute(OPEN_ISSUERS, campaign_id)
