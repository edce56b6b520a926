"""The members' locks: whoever decides about a member holds them first, so that facts of one member never overlap."""

from collections.abc import Collection
from uuid import UUID

from siyu.db import Connection, array_of
from siyu.sdk import MemberView

# In one order for every process, so that two batches never wait for each other in a circle. Answers with places in
# what was asked for: cheaper than ids, which are slow to decode and to hash.
LOCK = """
SELECT place - 1, joined_at, erased_at IS NOT NULL FROM unnest($1::text::uuid[]) WITH ORDINALITY AS wanted (id, place)
JOIN member USING (id) ORDER BY id FOR NO KEY UPDATE OF member
"""

READ = "SELECT id, joined_at FROM member WHERE id = ANY($1::uuid[]) AND erased_at IS NULL"


async def lock_members(connection: Connection, member_ids: Collection[UUID]) -> dict[UUID, MemberView]:
    """Lock these members until the transaction ends; those who do not exist, or are erased, are missing from the
    answer."""
    members, erased = await lock_all(connection, member_ids)
    return {member_id: view for member_id, view in members.items() if member_id not in erased} if erased else members


async def lock_all(
    connection: Connection, member_ids: Collection[UUID]
) -> tuple[dict[UUID, MemberView], Collection[UUID]]:
    """The same with those who are erased, and who they are: what they left open is still settled."""
    wanted = list(member_ids)
    rows = await connection.fetch(LOCK, array_of([member_id.hex for member_id in wanted]))
    members = {wanted[place]: MemberView(wanted[place], joined_at) for place, joined_at, _ in rows}
    return members, {wanted[place] for place, _, is_erased in rows if is_erased}


async def read_members(connection: Connection, member_ids: Collection[UUID]) -> dict[UUID, MemberView]:
    """The same without a lock, for those who decide nothing."""
    return {row[0]: MemberView(*row) for row in await connection.fetch(READ, list(member_ids))}
