"""The worker's loop that gives back what members' holds have kept for too long."""

import asyncio
from functools import partial

from siyu.engine.desks import holding
from siyu.engine.engine import Engine
from siyu.engine.facts import NewFact
from siyu.errors import Busy
from siyu.loops import DATABASE_OUTAGES, repeat

CLAIMED_MAX = 256
# Walks the index of what is open by when it ends. Several workers may find the same: the key lets one through.
OVERDUE = """
SELECT id, member_id FROM value_hold WHERE state = 'open' AND expires_at <= $1 ORDER BY expires_at LIMIT $2
"""


async def run_hold_timeouts(engine: Engine, stop: asyncio.Event) -> None:
    """End overdue holds until `stop` is set, through any outage. Any number of processes may run this."""
    await repeat("holds", partial(time_out_holds, engine), (*DATABASE_OUTAGES, Busy), stop)


async def time_out_holds(engine: Engine) -> bool:
    """Enter what is overdue and wait until it has been decided; False if there may be more."""
    now, room = engine.clock(), min(CLAIMED_MAX, engine.room)
    if not room:
        return True
    overdue = await engine.pool.fetch(OVERDUE, now, room)
    facts = [
        NewFact(holding.TIMED_OUT, member_id, now, {"hold": str(hold_id)}, f"hold/{hold_id}", stamped=True)
        for hold_id, member_id in overdue
    ]
    await asyncio.gather(*map(engine.submit, facts))
    return len(overdue) < room
