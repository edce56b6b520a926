"""An expiry whose worker is killed at random moments ends as one that nobody disturbed."""

import asyncio
import signal
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from api.embedded import Servers
from siyu.clock import utc_now
from siyu.db import Pool
from siyu.ids import new_id
from tests.api.due_timers import worker
from tests.api.processes import Commands
from tests.factories import add_campaign, add_members, paid, shop_engine
from tests.proofs.test_import_kills import say
from tests.seeds import seeded_random

MEMBERS, MONTHS, KILLS = 4_000, 3, 5
LOTS = MEMBERS * MONTHS
AT_ONCE = 1_000
POINTS = 10
POLL_S, TIMEOUT_S = 0.002, 120.0

TERMS = "UPDATE unit SET expiry_months = 0, expiry_until = 'month', has_lots = true WHERE key = 'points'"
EXPIRED = "SELECT count(*) FROM transfer WHERE kind = 'expire'"
END_STATE = """
SELECT (SELECT count(*) FROM lot), (SELECT count(*) FROM lot WHERE closed AND remaining = 0),
       (SELECT count(DISTINCT lot_id) FROM transfer WHERE kind = 'expire'),
       (SELECT sum(amount) FROM transfer WHERE kind = 'expire')::int,
       (SELECT sum(balance) FROM account WHERE member_id IS NOT NULL)::int
"""


async def earn(pool: Pool, long_ago: datetime) -> None:
    """Give each member points in each of some months of the past, as the engine did then."""
    await pool.execute(TERMS)
    members = await add_members(pool, MEMBERS)
    await add_campaign(pool, "purchase", {"points_per_yuan": 1, "lateness_days": None})
    engine = shop_engine(pool, clock=lambda: long_ago)
    moments = [long_ago - timedelta(days=31 * month) for month in range(MONTHS)]
    facts = [paid(member, new_id().hex, POINTS * 100, at) for at in moments for member in members]
    for place in range(0, len(facts), AT_ONCE):
        await asyncio.gather(*map(engine.submit, facts[place : place + AT_ONCE]))


async def wait_until_expired(pool: Pool, lots: int) -> None:
    """Until at least so many lots have been booked out."""
    async with asyncio.timeout(TIMEOUT_S):
        while await pool.fetchval(EXPIRED) < lots:
            await asyncio.sleep(POLL_S)


@pytest.mark.prove
async def test_an_expiry_that_is_killed_again_and_again_ends_as_any(
    servers: Servers, database_url: str, pool: Pool, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    urls = {"SIYU_DATABASE_URL": database_url, "SIYU_REDIS_URL": servers.redis_url}
    commands = Commands({**urls, "SIYU_DATA": str(tmp_path)})
    seed, random = seeded_random()
    say(capsys, f"\nseed {seed}")
    await earn(pool, utc_now() - timedelta(days=62))

    for kill in range(KILLS):
        # Each kill has a stretch of the lots to itself.
        until = LOTS * kill // (KILLS + 1) + random.randrange(1, LOTS // (2 * KILLS))
        async with worker(commands, tmp_path) as process:
            await wait_until_expired(pool, until)
            await asyncio.sleep(random.uniform(0, 0.02))
            process.send_signal(signal.SIGKILL)
            await process.communicate()
        say(capsys, f"killed when {await pool.fetchval(EXPIRED):,} of {LOTS:,} lots had expired")
    async with worker(commands, tmp_path):
        await wait_until_expired(pool, LOTS)

    assert tuple(await pool.fetchrow(END_STATE) or ()) == (LOTS, LOTS, LOTS, LOTS * POINTS, 0)
    verified = await commands.run("ledger", "verify")
    assert verified.code == 0, verified.out
