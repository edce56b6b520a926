"""A process that claims units at a sign: `python -m tests.proofs.claiming URL SCOPE PERIOD`.

It reads one line – campaign, team, the members who claim, and what each does – says "ready", waits for another line,
lets every member claim at once, and prints how many got a unit.
"""

import asyncio
import json
import sys
from uuid import UUID

from siyu.db import open_database
from siyu.engine import BatchLimits
from siyu.sdk import Period, Scope
from tests.siyu.engine.tally import go, refusal, tally, tally_engine

POOL_MAX = 4
# Small, so that the batches of both processes meet many times.
BATCH_FACTS = 8


async def claim(url: str, scope: Scope, period: Period) -> int:
    """How many claims passed."""
    given = json.loads(await asyncio.to_thread(sys.stdin.readline))
    campaign, team = UUID(given["campaign"]), given["team"]
    async with open_database(url, POOL_MAX) as pool:
        await pool.fetchval("SELECT 1")
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        engine = tally_engine(pool, tally(scope, period), BatchLimits(facts_max=BATCH_FACTS, share_min=1))
        facts = [go(campaign, UUID(member), given["do"], team=team, item="cup") for member in given["members"]]
        outcomes = await asyncio.gather(*(engine.submit(fact) for fact in facts))
    return sum(refusal(outcome) is None for outcome in outcomes)


if __name__ == "__main__":
    print(asyncio.run(claim(sys.argv[1], Scope(sys.argv[2]), Period(sys.argv[3]))), flush=True)
