"""The worker's loop of rewards: issued ones become redemptions, what siyu gives is given, reservations end in time."""

import asyncio
from datetime import datetime
from functools import partial
from uuid import UUID

from siyu.engine.engine import Engine
from siyu.engine.facts import NewFact
from siyu.loops import DATABASE_OUTAGES, repeat
from siyu.rewards.due import Due, deliveries_due, issued_to_open, reservations_over
from siyu.rewards.facts import REDEMPTION_EXPIRED, REWARD_DELIVERED, REWARD_ISSUED

# Of each kind at once: a batch or so, which leaves callers their room.
DUE_MAX = 128


async def run_rewards(engine: Engine, stop: asyncio.Event) -> None:
    """Enter what is due until `stop` is set, through any outage. Any number of processes may run this."""
    await repeat("rewards", partial(deliver_due, engine), DATABASE_OUTAGES, stop)


async def deliver_due(engine: Engine) -> bool:
    """Enter what is due and wait until it has been decided; False if there may be more.

    Each has a key of its own, so that it happens once whoever else enters it. What fails is logged by the engine, and
    entered again.
    """
    now, most = engine.clock(), min(DUE_MAX, engine.room // 3)
    if not most:
        return True
    lists = [
        [_fact(REWARD_ISSUED, "issued", due, now) for due in await issued_to_open(engine.pool, most)],
        [_fact(REWARD_DELIVERED, "redemption", due, now) for due in await deliveries_due(engine.pool, now, most)],
        [_fact(REDEMPTION_EXPIRED, "redemption", due, now) for due in await reservations_over(engine.pool, now, most)],
    ]
    entered = [engine.submit(fact) for facts in lists for fact in facts]
    answers = await asyncio.gather(*entered, return_exceptions=True)
    has_failed = any(isinstance(answer, BaseException) for answer in answers)
    return has_failed or max(map(len, lists)) < most


def _fact(fact_type: str, field: str, due: Due, now: datetime) -> NewFact:
    row_id: UUID = due.id
    key = f"{fact_type}/{row_id}/{due.attempts}"
    return NewFact(fact_type, due.member_id, now, {field: str(row_id)}, key, stamped=True)
