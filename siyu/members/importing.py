"""What imports give to members who are there: a tier, tags and attributes, many members at a time."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from siyu.db import Connection
from siyu.members.attributes import AttributeChange, set_attributes
from siyu.members.locking import lock_members
from siyu.sdk.audience import LABELS_MAX

# Between labels, none of which has it: they have no control characters.
BETWEEN = "\x1f"
GIVE = f"""
UPDATE member AS m SET tier = coalesce(given.tier, m.tier), tags = given.all_tags
FROM (
    SELECT member.id, wanted.tier,
        (tags || ARRAY(SELECT tag FROM unnest(string_to_array(wanted.new_tags, E'\\x1f')) AS tag
                       WHERE tag <> ALL (tags)))[1:{LABELS_MAX}] AS all_tags
    FROM unnest($1::uuid[], $2::varchar[], $3::text[]) AS wanted (id, tier, new_tags)
    JOIN member USING (id)
) AS given
WHERE m.id = given.id
    AND (m.tier, m.tags) IS DISTINCT FROM (coalesce(given.tier, m.tier), given.all_tags)
"""


@dataclass(frozen=True, slots=True)
class Given:
    """What is checked already: labels are added to those there are, a tier and attributes replace."""

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
            later.tier or self.tier,
            tuple(dict.fromkeys((*self.tags, *later.tags))),
            tuple(attributes.values()),
        )


async def give(connection: Connection, gifts: Mapping[UUID, Given], now: datetime) -> None:
    """Give members what an import has for them; within a transaction."""
    wanted = {member_id: given for member_id, given in gifts.items() if given.is_something()}
    if not wanted:
        return
    await lock_members(connection, wanted)
    await connection.execute(
        GIVE,
        list(wanted),
        [given.tier for given in wanted.values()],
        [BETWEEN.join(given.tags) for given in wanted.values()],
    )
    await set_attributes(connection, [(key, each) for key, given in wanted.items() for each in given.attributes], now)
