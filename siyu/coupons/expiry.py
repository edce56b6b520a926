"""The worker's loop that writes down what the clock has made of coupons: locks that are over, and what has expired."""

import asyncio
from datetime import datetime
from functools import partial

from siyu.clock import Clock
from siyu.db import Pool
from siyu.loops import DATABASE_OUTAGES, repeat

# Members whose locks one statement holds: a few milliseconds of work.
COUPONS_AT_ONCE = 500
# What has expired, or is kept no longer, is so from that moment on: writing it down may wait.
POLL_S = 5.0

# Under the members' locks, as everything that changes what they have. Whoever is locked by somebody else is left for
# the next round. What another process has changed meanwhile is looked at again as it is then.
SETTLE = """
WITH due AS (
    SELECT id, member_id FROM coupon
    WHERE state IN ('issued', 'returned', 'locked') AND coalesce(lock_expires_at, expires_at) <= $1
    ORDER BY coalesce(lock_expires_at, expires_at) LIMIT $2
), held AS (
    SELECT id FROM member WHERE id IN (SELECT member_id FROM due) ORDER BY id FOR NO KEY UPDATE SKIP LOCKED
)
UPDATE coupon SET
    state = CASE WHEN expires_at <= $1 THEN 'expired' WHEN returned_at IS NULL THEN 'issued' ELSE 'returned' END,
    order_number = NULL, discount_fen = NULL, lock_expires_at = NULL
FROM due JOIN held ON held.id = due.member_id
WHERE coupon.id = due.id AND state IN ('issued', 'returned', 'locked')
    AND coalesce(coupon.lock_expires_at, coupon.expires_at) <= $1
"""


async def run_coupons(pool: Pool, clock: Clock, stop: asyncio.Event) -> None:
    """Settle what is due until `stop` is set, through any outage. Any number of processes may run this."""
    await repeat("coupons", partial(_step, pool, clock), DATABASE_OUTAGES, stop, POLL_S)


async def settle_due(pool: Pool, now: datetime) -> int:
    """Free and expire at most COUPONS_AT_ONCE coupons; how many it were. Readers see the same before and after."""
    status = await pool.execute(SETTLE, now, COUPONS_AT_ONCE)
    return int(status.split()[-1])


async def _step(pool: Pool, clock: Clock) -> bool:
    """One round; False if there may be more."""
    return await settle_due(pool, clock()) < COUPONS_AT_ONCE
