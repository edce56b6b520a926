"""A process that submits facts at a sign: `python -m tests.proofs.spending URL`.

It reads one line – a list of facts, each its type, campaign, member, data and key – says "ready", waits for another
line, submits all at once, and prints how many no campaign and no desk refused.
"""

import asyncio
import json
import sys
from datetime import UTC, datetime
from uuid import UUID

from siyu.db import open_database
from siyu.engine import BatchLimits, NewFact
from tests.siyu.engine.till import till_engine

POOL_MAX = 4
# Small, so that the batches of both processes meet many times.
BATCH_FACTS = 8
NOON = datetime(2026, 11, 21, 4, tzinfo=UTC)


async def spend(url: str) -> int:
    """How many facts passed."""
    given = json.loads(await asyncio.to_thread(sys.stdin.readline))
    facts = [
        NewFact(kind, UUID(member), NOON, data, key, UUID(campaign) if campaign else None)
        for kind, campaign, member, data, key in given
    ]
    async with open_database(url, POOL_MAX) as pool:
        await pool.fetchval("SELECT 1")
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        engine = till_engine(pool, BatchLimits(facts_max=BATCH_FACTS, share_min=1))
        outcomes = await asyncio.gather(*(engine.submit(fact) for fact in facts))
    return sum(all(decision.refusal is None for decision in outcome.decisions) for outcome in outcomes)


if __name__ == "__main__":
    print(asyncio.run(spend(sys.argv[1])), flush=True)
