"""Revenue put down to campaigns: what members paid, less what went back, after they had met them."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from siyu.attribution.asked import Asked
from siyu.db import Connection
from siyu.features.refreshing import COUNTS

# A member meets a campaign by a link of it, by joining, and by what they do in it once they take part. All campaigns
# share in an order, whether they are asked for or not; orders of members whom none of these met are not looked at.
# Facts come late: an action may be from before the moment of joining, even before a range that joining is after. Of an
# even share the fen that are left over go to those met first; ids tell apart what was met at one moment.
REVENUE = f"""
WITH concerned AS (
    SELECT member_id FROM touch WHERE campaign_id = ANY($1::uuid[]) AND at >= $2::timestamptz - $4::interval AND at < $3
    UNION
    SELECT subject_id FROM participation WHERE campaign_id = ANY($1::uuid[]) AND team IS NULL
), paid AS (
    SELECT id, member_id, paid_at, amount_fen - refunded_fen AS net_fen
    FROM shop_order JOIN concerned USING (member_id) WHERE paid_at >= $2 AND paid_at < $3 AND {COUNTS}
), met AS (
    SELECT paid.id, net_fen, campaign_id, first_at, last_at FROM paid CROSS JOIN LATERAL (
        SELECT campaign_id, min(at) AS first_at, max(at) AS last_at FROM (
            SELECT campaign_id, at FROM touch
            WHERE member_id = paid.member_id AND at >= paid_at - $4::interval AND at < paid_at
              AND campaign_id IS NOT NULL
            UNION ALL
            SELECT campaign_id, created_at FROM participation
            WHERE subject_id = paid.member_id AND created_at >= paid_at - $4::interval AND created_at < paid_at
            UNION ALL
            SELECT fact.campaign_id, fact.at FROM fact
            JOIN participation ON participation.campaign_id = fact.campaign_id AND subject_id = paid.member_id
            WHERE fact.member_id = paid.member_id AND fact.at >= paid_at - $4::interval AND fact.at < paid_at
              AND substr(idempotency_key, 1, 7) = 'member/'
        ) AS each GROUP BY campaign_id
    ) AS by_campaign
), ranked AS (
    SELECT campaign_id, net_fen, count(*) OVER of_order AS sharers,
           row_number() OVER (PARTITION BY id ORDER BY first_at, campaign_id) AS first_place,
           row_number() OVER (PARTITION BY id ORDER BY last_at DESC, campaign_id DESC) AS last_place
    FROM met WINDOW of_order AS (PARTITION BY id)
), shared AS (
    SELECT campaign_id, CASE $5::text
        WHEN 'first' THEN CASE WHEN first_place = 1 THEN net_fen END
        WHEN 'last' THEN CASE WHEN last_place = 1 THEN net_fen END
        ELSE net_fen / sharers + (first_place <= net_fen % sharers)::int END AS share_fen
    FROM ranked
)
SELECT campaign_id, count(*), sum(share_fen)::bigint FROM shared
WHERE campaign_id = ANY($1::uuid[]) AND share_fen IS NOT NULL GROUP BY campaign_id
"""


class Revenue(NamedTuple):
    """How many orders are put down to a campaign, in whole or in part, and how much of them."""

    orders: int
    revenue_fen: int


NO_REVENUE = Revenue(0, 0)


async def revenue_of(connection: Connection, campaign_ids: Sequence[UUID], asked: Asked) -> dict[UUID, Revenue]:
    """The revenue of those of these campaigns that have any."""
    when = asked.since, asked.until, asked.window
    rows = await connection.fetch(REVENUE, list(campaign_ids), *when, asked.model.value)
    return {row[0]: Revenue(*row[1:]) for row in rows}
