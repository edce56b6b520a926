"""Finds the members that outside systems name, and makes those who are not known yet, many at a time."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from uuid import UUID

from siyu.db import Connection, array_of, array_of_texts
from siyu.ids import new_id
from siyu.privacy import PHONE_KIND, Vault, find_by_index, seal_phones

# A kind and a value: the name that some system knows a member by.
IdentityKey = tuple[str, str]
# Sets of tags: a file of members has few different ones.
LABELS_REMEMBERED = 1_024

FIND = """
SELECT kind, value, member_id FROM identity
JOIN unnest($1::text::text[], $2::text::text[]) AS wanted (kind, value) USING (kind, value)
"""

# The identity comes first and says who is new, so that a lost race leaves no member behind; the foreign key is
# checked at the end of the statement, when the member is there too. A shop's ladder begins with its lowest tier.
# Answers how many are new: a row each is only needed where others came first.
JOIN = """
WITH wanted AS (
    SELECT * FROM unnest(
        $1::text::uuid[], $2::text::uuid[], $3::text::text[], $4::text::text[], $5::text::text[],
        $6::text::timestamptz[], $7::text::text[], $8::text::text[]
    ) AS wanted (identity_id, member_id, kind, value, nickname, joined_at, tier, tags)
), named AS (
    INSERT INTO identity (id, member_id, kind, value)
    SELECT identity_id, member_id, kind, value FROM wanted
    ON CONFLICT (kind, value) DO NOTHING
    RETURNING member_id
), joined AS (
    INSERT INTO member (id, nickname, joined_at, tier, tags)
    SELECT member_id, nickname, joined_at,
           coalesce(tier, (SELECT base_tier FROM tier_ladder ORDER BY revision DESC LIMIT 1)), tags::text[]
    FROM wanted JOIN named USING (member_id)
)
SELECT count(*) FROM named
"""


@dataclass(frozen=True, slots=True)
class Joiner:
    """Someone a system names: the identity, and what is written down should they be new.

    Who gives tags notes where they are from in the same transaction (`siyu.members.tag_store`).
    """

    kind: str
    value: str
    joined_at: datetime
    nickname: str | None = None
    tier: str | None = None
    tags: tuple[str, ...] = ()

    @property
    def key(self) -> IdentityKey:
        """The identity."""
        return self.kind, self.value


@dataclass(frozen=True, slots=True)
class Joined:
    """The members of identities, and the identities of those who were nobody's before."""

    members: dict[IdentityKey, UUID]
    new: Collection[IdentityKey]


async def ensure_members(
    connection: Connection, joiners: Sequence[Joiner], vault: Vault | None = None
) -> dict[IdentityKey, UUID]:
    """The members of these identities, created where they are not known; existing members stay as they are.

    One identity may come more than once: the earliest of its joiners counts. Safe while other processes do the same,
    at the isolation READ COMMITTED: whoever writes an identity first makes its member, and the others find it. Of a
    phone only its blind index is an identity; the number itself is kept encrypted by the `vault`, which phones need.
    Raises InvalidInput for what is no phone number.
    """
    return (await join_members(connection, joiners, vault)).members


async def join_members(connection: Connection, joiners: Iterable[Joiner], vault: Vault | None = None) -> Joined:
    """The same, and who of them was made by this call."""
    earliest = _earliest(joiners)
    if all(kind != PHONE_KIND for kind, _ in earliest):
        return await _ensure(connection, earliest)
    assert vault is not None, "phones are known by blind indexes, for which a vault is needed"  # noqa: S101 - ours
    async with connection.transaction():
        return await _ensure_phones(connection, earliest, vault)


async def _ensure_phones(connection: Connection, earliest: Mapping[IdentityKey, Joiner], vault: Vault) -> Joined:
    """The same in a transaction of the caller's, where phones are among the identities."""
    phones = await find_by_index(connection, vault, [value for kind, value in earliest if kind == PHONE_KIND])
    known_as = {key: (PHONE_KIND, phones[key[1]].blind.value) if key[0] == PHONE_KIND else key for key in earliest}
    blind = _earliest(replace(joiner, value=known_as[key][1]) for key, joiner in earliest.items())
    joined = await _ensure(connection, blind)
    members = joined.members
    await seal_phones(connection, vault, {members[PHONE_KIND, each.blind.value]: each for each in phones.values()})
    return Joined(
        {key: members[known] for key, known in known_as.items()},
        {key for key, known in known_as.items() if known in joined.new},
    )


async def _ensure(connection: Connection, earliest: Mapping[IdentityKey, Joiner]) -> Joined:
    members = await _find(connection, earliest)
    missing = [earliest[key] for key in sorted(earliest.keys() - members.keys())]
    if not missing:
        return Joined(members, ())
    made = {joiner.key: new_id() for joiner in missing}
    if await _join(connection, missing, made.values()) == len(missing):
        return Joined(members | made, made.keys())
    found = await _find(connection, made)
    return Joined(members | found, {key for key, member_id in found.items() if member_id == made[key]})


def _earliest(joiners: Iterable[Joiner]) -> dict[IdentityKey, Joiner]:
    earliest: dict[IdentityKey, Joiner] = {}
    for joiner in joiners:
        known = earliest.get(joiner.key)
        if known is None or joiner.joined_at < known.joined_at:
            earliest[joiner.key] = joiner
    return earliest


async def _find(connection: Connection, keys: Collection[IdentityKey]) -> dict[IdentityKey, UUID]:
    kinds, values = array_of_texts(kind for kind, _ in keys), array_of_texts(value for _, value in keys)
    return {(row[0], row[1]): row[2] for row in await connection.fetch(FIND, kinds, values)}


async def _join(connection: Connection, joiners: Sequence[Joiner], member_ids: Iterable[UUID]) -> int:
    """Make members with these ids, in order of identity, so that two processes never wait in a circle.

    How many there are: those whose identity was taken meanwhile are not made.
    """
    count: int = await connection.fetchval(
        JOIN,
        array_of([new_id().hex for _ in joiners]),
        array_of([member_id.hex for member_id in member_ids]),
        array_of_texts(joiner.kind for joiner in joiners),
        array_of_texts(joiner.value for joiner in joiners),
        array_of_texts(joiner.nickname for joiner in joiners),
        array_of_texts(joiner.joined_at.isoformat() for joiner in joiners),
        array_of_texts(joiner.tier for joiner in joiners),
        array_of_texts(_labels(joiner.tags) for joiner in joiners),
    )
    return count


@lru_cache(LABELS_REMEMBERED)
def _labels(tags: tuple[str, ...]) -> str:
    return array_of_texts(tags)
