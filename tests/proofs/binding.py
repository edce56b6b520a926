"""A process that binds members to inviters at a sign: `python -m tests.proofs.binding URL`.

It reads one line – campaign, and pairs of a member and an inviter – says "ready", waits for another line, submits all
at once, and prints how often which reason was given, as JSON; "kept" stands for none.
"""

import asyncio
import json
import sys
from collections import Counter
from uuid import UUID

from siyu.db import open_database
from siyu.engine import BatchLimits, running
from tests.siyu.engine.inviting import bind, inviting_engine, said

POOL_MAX = 4
# Small, so that the batches of both processes meet many times.
BATCH_FACTS = 8


async def bind_all(url: str) -> Counter[str]:
    """Why binds were refused, and how many were not."""
    given = json.loads(await asyncio.to_thread(sys.stdin.readline))
    campaign = UUID(given["campaign"])
    async with open_database(url, POOL_MAX) as pool:
        await pool.fetchval("SELECT 1")
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        async with running(inviting_engine(pool, BatchLimits(facts_max=BATCH_FACTS, share_min=1))) as engine:
            facts = [bind(campaign, UUID(member), UUID(inviter)) for member, inviter in given["binds"]]
            outcomes = await asyncio.gather(*(engine.submit(fact) for fact in facts))
    return Counter(said(outcome) or "kept" for outcome in outcomes)


if __name__ == "__main__":
    print(json.dumps(asyncio.run(bind_all(sys.argv[1]))), flush=True)
