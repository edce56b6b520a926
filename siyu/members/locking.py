"""The members' locks: whoever decides about a member holds them first, so that facts of one member never overlap."""

from collections.abc import Collection
from uuid import UUID

from siyu.db import Connection
from siyu.sdk import MemberView

# In one order for every process, so that two batches never wait for each other in a circle.
LOCK = "SELECT id, joined_at FROM member WHERE id = ANY($1::uuid[]) ORDER BY id FOR NO KEY UPDATE"


async def lock_members(connection: Connection, member_ids: Collection[UUID]) -> dict[UUID, MemberView]:
    """Lock these members until the transaction ends; those who do not exist are missing from the answer."""
    return {row[0]: MemberView(row[0], row[1]) for row in await connection.fetch(LOCK, member_ids)}
