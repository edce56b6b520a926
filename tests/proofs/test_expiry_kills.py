"""An expiry whose worker is killed at random moments ends as one that nobody disturbed."""

import asyncio
import signal
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

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

# A shop with a million lots; two of each member's twenty are due. It has only what an expiry reads, not what went into
# them: whether the whole ledger is as it should be is asked by the proof before.
OWNERS, LOTS_EACH, DUE_EACH = 50_000, 20, 2
ALL_DUE = OWNERS * DUE_EACH
FILL_TIMEOUT_S = 300.0
FILL = """
WITH joined AS (
    INSERT INTO member (id, joined_at) SELECT gen_random_uuid(), $1 FROM generate_series(1, $2) RETURNING id
), opened AS (
    INSERT INTO account (id, member_id, unit, balance) SELECT gen_random_uuid(), id, 'points', $3::int * $4::int
    FROM joined RETURNING id
)
INSERT INTO lot (id, account_id, expires_at, remaining)
SELECT gen_random_uuid(), id, $1 + make_interval(days => 30 * month), $4 FROM opened, generate_series(1, $3) AS month
"""
# Every due lot once and no other; every wallet what its lots hold; the wallets' own entries one after the other.
END_STATE_OF_ALL = """
SELECT (SELECT count(*) FROM lot WHERE closed AND remaining = 0 AND expires_at <= now()),
       (SELECT count(*) FROM lot WHERE NOT closed AND remaining = $1 AND expires_at > now()),
       (SELECT count(*) FROM transfer),
       (SELECT count(DISTINCT lot_id) FROM transfer WHERE kind = 'expire' AND amount = $1),
       (SELECT array_agg(DISTINCT balance) FROM account WHERE member_id IS NOT NULL),
       (SELECT array_agg(DISTINCT entries) FROM (
            SELECT array_agg(member_balance ORDER BY at)::text AS entries FROM transfer GROUP BY debit_id) AS wallet)
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


async def expire_in_spite_of_kills(
    commands: Commands, pool: Pool, folder: Path, random: Random, lots: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """Kill the worker at random moments, and let the last one finish."""
    for kill in range(KILLS):
        # Each kill has a stretch of the lots to itself.
        until = lots * kill // (KILLS + 1) + random.randrange(1, lots // (2 * KILLS))
        async with worker(commands, folder) as process:
            await wait_until_expired(pool, until)
            await asyncio.sleep(random.uniform(0, 0.02))
            process.send_signal(signal.SIGKILL)
            await process.communicate()
        say(capsys, f"killed when {await pool.fetchval(EXPIRED):,} of {lots:,} lots had expired")
    async with worker(commands, folder):
        await wait_until_expired(pool, lots)


@pytest.mark.prove
async def test_an_expiry_that_is_killed_again_and_again_ends_as_any(
    servers: Servers, database_url: str, pool: Pool, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    urls = {"SIYU_DATABASE_URL": database_url, "SIYU_REDIS_URL": servers.redis_url}
    commands = Commands({**urls, "SIYU_DATA": str(tmp_path)})
    seed, random = seeded_random()
    say(capsys, f"\nseed {seed}")
    await earn(pool, utc_now() - timedelta(days=62))

    await expire_in_spite_of_kills(commands, pool, tmp_path, random, LOTS, capsys)

    assert tuple(await pool.fetchrow(END_STATE) or ()) == (LOTS, LOTS, LOTS, LOTS * POINTS, 0)
    verified = await commands.run("ledger", "verify")
    assert verified.code == 0, verified.out


@pytest.mark.prove
async def test_a_million_lots_of_which_a_tenth_expires_end_as_they_should_whenever_the_worker_is_killed(
    servers: Servers, database_url: str, pool: Pool, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    urls = {"SIYU_DATABASE_URL": database_url, "SIYU_REDIS_URL": servers.redis_url}
    commands = Commands({**urls, "SIYU_DATA": str(tmp_path)})
    seed, random = seeded_random()
    say(capsys, f"\nseed {seed}")
    await pool.execute(TERMS)
    # The second month ended half a month ago, the third ends in half a month.
    long_ago = utc_now() - timedelta(days=75)
    await pool.execute(FILL, long_ago, OWNERS, LOTS_EACH, POINTS, timeout=FILL_TIMEOUT_S)
    await pool.execute("ANALYZE", timeout=FILL_TIMEOUT_S)

    await expire_in_spite_of_kills(commands, pool, tmp_path, random, ALL_DUE, capsys)

    left = POINTS * (LOTS_EACH - DUE_EACH)
    kept = OWNERS * (LOTS_EACH - DUE_EACH)
    assert tuple(await pool.fetchrow(END_STATE_OF_ALL, POINTS, timeout=FILL_TIMEOUT_S) or ()) == (
        *(ALL_DUE, kept, ALL_DUE, ALL_DUE),
        [left],
        [f"{{{left + POINTS},{left}}}"],
    )
