"""A process that enters facts about coupons at a sign: `python -m tests.proofs.scanning URL`.

It reads one line – facts, each a type, a member and data – says "ready", waits for another line, submits all at once,
and prints how often which reason was given, as JSON; "done" stands for none.
"""

import asyncio
import json
import sys
from collections import Counter
from uuid import UUID

from siyu.db import open_database
from siyu.engine import BatchLimits, running
from tests.clock import NOON
from tests.factories import shop_engine
from tests.siyu.coupons.shop import at_desk, told

POOL_MAX = 4
# Small, so that the batches of both processes meet many times.
BATCH_FACTS = 8


async def enter_all(url: str) -> Counter[str]:
    """Why facts were refused, and how many were not."""
    given = json.loads(await asyncio.to_thread(sys.stdin.readline))
    async with open_database(url, POOL_MAX) as pool:
        await pool.fetchval("SELECT 1")
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        async with running(shop_engine(pool, BatchLimits(facts_max=BATCH_FACTS, share_min=1))) as engine:
            facts = [at_desk(kind, UUID(member), NOON, **data) for kind, member, data in given]
            outcomes = await asyncio.gather(*(engine.submit(fact) for fact in facts))
    return Counter(told(outcome) or "done" for outcome in outcomes)


if __name__ == "__main__":
    print(json.dumps(asyncio.run(enter_all(sys.argv[1]))), flush=True)
