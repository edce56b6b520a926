"""Ranks the buyers of the last year against each other once a day: RFM, from 1 to 5 each."""

from datetime import date

from siyu.db import Connection

# Equal buyers are equal: the rank of a share, not of a place, which would tear apart those with one order.
SCORE = "least(5, 1 + floor(5 * percent_rank() OVER (ORDER BY {})))::smallint"

RANK = f"""
UPDATE member_feature AS kept
SET rfm_recency = new.recency, rfm_frequency = new.frequency, rfm_monetary = new.monetary
FROM (
    SELECT member_id, {SCORE.format("last_order_at")} AS recency, {SCORE.format("orders_365d")} AS frequency,
           {SCORE.format("spend_365d_fen")} AS monetary
    FROM member_feature WHERE orders_365d > 0
) AS new
WHERE kept.member_id = new.member_id AND (kept.rfm_recency, kept.rfm_frequency, kept.rfm_monetary)
    IS DISTINCT FROM (new.recency, new.frequency, new.monetary)
"""

# Of a million buyers, and of a server that has much else to do.
RANK_TIMEOUT_S = 600.0

IS_UNRANKED = "SELECT ranked_on < $1 FROM feature_day"
BEGIN_DAY = "UPDATE feature_day SET ranked_on = $1 WHERE ranked_on < $1 RETURNING true"


async def is_unranked(connection: Connection, today: date) -> bool:
    """Whether the buyers are still to be ranked for this day."""
    found: bool = await connection.fetchval(IS_UNRANKED, today)
    return found


async def rank_once(connection: Connection, today: date) -> bool:
    """Rank the buyers unless that was done for this day; whether it was done now. The caller has a transaction."""
    if not await connection.fetchval(BEGIN_DAY, today):
        return False
    await connection.execute(RANK, timeout=RANK_TIMEOUT_S)
    return True
