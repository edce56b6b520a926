"""Finds the members that outside systems name, and makes those who are not known yet, many at a time."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from siyu.db import Connection
from siyu.ids import new_id

# A kind and a value: the name that some system knows a member by.
IdentityKey = tuple[str, str]

FIND = """
SELECT kind, value, member_id FROM identity
JOIN unnest($1::text[], $2::text[]) AS wanted (kind, value) USING (kind, value)
"""

# The identity comes first and says who is new, so that a lost race leaves no member behind; the foreign key is
# checked at the end of the statement, when the member is there too. A shop's ladder begins with its lowest tier.
JOIN = """
WITH wanted AS (
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::timestamptz[])
        AS wanted (identity_id, member_id, kind, value, nickname, joined_at)
), named AS (
    INSERT INTO identity (id, member_id, kind, value)
    SELECT identity_id, member_id, kind, value FROM wanted
    ON CONFLICT (kind, value) DO NOTHING
    RETURNING kind, value, member_id
), joined AS (
    INSERT INTO member (id, nickname, joined_at, tier)
    SELECT member_id, nickname, joined_at, (SELECT base_tier FROM tier_ladder ORDER BY revision DESC LIMIT 1)
    FROM wanted JOIN named USING (member_id)
)
SELECT kind, value, member_id FROM named
"""


@dataclass(frozen=True, slots=True)
class Joiner:
    """Someone a system names: the identity, and what is written down should they be new."""

    kind: str
    value: str
    joined_at: datetime
    nickname: str | None = None

    @property
    def key(self) -> IdentityKey:
        """The identity."""
        return self.kind, self.value


async def ensure_members(connection: Connection, joiners: Sequence[Joiner]) -> dict[IdentityKey, UUID]:
    """The members of these identities, created where they are not known; existing members stay as they are.

    One identity may come more than once: the earliest of its joiners counts. Safe while other processes do the same,
    at the isolation READ COMMITTED: whoever writes an identity first makes its member, and the others find it.
    """
    earliest = _earliest(joiners)
    members = await _find(connection, earliest)
    missing = [joiner for key, joiner in sorted(earliest.items()) if key not in members]
    if missing:
        members |= await _join(connection, missing)
    lost = [joiner.key for joiner in missing if joiner.key not in members]
    if lost:
        members |= await _find(connection, lost)
    return members


def _earliest(joiners: Iterable[Joiner]) -> dict[IdentityKey, Joiner]:
    earliest: dict[IdentityKey, Joiner] = {}
    for joiner in joiners:
        known = earliest.get(joiner.key)
        if known is None or joiner.joined_at < known.joined_at:
            earliest[joiner.key] = joiner
    return earliest


async def _find(connection: Connection, keys: Collection[IdentityKey]) -> dict[IdentityKey, UUID]:
    kinds, values = [kind for kind, _ in keys], [value for _, value in keys]
    return {(row[0], row[1]): row[2] for row in await connection.fetch(FIND, kinds, values)}


async def _join(connection: Connection, joiners: Sequence[Joiner]) -> dict[IdentityKey, UUID]:
    """Make these members; they come in order of identity, so that two processes never wait in a circle."""
    rows = await connection.fetch(
        JOIN,
        [new_id() for _ in joiners],
        [new_id() for _ in joiners],
        [joiner.kind for joiner in joiners],
        [joiner.value for joiner in joiners],
        [joiner.nickname for joiner in joiners],
        [joiner.joined_at for joiner in joiners],
    )
    return {(row[0], row[1]): row[2] for row in rows}
