"""The worker's loop that books out what has expired and warns of what will."""

import asyncio
from functools import partial
from zoneinfo import ZoneInfo

from siyu.clock import Clock
from siyu.db import Pool
from siyu.ledger.expiring import LOTS_AT_ONCE, expire_some
from siyu.loops import DATABASE_OUTAGES, repeat
from siyu.messaging.expiry_warnings import warn_some

# What has expired cannot be spent from that moment on: booking it out may wait.
POLL_S = 30.0


async def run_expiry(pool: Pool, zone: ZoneInfo, clock: Clock, stop: asyncio.Event) -> None:
    """Expire and warn until `stop` is set, through any outage. Any number of processes may run this."""
    await repeat("expiry", partial(_step, pool, zone, clock), DATABASE_OUTAGES, stop, POLL_S)


async def _step(pool: Pool, zone: ZoneInfo, clock: Clock) -> bool:
    """A piece of each; False if there may be more."""
    now = clock()
    return max(await expire_some(pool, now), await warn_some(pool, zone, now)) < LOTS_AT_ONCE
