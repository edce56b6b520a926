"""Timers that are all due at once, for the worker processes that tests start and kill."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

from siyu.db import Pool
from tests.api.processes import Commands, first_line
from tests.factories import add_campaign, add_members

POLL_S = 0.01
TIMEOUT_S = 240.0

FILL = """
INSERT INTO pending_fact (id, type, member_id, campaign_id, data, timer_key, depth, due_at, created_at)
SELECT gen_random_uuid(), 'relay.ring', member_id, $1, '{"note": "ding", "then_s": null, "stops": null}', 'bell', 0,
       now() - interval '1 minute', now() - interval '1 hour'
FROM unnest($2::uuid[]) AS member_id
"""


def install_relay(site: Path) -> None:
    """The tests' campaign type as a distribution of its own, for processes with the folder on their path."""
    (site / "relay-1.0.dist-info").mkdir(parents=True)
    (site / "relay-1.0.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: relay\nVersion: 1.0\n")
    (site / "relay-1.0.dist-info" / "entry_points.txt").write_text(
        "[siyu.campaigns]\nrelay = tests.siyu.engine.relay\n"
    )


async def set_timers(pool: Pool, count: int) -> list[UUID]:
    """A relay in which each of so many members has a timer that is due."""
    campaign, members = await add_campaign(pool, "relay"), await add_members(pool, count)
    await pool.execute(FILL, campaign, members)
    return members


@asynccontextmanager
async def worker(commands: Commands, site: Path, **settings: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """A worker that knows relays, once it has said that it works."""
    async with commands.running("worker", PYTHONPATH=str(site), **settings) as process:
        assert "works in the background" in await first_line(process)
        yield process


async def fired(pool: Pool) -> int:
    """How many timers have fired."""
    return int(await pool.fetchval("SELECT count(*) FROM fact WHERE type = 'relay.ring'"))


async def wait_until_fired(pool: Pool, count: int) -> None:
    """Until at least so many timers have fired."""
    async with asyncio.timeout(TIMEOUT_S):
        while await fired(pool) < count:
            await asyncio.sleep(POLL_S)


async def assert_each_fired_once(pool: Pool, members: list[UUID]) -> None:
    """One fact, one decision and one point for each member, and nothing pending."""
    for table in ("fact", "decision", "transfer", "participation"):
        assert await pool.fetchval(f"SELECT count(*) FROM {table}") == len(members), table
    balances = await pool.fetch("SELECT member_id, balance FROM account WHERE member_id IS NOT NULL")
    assert {row["member_id"]: row["balance"] for row in balances} == dict.fromkeys(members, 1)
    assert await pool.fetchval("SELECT count(*) FROM pending_fact") == 0
