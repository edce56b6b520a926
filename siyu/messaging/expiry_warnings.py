"""Tells members what they are about to lose: once a lot, set-based, in pieces as `siyu.ledger.expiring`."""

from datetime import datetime
from zoneinfo import ZoneInfo

from siyu.db import Pool
from siyu.ids import NEW_ID
from siyu.ledger.expiring import LOCK_OWNERS, LOTS_AT_ONCE
from siyu.messaging.core_messages import VALUE_EXPIRING

# Per unit, for each has its own notice; a lot of a unit without one is not warned of.
TO_WARN = """
SELECT lot.account_id FROM lot JOIN account ON account.id = lot.account_id JOIN unit ON unit.key = account.unit
WHERE NOT closed AND NOT warned AND expires_at <= $3
    AND expires_at <= $1::timestamptz + make_interval(days => unit.warning_days)
LIMIT $2
"""
LOCK_TO_WARN = LOCK_OWNERS.format(due=TO_WARN)

WARN = f"""
WITH due AS MATERIALIZED (
    SELECT lot.id, account.member_id, unit.title_zh, unit.title_en, lot.expires_at, lot.remaining
    FROM account JOIN lot ON lot.account_id = account.id JOIN unit ON unit.key = account.unit
    WHERE account.member_id = ANY(ARRAY(SELECT unnest($1::text::uuid[]))) AND NOT lot.closed AND NOT lot.warned
        AND lot.expires_at <= $2::timestamptz + make_interval(days => unit.warning_days)
), noted AS (
    UPDATE lot SET warned = true FROM due WHERE lot.id = due.id
), told AS (
    INSERT INTO message (id, member_id, message, params, at)
    SELECT {NEW_ID}, member_id, '{VALUE_EXPIRING}', jsonb_build_object(
               'amount', remaining, 'unit_zh', title_zh, 'unit_en', title_en,
               'last_day', to_char((expires_at - interval '1 microsecond') AT TIME ZONE $3::text, 'YYYY-MM-DD')), $2
    FROM due WHERE remaining > 0 AND expires_at > $2
)
SELECT count(*)::int FROM due
"""
LONGEST_NOTICE = "SELECT $1::timestamptz + make_interval(days => max(warning_days)) FROM unit"


async def warn_some(pool: Pool, zone: ZoneInfo, now: datetime, lots_max: int = LOTS_AT_ONCE) -> int:
    """Leave members a message about what will expire, as early as its unit says; how many lots were dealt with."""
    async with pool.acquire() as connection, connection.transaction():
        until = await connection.fetchval(LONGEST_NOTICE, now)
        owners = await connection.fetchval(LOCK_TO_WARN, now, lots_max, until) if until is not None else None
        done: int = await connection.fetchval(WARN, owners, now, zone.key) if owners is not None else 0
        return done
