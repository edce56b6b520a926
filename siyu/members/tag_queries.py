"""Tags as they are read: those of members with where each came from, and how many members have each."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from siyu.db import Pool
from siyu.members.tags import TagFamily
from siyu.paging import Page, cut_page

# In the order of the member's list.
OF_MEMBERS = """
SELECT member_id, tag, family, set_by, set_at, expires_at FROM member_tag JOIN member ON member.id = member_id
WHERE member_id = ANY($1::uuid[]) ORDER BY member_id, array_position(tags, tag::text), set_at, family
"""
# From one tag to the next by the index, however many members have each.
PAGE = """
WITH RECURSIVE used AS (
    (SELECT tag, 1 AS place FROM member_tag WHERE $1::text IS NULL OR tag > $1 ORDER BY tag LIMIT 1)
    UNION ALL
    SELECT next.tag, place + 1 FROM used CROSS JOIN LATERAL (
        SELECT tag FROM member_tag WHERE tag > used.tag ORDER BY tag LIMIT 1
    ) AS next
    WHERE place < $2
)
SELECT used.tag, counted.family, counted.members
FROM used CROSS JOIN LATERAL (
    SELECT family, count(*) AS members FROM member_tag WHERE member_tag.tag = used.tag GROUP BY family
) AS counted
ORDER BY used.tag, family
"""


class MemberTag(NamedTuple):
    """A tag of a member from one family; `expires_at` is None for one that lasts."""

    name: str
    family: TagFamily
    set_by: str
    set_at: datetime
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class TagUse:
    """How many members have a tag from each family; one who has it from two is counted in both."""

    name: str
    members: Mapping[TagFamily, int]


async def tags_of_members(pool: Pool, member_ids: Collection[UUID]) -> dict[UUID, list[MemberTag]]:
    """The tags of those of these members who have any."""
    found: dict[UUID, list[MemberTag]] = {}
    for member_id, tag, family, set_by, set_at, expires_at in await pool.fetch(OF_MEMBERS, list(member_ids)):
        found.setdefault(member_id, []).append(MemberTag(tag, TagFamily(family), set_by, set_at, expires_at))
    return found


async def tag_page(pool: Pool, limit: int, after: str | None) -> Page[TagUse]:
    """Tags that somebody has, in the order of their names."""
    counted: dict[str, dict[TagFamily, int]] = {}
    for tag, family, members in await pool.fetch(PAGE, after, limit + 1):
        counted.setdefault(tag, {})[TagFamily(family)] = members
    return cut_page([TagUse(name, members) for name, members in counted.items()], limit)
