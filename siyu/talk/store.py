"""Which groups there are, and which of them buyers are in, for many facts with one statement."""

from collections.abc import Collection
from uuid import UUID

from siyu.db import Connection, array_of
from siyu.orders import OrderBook
from siyu.talk.chats import Chats

GROUP_IDS = "SELECT key, id FROM community WHERE key = ANY($1::text[])"
STAYS = """
SELECT member_id, community_id, joined_at FROM membership
WHERE member_id = ANY(ARRAY(SELECT unnest($1::text::uuid[]))) AND left_at IS NULL AND role <> 'bot'
ORDER BY member_id, joined_at, community_id
"""


async def load_chats(connection: Connection, chats: Chats, keys: Collection[str]) -> None:
    """Make the groups of these keys known."""
    chats.is_loaded = True
    for key, group_id in await connection.fetch(GROUP_IDS, sorted(keys)) if keys else ():
        chats.ids[key] = group_id


async def load_stays(connection: Connection, orders: OrderBook, member_ids: Collection[UUID]) -> None:
    """Make known which groups these members are in, and since when; the caller holds their locks."""
    for member_id, group_id, joined_at in await connection.fetch(STAYS, array_of(each.hex for each in member_ids)):
        orders.stay(member_id, group_id, joined_at)
