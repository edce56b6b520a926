"""Issued rewards from and to the database, many at a time."""

from collections.abc import Collection
from uuid import UUID

from siyu.db import Connection, append_rows, array_of
from siyu.rewards.book import RewardBook, RewardKey

# Keys that decisions see at once. An older one is found by its unique constraint, and the fact is decided again.
KEYS_READ_MAX = 256

LOAD = f"""
SELECT recent.campaign_id, wanted.member_id, recent.key FROM unnest($1::text::uuid[]) AS wanted (member_id)
CROSS JOIN LATERAL (
    SELECT campaign_id, key FROM issued_reward WHERE member_id = wanted.member_id ORDER BY id DESC LIMIT {KEYS_READ_MAX}
) AS recent
"""

FIND = """
SELECT campaign_id, member_id, key FROM issued_reward
JOIN unnest($1::uuid[], $2::uuid[], $3::text[]) AS wanted (campaign_id, member_id, key)
    USING (campaign_id, member_id, key)
"""

COLUMNS = ("id", "campaign_id", "member_id", "key", "reward", "state", "issued_at", "revoked_at")

REVOKE = """
UPDATE issued_reward SET state = 'revoked', revoked_at = wanted.at
FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::timestamptz[]) AS wanted (campaign_id, member_id, key, at)
WHERE issued_reward.campaign_id = wanted.campaign_id AND issued_reward.member_id = wanted.member_id
    AND issued_reward.key = wanted.key AND state = 'issued'
"""


async def load_rewards(connection: Connection, book: RewardBook, member_ids: Collection[UUID]) -> None:
    """Make the members' latest keys known; the members are locked by the caller."""
    for row in await connection.fetch(LOAD, array_of([member_id.hex for member_id in member_ids])):
        book.put_key((row[0], row[1], row[2]))


async def find_reward_keys(connection: Connection, keys: Collection[RewardKey]) -> set[RewardKey]:
    """Which of these keys the database has, however old."""
    if not keys:
        return set()
    campaigns, members, texts = zip(*keys, strict=True)
    return {(row[0], row[1], row[2]) for row in await connection.fetch(FIND, campaigns, members, texts)}


async def write_rewards(connection: Connection, book: RewardBook) -> None:
    """Write what was issued and revoked. A key that is in use after all raises a unique violation."""
    if book.revoked:
        # First, and so never what the same batch issued for the key afterwards.
        campaigns, members, texts = zip(*book.revoked, strict=True)
        await connection.execute(REVOKE, campaigns, members, texts, list(book.revoked.values()))
    rows = [
        (new.id, *new.key, new.reward, "revoked" if new.revoked_at else "issued", new.issued_at, new.revoked_at)
        for new in book.new.values()
    ]
    await append_rows(connection, "issued_reward", COLUMNS, rows)
