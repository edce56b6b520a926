"""Whom a member's invitations reached, level by level, and how deep in somebody's tree the member is."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from siyu.db import Pool

LEVELS_MAX = 5
NEWEST_MAX = 100
# Inviters above a member; a chain of invitations that is longer is shown as one of this many.
ABOVE_MAX = 1_000

# Each step reads the invitees of those of the step before by the index of inviters; OFFSET keeps the planner to it. The
# tree is of persons: of their invitations the one that stands.
BELOW = """
WITH RECURSIVE below (root, member_id, id, level) AS (
    SELECT root, invitee.person_id, invitee.id, 1 FROM unnest($1::uuid[]) AS wanted (root)
    CROSS JOIN LATERAL (SELECT person_id, id FROM invitation WHERE by_id = root AND stands OFFSET 0) AS invitee
    UNION ALL
    SELECT root, invitee.person_id, invitee.id, level + 1 FROM below
    CROSS JOIN LATERAL (
        SELECT person_id, id FROM invitation WHERE by_id = below.member_id AND stands OFFSET 0
    ) AS invitee
    WHERE level < $2
)
SELECT root, level, grouping(channel) = 0 AS is_of_channel, channel, count(*),
       CASE WHEN grouping(channel) = 1 THEN (array_agg(below.member_id ORDER BY below.id DESC))[1:$3] END
FROM below JOIN member ON member.id = below.member_id
GROUP BY GROUPING SETS ((root, level), (root, level, channel)) ORDER BY root, level, 3, count(*) DESC, channel
"""
ABOVE = """
WITH RECURSIVE above (member_id, at_id, depth) AS (
    SELECT id, id, 0 FROM unnest($1::uuid[]) AS wanted (id)
    UNION ALL
    SELECT above.member_id, by_id, depth + 1 FROM above JOIN invitation ON person_id = above.at_id AND stands
    WHERE depth < $2
)
SELECT member_id, max(depth) FROM above GROUP BY member_id
"""


@dataclass(slots=True)
class InvitationLevel:
    """One level below a member: how many there are, by the channel they arrived by, and the newest of them."""

    level: int
    members: int = 0
    channels: list[tuple[str | None, int]] = field(default_factory=list)
    newest: Sequence[UUID] = ()


@dataclass(frozen=True, slots=True)
class TreeWanted:
    """The levels below a member to read, LEVELS_MAX at most, each with so many of its newest members."""

    member_id: UUID
    levels: int
    newest: int


async def levels_below(pool: Pool, wanted: Sequence[TreeWanted]) -> list[list[InvitationLevel]]:
    """The levels below these members that anybody is on, in order. Reads everybody below."""
    found: dict[TreeWanted, dict[int, InvitationLevel]] = {each: {} for each in wanted}
    for levels, newest in sorted({(each.levels, each.newest) for each in wanted}):
        roots = [each.member_id for each in found if (each.levels, each.newest) == (levels, newest)]
        for root, level, is_of_channel, channel, members, ids in await pool.fetch(BELOW, roots, levels, newest):
            of = found[TreeWanted(root, levels, newest)].setdefault(level, InvitationLevel(level))
            if is_of_channel:
                of.channels.append((channel, members))
            else:
                of.members, of.newest = members, ids
    return [list(found[each].values()) for each in wanted]


async def depths_of(pool: Pool, member_ids: Collection[UUID]) -> dict[UUID, int]:
    """How many inviters are above each of these members, one above the other: 0 for whom nobody invited."""
    return {row[0]: row[1] for row in await pool.fetch(ABOVE, list(member_ids), ABOVE_MAX)}
