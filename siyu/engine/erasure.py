"""Erases members: on the word of an admin at once, at their own request in time, and what comes to them later."""

import asyncio
from functools import partial
from uuid import UUID

from siyu.db import Pool
from siyu.engine.desk_intake import AtDesk, submit_at_desk
from siyu.engine.desks.data import MemberErased
from siyu.engine.desks.erasing import ERASED
from siyu.engine.engine import Engine
from siyu.engine.outcome import Decision
from siyu.errors import Busy
from siyu.loops import DATABASE_OUTAGES, repeat
from siyu.members.erasure_requests import due_erasures, put_off

# Of each kind in one step; each erasure is a transaction of some twenty statements.
DUE_MAX = 32
POLL_S = 5.0
# Who erases what the member asked to have erased.
SIYU = "siyu"
AT_REQUEST = "requested by the member"
LATE = "value that came after the erasure"

# What campaigns settled, or what redemptions gave back, after the erasure; what has expired is booked out elsewhere.
LATE_VALUE = """
SELECT DISTINCT member.id FROM member JOIN account ON account.member_id = member.id
WHERE erased_at IS NOT NULL AND balance > 0 ORDER BY 1 LIMIT $1
"""
IS_ERASED = "SELECT erased_at IS NOT NULL FROM member WHERE id = $1"


async def is_erased(pool: Pool, member_id: UUID) -> bool:
    """Whether there is nothing left of the member to erase; False for who does not exist."""
    return bool(await pool.fetchval(IS_ERASED, member_id))


async def erase_member(engine: Engine, member_id: UUID, reason: str, made_by: str, key: str) -> Decision:
    """Erase the member for good: their value is booked out, what is personal is deleted. `key` is namespaced.

    Raises InvalidInput, NotFound, IdempotencyConflict and Busy. What hinders it is the decision's refusal.
    """
    data = {"reason": reason, "made_by": made_by}
    return await submit_at_desk(engine, AtDesk(ERASED, member_id, MemberErased, data, key))


async def run_erasures(engine: Engine, stop: asyncio.Event) -> None:
    """Erase in time until `stop` is set, through any outage. Any number of processes may run this."""
    await repeat("erasures", partial(erase_due, engine), (*DATABASE_OUTAGES, Busy), stop, POLL_S)


async def erase_due(engine: Engine) -> bool:
    """Erase whom it is due for, and book out what came later to those who are; False if there may be more."""
    now = engine.clock()
    due = await due_erasures(engine.pool, now, DUE_MAX)
    for request in due:
        # What hindered it once is another attempt an hour later.
        key = f"erasure/{request.id}/{now:%Y%m%d%H}"
        decision = await erase_member(engine, request.member_id, AT_REQUEST, SIYU, key)
        if decision.refusal is not None:
            await put_off(engine.pool, request.id, decision.refusal.code, now)
    late = [row[0] for row in await engine.pool.fetch(LATE_VALUE, DUE_MAX)]
    for member_id in late:
        await erase_member(engine, member_id, LATE, SIYU, f"erased/{member_id}/{now:%Y%m%d%H}")
    return max(len(due), len(late)) < DUE_MAX
