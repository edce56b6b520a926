"""Workers that die while timers fire: others take over, and each timer has fired once in the end."""

import asyncio
import signal
from pathlib import Path

import pytest

from siyu.db import Pool
from tests.api.due_timers import (
    TIMEOUT_S,
    assert_each_fired_once,
    fired,
    install_relay,
    set_timers,
    wait_until_fired,
    worker,
)
from tests.api.processes import Commands, first_line
from tests.seeds import seeded_random

TIMERS = 1_500
# As when the dead worker's lease has run out.
END_LEASES = "UPDATE pending_fact SET claimed_until = NULL"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A folder with the relay's distribution."""
    install_relay(tmp_path)
    return tmp_path


async def test_one_of_two_workers_is_killed_at_any_moment(commands: Commands, pool: Pool, site: Path) -> None:
    seed, random = seeded_random()
    print(f"seed {seed}")

    async with worker(commands, site), worker(commands, site) as dying:
        members = await set_timers(pool, TIMERS)
        await asyncio.sleep(random.uniform(0, 0.5))
        dying.send_signal(signal.SIGKILL)
        await dying.communicate()
        await pool.execute(END_LEASES)
        await wait_until_fired(pool, TIMERS)

    await assert_each_fired_once(pool, members)
    verified = await commands.run("ledger", "verify")
    assert (verified.code, verified.err) == (0, "")


async def test_a_worker_that_dies_behind_its_commit_has_fired_what_it_committed(
    commands: Commands, pool: Pool, site: Path
) -> None:
    members = await set_timers(pool, TIMERS)

    async with commands.running("worker", PYTHONPATH=str(site), SIYU_FAIL_POINT="engine.committed") as dying:
        async with asyncio.timeout(TIMEOUT_S):
            assert await dying.wait() == -signal.SIGKILL
    assert 0 < await fired(pool) < TIMERS
    await pool.execute(END_LEASES)
    async with worker(commands, site):
        await wait_until_fired(pool, TIMERS)

    await assert_each_fired_once(pool, members)


async def test_a_server_fires_timers_too(commands: Commands, pool: Pool, site: Path) -> None:
    members = await set_timers(pool, 3)

    async with commands.serving(PYTHONPATH=str(site)):
        await wait_until_fired(pool, 3)

    await assert_each_fired_once(pool, members)


async def test_timers_that_nobody_fires_are_named(commands: Commands, pool: Pool) -> None:
    """The relay's type is not installed: the rows stay, and whoever looks is told."""
    await set_timers(pool, 3)
    await pool.execute("UPDATE pending_fact SET due_at = due_at - interval '2 hours'")

    async with commands.running("worker") as idle:
        assert "works in the background" in await first_line(idle)
        examined, verified = await asyncio.gather(commands.run("doctor"), commands.run("ledger", "verify"))

    assert examined.code == 1
    assert "3 timers and emitted facts have been due for more than an hour" in examined.out
    assert verified.code == 0
    assert "Warning: 3 timers" in verified.err
    assert await pool.fetchval("SELECT count(*) FROM pending_fact") == 3
