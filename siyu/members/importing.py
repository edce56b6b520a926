"""What imports give to members: a tier, tags and attributes, many members at a time; newcomers join with them."""

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from siyu.db import Connection, Pool, array_of, array_of_texts
from siyu.features import leave_touched
from siyu.members.attributes import ATTRIBUTES_MAX, AttributeChange, add_attributes, set_attributes
from siyu.members.joining import IdentityKey, Joiner, join_members
from siyu.members.locking import lock_persons
from siyu.members.tag_store import note_newcomers, write_tags
from siyu.members.tags import TagChange, TagFamily
from siyu.privacy import Vault
from siyu.sdk.audience import LABELS_MAX

SET_BY = "import"
# Connections that write newcomers at the same time: PostgreSQL takes longer for a member than we do.
LANES = 2
# Fewer members are not worth another transaction.
LANE_MEMBERS_MIN = 250

SET_TIERS = """
UPDATE member SET tier = given.tier FROM unnest($1::text::uuid[], $2::text::varchar[]) AS given (id, tier)
WHERE member.id = given.id AND member.tier IS DISTINCT FROM given.tier RETURNING member.id
"""
WITH_TOO_MANY_TAGS = """
SELECT member.id FROM unnest($1::text::uuid[], $2::text::text[]) AS given (id, tags) JOIN member USING (id)
WHERE cardinality(ARRAY(SELECT unnest(member.tags) UNION SELECT unnest(given.tags::text[]))) > $3
"""
WITH_TOO_MANY_ATTRIBUTES = """
SELECT given.member_id FROM (
    SELECT member_id, array_agg(key) AS keys
    FROM unnest($1::text::uuid[], $2::text::text[]) AS each (member_id, key) GROUP BY member_id
) AS given
WHERE cardinality(keys) + (
    SELECT count(*) FROM member_attribute AS had WHERE had.member_id = given.member_id AND had.key <> ALL (keys)
) > $3
"""


@dataclass(frozen=True, slots=True)
class Given:
    """What is checked already: tags are added to those there are, a tier and attributes replace."""

    tier: str | None = None
    tags: tuple[str, ...] = ()
    attributes: tuple[AttributeChange, ...] = ()

    def is_something(self) -> bool:
        """Whether anything is given."""
        return bool(self.tier or self.tags or self.attributes)

    def then(self, later: "Given") -> "Given":
        """Both, of which the later one counts."""
        attributes = {each.key: each for each in (*self.attributes, *later.attributes)}
        return Given(
            later.tier or self.tier, tuple(dict.fromkeys((*self.tags, *later.tags))), tuple(attributes.values())
        )


class Arrival(NamedTuple):
    """Whom an import names, and what it has for them."""

    joiner: Joiner
    given: Given


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What has become of arrivals, by their places: who joined, and who was given nothing: it was too much."""

    new: set[int] = field(default_factory=set)
    too_many: set[int] = field(default_factory=set)


async def take_in(pool: Pool, vault: Vault, arrivals: Sequence[Arrival], now: datetime) -> TakenIn:
    """Make members of those who are none yet, and give all of them what the import has for them.

    Who joins does it with what the first of their rows gives, in one transaction; all other rows give in their order.
    """
    first: dict[IdentityKey, int] = {}
    joiners: dict[IdentityKey, Joiner] = {}
    for place, (joiner, _) in enumerate(arrivals):
        key = joiner.key
        if first.setdefault(key, place) == place:
            joiners[key] = joiner
        elif joiner.joined_at < joiners[key].joined_at:
            joiners[key] = replace(joiner, tier=joiners[key].tier, tags=joiners[key].tags)
    newcomers = [Arrival(joiner, arrivals[first[key]].given) for key, joiner in joiners.items()]
    size = max(LANE_MEMBERS_MIN, -(-len(newcomers) // LANES))
    lanes = [newcomers[start : start + size] for start in range(0, len(newcomers), size)]
    # Without a group of tasks, which would raise a group of errors; all of them end before one is raised.
    joined = await asyncio.gather(*(_join(pool, vault, lane, now) for lane in lanes), return_exceptions=True)
    members: dict[IdentityKey, UUID] = {}
    taken = TakenIn()
    for each in joined:
        if isinstance(each, BaseException):
            raise each
        members |= each[0]
        taken.new.update(first[key] for key in each[1])
    rest = [(place, members[joiner.key], given) for place, (joiner, given) in enumerate(arrivals)]
    gifts = [gift for gift in rest if gift[0] not in taken.new and gift[2].is_something()]
    if gifts:
        async with pool.acquire() as connection, connection.transaction():
            taken.too_many.update(await _give(connection, gifts, now))
    return taken


async def _join(
    pool: Pool, vault: Vault, arrivals: Sequence[Arrival], now: datetime
) -> tuple[Mapping[IdentityKey, UUID], Collection[IdentityKey]]:
    """The members of arrivals with one identity each, and the identities of those who joined, with what they are given.

    They lock identities in their order, and nothing of anybody else's afterwards: so nobody waits in a circle.
    """
    async with pool.acquire() as connection, connection.transaction():
        joined = await join_members(connection, [arrival.joiner for arrival in arrivals], vault)
        members, new = joined.members, joined.new
        given = {members[joiner.key]: given for joiner, given in arrivals if joiner.key in new}
        tags = {member_id: each.tags for member_id, each in given.items()}
        await note_newcomers(connection, tags, TagFamily.IMPORTED, SET_BY, now)
        attributes = [(member_id, change) for member_id, each in given.items() for change in each.attributes]
        await add_attributes(connection, attributes, now)
        # Rules of tags ask for tiers.
        await leave_touched(connection, [member_id for member_id, each in given.items() if each.tier])
    return members, new


async def _give(connection: Connection, gifts: Sequence[tuple[int, UUID, Given]], now: datetime) -> Iterable[int]:
    """Give members what an import has for them, and to whoever stands for them; the places of what is too much."""
    _, kin, erased = await lock_persons(connection, {member_id for _, member_id, _ in gifts})
    wanted: dict[UUID, Given] = {}
    for _, member_id, given in gifts:
        person_id = kin.person(member_id)
        if person_id not in erased:
            wanted[person_id] = wanted[person_id].then(given) if person_id in wanted else given
    overfull = await _overfull(connection, wanted)
    for person_id in overfull:
        del wanted[person_id]
    await _write(connection, wanted, now)
    return [place for place, member_id, _ in gifts if kin.person(member_id) in overfull]


async def _overfull(connection: Connection, wanted: Mapping[UUID, Given]) -> set[UUID]:
    """Those of these locked members who would have more tags or attributes than a member may have."""
    tagged = {member_id: given.tags for member_id, given in wanted.items() if given.tags}
    ids, labels = array_of(each.hex for each in tagged), array_of_texts(map(array_of_texts, tagged.values()))
    rows = await connection.fetch(WITH_TOO_MANY_TAGS, ids, labels, LABELS_MAX) if tagged else []
    changes = [(member_id, each.key) for member_id, given in wanted.items() for each in given.attributes]
    if changes:
        ids, keys = array_of(each.hex for each, _ in changes), array_of_texts(key for _, key in changes)
        rows += await connection.fetch(WITH_TOO_MANY_ATTRIBUTES, ids, keys, ATTRIBUTES_MAX)
    return {row[0] for row in rows}


async def _write(connection: Connection, wanted: Mapping[UUID, Given], now: datetime) -> None:
    tiers = {member_id: given.tier for member_id, given in wanted.items() if given.tier}
    if tiers:
        ids = array_of(member_id.hex for member_id in tiers)
        changed = await connection.fetch(SET_TIERS, ids, array_of_texts(tiers.values()))
        await leave_touched(connection, [row[0] for row in changed])
    await write_tags(
        connection,
        [
            TagChange(member_id, tag, True, TagFamily.IMPORTED, SET_BY, now)
            for member_id, given in wanted.items()
            for tag in given.tags
        ],
    )
    changes = [(key, each) for key, given in wanted.items() for each in given.attributes]
    if changes:
        await set_attributes(connection, changes, now)
