"""Finds the members that outside systems name, and makes those who are not known yet, many at a time."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from siyu.db import Connection
from siyu.ids import new_id
from siyu.privacy import PHONE_KIND, Vault, find_by_index, seal_phones

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


async def ensure_members(
    connection: Connection, joiners: Sequence[Joiner], vault: Vault | None = None
) -> dict[IdentityKey, UUID]:
    """The members of these identities, created where they are not known; existing members stay as they are.

    One identity may come more than once: the earliest of its joiners counts. Safe while other processes do the same,
    at the isolation READ COMMITTED: whoever writes an identity first makes its member, and the others find it. Of a
    phone only its blind index is an identity; the number itself is kept encrypted by the `vault`, which phones need.
    Raises InvalidInput for what is no phone number.
    """
    earliest = _earliest(joiners)
    if all(kind != PHONE_KIND for kind, _ in earliest):
        return await _ensure(connection, earliest)
    assert vault is not None, "phones are known by blind indexes, for which a vault is needed"  # noqa: S101 - ours
    async with connection.transaction():
        return await _ensure_phones(connection, earliest, vault)


async def _ensure_phones(
    connection: Connection, earliest: Mapping[IdentityKey, Joiner], vault: Vault
) -> dict[IdentityKey, UUID]:
    """The same in a transaction of the caller's, where phones are among the identities."""
    phones = await find_by_index(connection, vault, [value for kind, value in earliest if kind == PHONE_KIND])
    known_as = {key: (PHONE_KIND, phones[key[1]].blind.value) if key[0] == PHONE_KIND else key for key in earliest}
    blind = _earliest(replace(joiner, value=known_as[key][1]) for key, joiner in earliest.items())
    members = await _ensure(connection, blind)
    await seal_phones(connection, vault, {members[PHONE_KIND, each.blind.value]: each for each in phones.values()})
    return {key: members[known] for key, known in known_as.items()}


async def _ensure(connection: Connection, earliest: Mapping[IdentityKey, Joiner]) -> dict[IdentityKey, UUID]:
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
