"""The members' locks: whoever decides about a member holds them first, so that facts of one member never overlap."""

from collections.abc import Collection, Sequence
from uuid import UUID

import asyncpg

from siyu.db import Connection, array_of
from siyu.errors import NotFound
from siyu.members.kinship import NO_KIN, Kin, Place
from siyu.sdk import MemberView

# In one order for every process, so that two batches never wait for each other in a circle. Answers with places in
# what was asked for: cheaper than ids, which are slow to decode and to hash.
LOCK = """
SELECT place - 1, joined_at, linked, erased_at IS NOT NULL
FROM unnest($1::text::uuid[]) WITH ORDINALITY AS wanted (id, place)
JOIN member USING (id) ORDER BY id FOR NO KEY UPDATE OF member
"""

# In the same order; the first ones of a person are locked already.
READ_KIN = """
SELECT id, joined_at, merged_into, place_at, erased_at IS NOT NULL FROM member
WHERE id IN (SELECT coalesce(merged_into, id) FROM member WHERE id = ANY($1::uuid[]))
    OR merged_into IN (SELECT coalesce(merged_into, id) FROM member WHERE id = ANY($1::uuid[]))
ORDER BY id
"""
LOCK_KIN = f"{READ_KIN} FOR NO KEY UPDATE"

LINKED = "SELECT id FROM member WHERE id = ANY($1::uuid[]) AND linked"
READ = "SELECT id, joined_at FROM member WHERE id = ANY($1::uuid[]) AND erased_at IS NULL"


async def lock_members(connection: Connection, member_ids: Collection[UUID]) -> dict[UUID, MemberView]:
    """Lock these members until the transaction ends; those who do not exist, or are erased, are missing from the
    answer."""
    wanted = list(member_ids)
    rows = await connection.fetch(LOCK, array_of([member_id.hex for member_id in wanted]))
    return {wanted[place]: MemberView(wanted[place], joined) for place, joined, _, is_erased in rows if not is_erased}


async def lock_persons(
    connection: Connection, member_ids: Collection[UUID]
) -> tuple[dict[UUID, MemberView], Kin, Collection[UUID]]:
    """Lock these members, and whoever is one person with them, until the transaction ends.

    Those who do not exist are missing from the answer. The last are those who are erased: what they left open is still
    settled.
    """
    wanted = list(member_ids)
    rows = await connection.fetch(LOCK, array_of([member_id.hex for member_id in wanted]))
    members = {wanted[place]: MemberView(wanted[place], joined_at) for place, joined_at, _, _ in rows}
    erased = {wanted[place] for place, _, _, is_erased in rows if is_erased}
    linked = [wanted[place] for place, _, is_linked, _ in rows if is_linked]
    if not linked:
        return members, NO_KIN, erased
    kin = _kin(rows := await connection.fetch(LOCK_KIN, linked))
    members |= {row[0]: MemberView(row[0], row[1]) for row in rows}
    return members, kin, erased | {row[0] for row in rows if row[4]}


async def lock_person(connection: Connection, member_id: UUID) -> UUID:
    """Lock whoever stands for the member, with all who are one person with them, until the transaction ends: whoever
    asks first who that is, and then locks, writes to one who has been merged meanwhile.

    Raises NotFound, for who is erased too: nothing is known of them any more.
    """
    members, kin, erased = await lock_persons(connection, [member_id])
    if member_id not in members or member_id in erased:
        raise NotFound("there is no such member")
    return kin.person(member_id)


async def read_kin(connection: Connection, member_ids: Collection[UUID]) -> Kin:
    """Who is one person with these members, without a lock."""
    linked = [row[0] for row in await connection.fetch(LINKED, list(member_ids))]
    return _kin(await connection.fetch(READ_KIN, linked)) if linked else NO_KIN


def _kin(rows: Sequence[asyncpg.Record]) -> Kin:
    roots: dict[UUID, UUID] = {}
    absorbed: dict[UUID, list[UUID]] = {}
    places: dict[UUID, Place] = {}
    for member_id, _, merged_into, place_at, _ in rows:
        places[member_id] = place_at, member_id
        if merged_into is not None:
            roots[member_id] = merged_into
            absorbed.setdefault(merged_into, []).append(member_id)
    return Kin(roots, absorbed, places)


async def read_members(connection: Connection, member_ids: Collection[UUID]) -> dict[UUID, MemberView]:
    """The same without a lock, for those who decide nothing."""
    return {row[0]: MemberView(*row) for row in await connection.fetch(READ, list(member_ids))}
