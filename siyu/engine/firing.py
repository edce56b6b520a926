"""The worker's loop that enters what campaigns asked for once it is due: timers, and facts whose process has died."""

import asyncio
from functools import partial

from siyu.campaigns.pending_store import claim_due
from siyu.engine.engine import Engine
from siyu.loops import DATABASE_OUTAGES, repeat

# Two batches: enough to keep the engine busy, and a second's work to leave behind for a worker that dies.
CLAIMED_MAX = 512


async def run_pending(engine: Engine, stop: asyncio.Event) -> None:
    """Enter due facts until `stop` is set, through any outage. Any number of processes may run this."""
    await repeat("timers", partial(fire_due, engine), DATABASE_OUTAGES, stop)


async def fire_due(engine: Engine) -> bool:
    """Claim what is due and wait until it has been decided; False if there may be more."""
    room = min(CLAIMED_MAX, engine.room)
    if not room:
        return True
    due = await claim_due(engine.pool, engine.registry.types.keys(), engine.clock(), room)
    entered = [engine.enter_pending(fact) for fact in due]
    answers = [future for future in entered if future is not None]
    if answers:
        await asyncio.wait(answers)
    return len(due) < room
