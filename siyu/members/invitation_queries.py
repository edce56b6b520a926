"""Invitations as they are read: who invited a member, whom a member invited, and how far a campaign has spread."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from siyu.db import Pool
from siyu.paging import NewestWanted, Page, newest_pages

INVITERS = "SELECT person_id, by_id FROM invitation WHERE person_id = ANY($1::uuid[]) AND stands"

# Those who had ordered before they were invited are no new customers.
# What is set aside, since two members were one person, is of nobody. Those who stand for both sides are looked at.
TREE = """
SELECT count(*), count(DISTINCT by_id), count(*) FILTER (WHERE first_order.paid_at >= invitation.at)
FROM invitation
LEFT JOIN LATERAL (
    SELECT min(paid_at) AS paid_at FROM shop_order WHERE shop_order.member_id = invitation.person_id
) AS first_order ON true
WHERE campaign_id = $1 AND stands
"""

# Level by level, from those inviters who were not invited here. It ends without looking for rings: there are none. Both
# steps cost the same whatever the planner believes of the table's size: EXCEPT is no join, and OFFSET keeps it from
# reading all invitations again for each of what may be a hundred thousand levels.
DEPTH = """
WITH RECURSIVE invited (member_id, depth) AS (
    (SELECT by_id, 0 FROM invitation WHERE campaign_id = $1 AND stands
     EXCEPT SELECT person_id, 0 FROM invitation WHERE campaign_id = $1 AND stands)
    UNION ALL
    SELECT below.member_id, depth + 1 FROM invited CROSS JOIN LATERAL (
        SELECT person_id AS member_id FROM invitation
        WHERE campaign_id = $1 AND by_id = invited.member_id AND stands OFFSET 0
    ) AS below
)
SELECT coalesce(max(depth), 0) FROM invited
"""


@dataclass(frozen=True, slots=True)
class InviteeRow:
    """A member whom another has invited; `id` is the invitation's."""

    id: UUID
    member_id: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class InvitationTree:
    """What a campaign's invitations come to.

    `members` were invited by `inviters`, in chains of at most `depth`. `first_orders` of the members paid their first
    order once they had been invited, whatever became of it.
    """

    members: int
    inviters: int
    depth: int
    first_orders: int


async def inviters_of(pool: Pool, member_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Who invited these members, for those whom somebody did."""
    return {row[0]: row[1] for row in await pool.fetch(INVITERS, list(member_ids))}


async def invitee_pages(pool: Pool, wanted: Sequence[NewestWanted]) -> list[Page[InviteeRow]]:
    """The wanted pages of whom members invited, in their order, with one statement."""
    return await newest_pages(pool, "invitation", "id, person_id, at", InviteeRow, wanted, owner="stands AND by_id")


async def invitation_tree(pool: Pool, campaign_id: UUID) -> InvitationTree:
    """How far a campaign has spread. Reads every invitation of it: a second for 100,000."""
    [[members, inviters, first_orders]] = await pool.fetch(TREE, campaign_id)
    return InvitationTree(members, inviters, await pool.fetchval(DEPTH, campaign_id), first_orders)
