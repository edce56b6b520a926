"""Holds from and to the database, many at a time."""

from collections.abc import Collection, Sequence
from uuid import UUID

from siyu.db import Connection, append_rows
from siyu.ledger.holds import HoldBook, HoldKey, OpenHold

# Keys that decisions see at once beside those of open holds. An older one is found by its unique constraint, and the
# fact is decided again.
KEYS_READ_MAX = 256

LOAD_OPEN = """
SELECT hold.id, campaign_id, member_id, key, unit, amount, reference, created_at FROM hold
JOIN unnest($1::uuid[], $2::uuid[]) AS wanted (campaign_id, member_id) USING (campaign_id, member_id)
WHERE state = 'open'
"""

LOAD_KEYS = f"""
SELECT recent.campaign_id, wanted.member_id, recent.key FROM unnest($1::uuid[]) AS wanted (member_id)
CROSS JOIN LATERAL (
    SELECT campaign_id, key FROM hold WHERE member_id = wanted.member_id ORDER BY id DESC LIMIT {KEYS_READ_MAX}
) AS recent
"""

FIND = """
SELECT campaign_id, member_id, key FROM hold
JOIN unnest($1::uuid[], $2::uuid[], $3::text[]) AS wanted (campaign_id, member_id, key)
    USING (campaign_id, member_id, key)
"""

COLUMNS = (
    "id",
    "campaign_id",
    "member_id",
    "key",
    "unit",
    "amount",
    "reference",
    "state",
    "posted",
    "transfer_id",
    "created_at",
    "ended_at",
)

END = """
UPDATE hold SET state = change.state, posted = change.posted, transfer_id = change.transfer_id, ended_at = change.at
FROM unnest($1::uuid[], $2::text[], $3::bigint[], $4::uuid[], $5::timestamptz[])
    AS change (id, state, posted, transfer_id, at)
WHERE hold.id = change.id
"""


async def load_holds(connection: Connection, book: HoldBook, pairs: Sequence[tuple[UUID, UUID]]) -> None:
    """Put the open holds of these campaigns and members into the book, and their latest keys; the members are locked
    by the caller."""
    campaigns, members = zip(*pairs, strict=True)
    for campaign_id, member_id, key in await connection.fetch(LOAD_KEYS, list(set(members))):
        book.put_key((campaign_id, member_id, key))
    for hold_id, campaign_id, member_id, key, *rest in await connection.fetch(LOAD_OPEN, campaigns, members):
        book.put(OpenHold(hold_id, (campaign_id, member_id, key), *rest))


async def find_hold_keys(connection: Connection, keys: Collection[HoldKey]) -> set[HoldKey]:
    """Which of these keys the database has, however old."""
    campaigns, members, texts = zip(*keys, strict=True) if keys else ((), (), ())
    return {(row[0], row[1], row[2]) for row in await connection.fetch(FIND, campaigns, members, texts)}


async def write_holds(connection: Connection, book: HoldBook) -> None:
    """Write what was opened and ended. A key that is in use after all raises a unique violation."""
    rows = [
        (h.id, *h.key, h.unit, h.amount, h.reference, h.state, h.posted, h.transfer_id, h.created_at, h.ended_at)
        for h in book.new.values()
    ]
    await append_rows(connection, "hold", COLUMNS, rows)
    if book.ended:
        await connection.execute(
            END,
            [hold.id for hold in book.ended],
            [hold.state for hold in book.ended],
            [hold.posted for hold in book.ended],
            [hold.transfer_id for hold in book.ended],
            [hold.ended_at for hold in book.ended],
        )
