"""The worker's loop that forgets sessions, refresh tokens, revocations and API keys which are of no use any more."""

import asyncio
from datetime import datetime, timedelta
from functools import partial

from siyu.clock import Clock
from siyu.db import Pool
from siyu.loops import DATABASE_OUTAGES, repeat

PAUSE_S = 60.0
# Of each kind in one step; full steps follow each other without a pause.
ROWS_MAX = 1_000
# So long the shop can look what was there.
KEPT = timedelta(days=7)
KEYS_KEPT = timedelta(days=366)

TOKENS = "DELETE FROM refresh_token WHERE hash IN (SELECT hash FROM refresh_token WHERE expires_at < $1 LIMIT $2)"
SESSIONS = """
DELETE FROM session WHERE id IN (
    SELECT id FROM session WHERE {column} < $1 ORDER BY {column} LIMIT $2 FOR UPDATE SKIP LOCKED)
"""
REVOCATIONS = """
DELETE FROM revocation WHERE bearer IN (SELECT bearer FROM revocation WHERE expires_at < $1 LIMIT $2)
    AND expires_at < $1
"""
KEYS = "DELETE FROM api_key WHERE id IN (SELECT id FROM api_key WHERE expires_at < $1 LIMIT $2)"


async def run_sweeper(pool: Pool, clock: Clock, stop: asyncio.Event) -> None:
    """Sweep until `stop` is set, through any outage. Any number of processes may run this."""
    await repeat("sweepers", partial(_step, pool, clock), DATABASE_OUTAGES, stop, PAUSE_S)


async def _step(pool: Pool, clock: Clock) -> bool:
    return await sweep(pool, clock())


async def sweep(pool: Pool, now: datetime) -> bool:
    """Delete some of what is of no use any more; False if there may be more of it."""
    before = (
        (TOKENS, KEPT),
        (SESSIONS.format(column="expires_at"), KEPT),
        (SESSIONS.format(column="ended_at"), KEPT),
        (REVOCATIONS, timedelta(0)),
        (KEYS, KEYS_KEPT),
    )
    deleted = [await pool.execute(sql, now - kept, ROWS_MAX) for sql, kept in before]
    return all(int(tag.rpartition(" ")[2]) < ROWS_MAX for tag in deleted)
