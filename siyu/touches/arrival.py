"""The channel by which a member arrived: of their first touch, fixed once its time is over."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from siyu.db import Connection

# A front end may report how a member came a while after it has signed them in.
ARRIVAL_GRACE = timedelta(days=1)
# So long after joining a touch that is reported late, but came first, still corrects what was known.
ARRIVAL_SETTLES = timedelta(days=30)

# The members are locked: nobody else looks for theirs. What is known after its time is over stays; a member of whom
# nothing is known is filled in at any time, since imports tell of years ago. The terminal is the one last seen.
SETTLE = """
WITH first_touch AS (
    SELECT touch.* FROM member
    CROSS JOIN LATERAL (
        SELECT member_id, fact_id, at, channel, campaign_id FROM touch
        WHERE touch.member_id = member.id AND touch.at <= member.joined_at + $3::interval ORDER BY at, fact_id LIMIT 1
    ) AS touch
    LEFT JOIN arrival ON arrival.member_id = member.id
    WHERE member.id = ANY($1::uuid[])
      AND (arrival.member_id IS NULL
           OR arrival.fact_id <> touch.fact_id AND $2::timestamptz <= member.joined_at + $4::interval)
), settled AS (
    INSERT INTO arrival (member_id, fact_id, at, channel, campaign_id, noted_at)
    SELECT member_id, fact_id, at, channel, campaign_id, $2 FROM first_touch
    ON CONFLICT (member_id) DO UPDATE SET (fact_id, at, channel, campaign_id, noted_at)
        = ROW (EXCLUDED.fact_id, EXCLUDED.at, EXCLUDED.channel, EXCLUDED.campaign_id, EXCLUDED.noted_at)
    RETURNING member_id, channel
), kept AS (
    INSERT INTO arrival_change (member_id, fact_id, at, channel, campaign_id, noted_at)
    SELECT member_id, fact_id, at, channel, campaign_id, $2 FROM first_touch
), seen AS (
    SELECT member.id, coalesce(settled.channel, member.channel) AS channel,
           coalesce(last.device, member.device) AS device
    FROM member LEFT JOIN settled ON settled.member_id = member.id
    LEFT JOIN LATERAL (
        SELECT device FROM touch WHERE touch.member_id = member.id AND device IS NOT NULL
        ORDER BY at DESC, fact_id DESC LIMIT 1
    ) AS last ON true
    WHERE member.id = ANY($1::uuid[])
)
UPDATE member SET channel = seen.channel, device = seen.device FROM seen
WHERE member.id = seen.id AND (member.channel, member.device) IS DISTINCT FROM (seen.channel, seen.device)
"""


async def settle_arrivals(connection: Connection, member_ids: Collection[UUID], now: datetime) -> None:
    """Write how these members arrived, as their touches tell it now; the caller has locked them."""
    await connection.execute(SETTLE, list(member_ids), now, ARRIVAL_GRACE, ARRIVAL_SETTLES)
