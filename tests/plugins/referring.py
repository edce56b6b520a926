"""A process in which newcomers name inviters at a sign: `python -m tests.plugins.referring URL`.

It reads one line – campaign, and pairs of a newcomer and an inviter – says "ready", waits for another line, submits all
at once, and prints how often which code was the answer, as JSON; "bound" stands for none.
"""

import asyncio
import json
import sys
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from plugins.referral.campaign import REFERRAL
from siyu.clock import Clock
from siyu.db import Pool, open_database
from siyu.engine import BatchLimits, Engine, NewFact, Outcome, running
from siyu.engine.intake import action_fact
from siyu.ids import new_id
from siyu.sdk import member_code
from tests.clock import NOON, TestClock
from tests.factories import SHANGHAI, add_members, registry_of

REGISTRY = registry_of(REFERRAL)
# So that the batches of both processes meet many times.
SMALL_BATCHES = BatchLimits(facts_max=8, share_min=1)
POOL_MAX = 4


def referring(pool: Pool, clock: Clock) -> Engine:
    """An engine of a shop that has referrals alone."""
    return Engine(pool, REGISTRY, SHANGHAI, SMALL_BATCHES, clock)


async def add_newcomers(pool: Pool, count: int) -> list[UUID]:
    """Members who joined within the last hours, one after the other."""
    newcomers = await add_members(pool, count)
    moments = [NOON - timedelta(hours=1) + timedelta(seconds=place) for place in range(count)]
    change = "UPDATE member SET joined_at = at FROM unnest($1::uuid[], $2::timestamptz[]) AS new (id, at)"
    await pool.execute(f"{change} WHERE member.id = new.id", newcomers, moments)
    return newcomers


def bind(campaign: UUID, newcomer: UUID, inviter: UUID, clock: TestClock, device: str | None = None) -> NewFact:
    """A newcomer names their inviter now."""
    data = {"code": member_code(inviter), "device": device}
    return action_fact(REFERRAL, REFERRAL.actions[0], campaign, newcomer, data, new_id().hex, clock.now)


def said(outcome: Outcome) -> str | None:
    """The code of the refusal of what was submitted."""
    refusal = outcome.decisions[0].refusal
    return refusal.code if refusal else None


async def bind_all(url: str) -> Counter[str]:
    """Why binds were refused, and how many were not."""
    given = json.loads(await asyncio.to_thread(sys.stdin.readline))
    campaign, pairs, clock = UUID(given["campaign"]), given["binds"], TestClock()
    async with open_database(url, POOL_MAX) as pool:
        await pool.fetchval("SELECT 1")
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        async with running(referring(pool, clock)) as engine:
            facts: Sequence[NewFact] = [bind(campaign, UUID(one), UUID(other), clock) for one, other in pairs]
            outcomes = await asyncio.gather(*(engine.submit(fact) for fact in facts))
    return Counter(said(outcome) or "bound" for outcome in outcomes)


if __name__ == "__main__":
    print(json.dumps(asyncio.run(bind_all(sys.argv[1]))), flush=True)
