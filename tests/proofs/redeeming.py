"""A process that redeems at a sign: `python -m tests.proofs.redeeming URL`.

It reads one line – a reward and the members, each of whom asks once – says "ready", waits for another line, lets all
ask at once and a worker give what is due beside them, and prints how often which refusal was told, as JSON; "" stands
for none.
"""

import asyncio
import json
import sys
from collections import Counter as Count
from uuid import UUID

from siyu.db import open_database
from siyu.engine import BatchLimits
from tests.siyu.engine.counter_desk import Counter

POOL_MAX = 4
# Small, so that the batches of both processes meet many times.
BATCH_FACTS = 8


async def redeem_all(url: str) -> Count[str]:
    """Why the members got none, and how many got one."""
    given = json.loads(await asyncio.to_thread(sys.stdin.readline))
    reward = UUID(given["reward"])
    async with open_database(url, POOL_MAX) as pool:
        shop = Counter(pool, BatchLimits(facts_max=BATCH_FACTS, share_min=1))
        await pool.fetchval("SELECT 1")
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        asked = asyncio.gather(*(shop.redeem(reward, UUID(member)) for member in given["members"]))
        while not asked.done():
            await shop.work()
            await asyncio.sleep(0)
        await shop.work()
    return Count(each.decision.refusal.code if each.decision.refusal else "" for each in await asked)


if __name__ == "__main__":
    print(json.dumps(asyncio.run(redeem_all(sys.argv[1]))), flush=True)
