"""Whom campaigns reached, who took part, who of these paid, and who is new by them: one statement for all campaigns."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from siyu.attribution.asked import Asked
from siyu.db import Connection
from siyu.features.refreshing import COUNTS

# Somebody takes part from the first decision that was no refusal; of an experiment a refusal, too, leaves a row. Teams
# are subjects of their own, and no members. Of a person who was two members only one is new.
REACHED = f"""
WITH asked AS (SELECT unnest($1::uuid[]) AS campaign_id), joined AS (
    SELECT campaign_id, subject_id AS member_id, created_at AS at
    FROM participation JOIN asked USING (campaign_id)
    WHERE team IS NULL AND created_at >= $2 AND created_at < $3
      AND (arm IS NULL OR EXISTS (
          SELECT FROM fact JOIN decision ON decision.fact_id = fact.id
          WHERE fact.member_id = subject_id AND fact.at >= participation.created_at
            AND decision.campaign_id = participation.campaign_id AND refusal_code IS NULL))
), reached AS (
    SELECT campaign_id, member_id FROM joined
    UNION SELECT campaign_id, member_id FROM touch JOIN asked USING (campaign_id) WHERE at >= $2 AND at < $3
    UNION SELECT campaign_id, member_id FROM message JOIN asked USING (campaign_id) WHERE at >= $2 AND at < $3
), new AS (
    SELECT campaign_id, person_id FROM invitation JOIN asked USING (campaign_id) WHERE at >= $2 AND at < $3 AND stands
    UNION
    SELECT campaign_id, coalesce(merged_into, member_id)
    FROM arrival JOIN asked USING (campaign_id) JOIN member ON member.id = member_id
    WHERE joined_at >= $2 AND joined_at < $3
)
SELECT campaign_id,
       (SELECT count(*) FROM touch WHERE touch.campaign_id = asked.campaign_id AND at >= $2 AND at < $3),
       (SELECT count(*) FROM message WHERE message.campaign_id = asked.campaign_id AND at >= $2 AND at < $3),
       (SELECT count(*) FROM reached WHERE reached.campaign_id = asked.campaign_id),
       (SELECT count(*) FROM joined WHERE joined.campaign_id = asked.campaign_id),
       (SELECT count(*) FROM joined WHERE joined.campaign_id = asked.campaign_id AND EXISTS (
            SELECT FROM shop_order WHERE shop_order.member_id = joined.member_id AND {COUNTS}
              AND paid_at > joined.at AND paid_at <= joined.at + $4::interval)),
       (SELECT count(*) FROM new WHERE new.campaign_id = asked.campaign_id)
FROM asked
"""


class Reach(NamedTuple):
    """How often members came by links of the campaign and were told of it, and how many members were reached, joined,
    paid within the window after joining, and are new by it."""

    touches: int
    messages: int
    reached: int
    joined: int
    converted: int
    new_members: int


async def reach_of(connection: Connection, campaign_ids: Sequence[UUID], asked: Asked) -> dict[UUID, Reach]:
    """The reach of these campaigns."""
    rows = await connection.fetch(REACHED, list(campaign_ids), asked.since, asked.until, asked.window)
    return {row[0]: Reach(*row[1:]) for row in rows}
