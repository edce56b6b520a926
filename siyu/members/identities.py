"""The names by which systems know a member: bound, found and taken away."""

from collections.abc import Collection
from typing import NamedTuple
from uuid import UUID

from siyu.db import Pool
from siyu.errors import IdentityTaken, InvalidInput, NotFound, Problem
from siyu.ids import new_id
from siyu.inputs import check_text
from siyu.members.locking import lock_person
from siyu.members.service import IDENTITY_KIND_LENGTH_MAX, IDENTITY_VALUE_LENGTH_MAX
from siyu.privacy import PHONE_KIND

# Of a person; a merge may bring more.
IDENTITIES_MAX = 50

OF_MEMBERS = """
SELECT asked.id, identity.id, kind, value FROM unnest($1::uuid[]) AS asked (id)
JOIN member ON member.id = asked.id JOIN identity ON identity.member_id = coalesce(member.merged_into, member.id)
ORDER BY kind, value
"""
COUNT = "SELECT count(*) FROM identity WHERE member_id = $1"
BIND = "INSERT INTO identity (id, member_id, kind, value) VALUES ($1, $2, $3, $4) ON CONFLICT (kind, value) DO NOTHING"
OWNER = "SELECT member_id FROM identity WHERE kind = $1 AND value = $2"
UNBIND = "DELETE FROM identity WHERE member_id = $1 AND kind = $2 AND value = $3"


class Identity(NamedTuple):
    """An identity."""

    id: UUID
    kind: str
    value: str


async def identities_of(pool: Pool, member_ids: Collection[UUID]) -> dict[UUID, list[Identity]]:
    """What these members are known by."""
    found: dict[UUID, list[Identity]] = {}
    for member_id, *identity in await pool.fetch(OF_MEMBERS, list(member_ids)):
        found.setdefault(member_id, []).append(Identity(*identity))
    return found


async def bind_identity(pool: Pool, member_id: UUID, kind: str, value: str) -> UUID:
    """Let the member be known by it, too; nothing happens where they are already. Answers with the member, or with whom
    they were merged into.

    Raises InvalidInput, NotFound, and IdentityTaken where another member has it.
    """
    kind, value = _checked(kind, value)
    async with pool.acquire() as connection, connection.transaction():
        person_id = await lock_person(connection, member_id)
        if await connection.fetchval(OWNER, kind, value) == person_id:
            return person_id
        if await connection.fetchval(COUNT, person_id) >= IDENTITIES_MAX:
            raise InvalidInput([Problem(("identity",), f"a member has at most {IDENTITIES_MAX} identities")])
        if await connection.execute(BIND, new_id(), person_id, kind, value) == "INSERT 0 0":
            owner: UUID = await connection.fetchval(OWNER, kind, value)
            if owner != person_id:
                raise IdentityTaken(owner)
    return person_id


async def unbind_identity(pool: Pool, member_id: UUID, kind: str, value: str) -> UUID:
    """Let the member be known by it no more. Raises InvalidInput for their only one, and NotFound."""
    kind, value = _checked(kind, value)
    async with pool.acquire() as connection, connection.transaction():
        person_id = await lock_person(connection, member_id)
        if await connection.fetchval(OWNER, kind, value) != person_id:
            raise NotFound("the member has no such identity")
        if await connection.fetchval(COUNT, person_id) == 1:
            raise InvalidInput([Problem(("identity",), "is the member's only one, without which nobody finds them")])
        await connection.execute(UNBIND, person_id, kind, value)
    return person_id


def _checked(kind: str, value: str) -> tuple[str, str]:
    kind = check_text(kind, ("identity", "kind"), IDENTITY_KIND_LENGTH_MAX)
    if kind == PHONE_KIND:
        # What is kept of a number is its blind index, which follows from the member's personal data.
        raise InvalidInput([Problem(("identity", "kind"), "a phone number is changed with the personal data")])
    return kind, check_text(value, ("identity", "value"), IDENTITY_VALUE_LENGTH_MAX)
