"""How far campaigns spread by invitations in a range of time, with one statement for all of them."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from siyu.attribution.asked import Asked
from siyu.db import Connection

# Level by level and campaign by campaign, as `siyu.members.invitation_queries` does for one; the depth is that of all
# invitations before the end of the range.
SPREAD = """
WITH RECURSIVE asked AS (SELECT unnest($1::uuid[]) AS campaign_id), invited (campaign_id, member_id, depth) AS (
    (SELECT campaign_id, by_id, 0 FROM invitation JOIN asked USING (campaign_id) WHERE at < $3 AND stands
     EXCEPT SELECT campaign_id, person_id, 0 FROM invitation JOIN asked USING (campaign_id) WHERE at < $3 AND stands)
    UNION ALL
    SELECT invited.campaign_id, below.member_id, depth + 1 FROM invited CROSS JOIN LATERAL (
        SELECT person_id AS member_id FROM invitation
        WHERE campaign_id = invited.campaign_id AND by_id = invited.member_id AND at < $3 AND stands OFFSET 0
    ) AS below
)
SELECT campaign_id, members, inviters, depth
FROM (SELECT campaign_id, max(depth) AS depth FROM invited GROUP BY campaign_id) AS deep
LEFT JOIN (
    SELECT campaign_id, count(*) AS members, count(DISTINCT by_id) AS inviters
    FROM invitation JOIN asked USING (campaign_id) WHERE at >= $2 AND at < $3 AND stands GROUP BY campaign_id
) AS wide USING (campaign_id)
"""


class RangeSpread(NamedTuple):
    """How many members were invited in the range, by how many, and the longest chain up to its end."""

    invited: int
    inviters: int
    depth: int


NO_SPREAD = RangeSpread(0, 0, 0)


async def spread_of(connection: Connection, campaign_ids: Sequence[UUID], asked: Asked) -> dict[UUID, RangeSpread]:
    """The spread of those of these campaigns that have invitations."""
    rows = await connection.fetch(SPREAD, list(campaign_ids), asked.since, asked.until)
    return {row[0]: RangeSpread(row[1] or 0, row[2] or 0, row[3]) for row in rows}
