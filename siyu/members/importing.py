"""What imports give to members who are there: a tier, tags and attributes, many members at a time."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from siyu.db import Connection
from siyu.features import leave_touched
from siyu.members.attributes import AttributeChange, set_attributes
from siyu.members.locking import lock_persons
from siyu.members.tag_store import write_tags
from siyu.members.tags import TagChange, TagFamily

SET_BY = "import"
SET_TIERS = """
UPDATE member SET tier = given.tier FROM unnest($1::uuid[], $2::varchar[]) AS given (id, tier)
WHERE member.id = given.id AND member.tier IS DISTINCT FROM given.tier
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


async def give(connection: Connection, gifts: Mapping[UUID, Given], now: datetime) -> None:
    """Give members what an import has for them; within a transaction."""
    wanted = {member_id: given for member_id, given in gifts.items() if given.is_something()}
    if not wanted:
        return
    members, kin, erased = await lock_persons(connection, wanted)
    # Who was found by an identity may have been merged, or erased, since.
    persons: dict[UUID, Given] = {}
    for member_id, given in wanted.items():
        person_id = kin.person(member_id)
        if member_id in members and person_id not in erased:
            persons[person_id] = persons.get(person_id, Given()).then(given)
    tiers = {member_id: given.tier for member_id, given in persons.items() if given.tier}
    if tiers:
        await connection.execute(SET_TIERS, list(tiers), list(tiers.values()))
        # Rules of tags ask for it.
        await leave_touched(connection, tiers)
    await write_tags(
        connection,
        [
            TagChange(member_id, tag, True, TagFamily.IMPORTED, SET_BY, now)
            for member_id, given in persons.items()
            for tag in given.tags
        ],
    )
    changes = [(key, each) for key, given in persons.items() for each in given.attributes]
    if changes:
        await set_attributes(connection, changes, now)
