"""Ten thousand timers due at once, two workers, one of them killed at a random moment: each timer fires once."""

import asyncio
import signal
from pathlib import Path
from time import monotonic

import pytest

from api.embedded import Servers
from siyu.db import Pool
from tests.api.due_timers import assert_each_fired_once, fired, install_relay, set_timers, wait_until_fired, worker
from tests.api.processes import Commands
from tests.proofs.test_import_kills import say
from tests.seeds import seeded_random

TIMERS = 10_000


@pytest.mark.prove
async def test_ten_thousand_timers_fire_once_although_a_worker_is_killed(
    servers: Servers, database_url: str, pool: Pool, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    urls = {"SIYU_DATABASE_URL": database_url, "SIYU_REDIS_URL": servers.redis_url}
    commands = Commands({**urls, "SIYU_DATA": str(tmp_path)})
    install_relay(tmp_path)
    seed, random = seeded_random()
    say(capsys, f"\nseed {seed}")

    async with worker(commands, tmp_path), worker(commands, tmp_path) as dying:
        members = await set_timers(pool, TIMERS)
        started = monotonic()
        await wait_until_fired(pool, random.randrange(1, TIMERS * 2 // 3))
        await asyncio.sleep(random.uniform(0, 0.1))
        assert dying.returncode is None
        dying.send_signal(signal.SIGKILL)
        await dying.communicate()
        seen, leased = await fired(pool), await pool.fetchval("SELECT count(claimed_until) FROM pending_fact")
        say(capsys, f"killed after {monotonic() - started:.2f} s: {seen:,} had fired, {leased:,} were claimed")
        # Nobody helps: what the dead worker had claimed is free once its lease has run out.
        await wait_until_fired(pool, TIMERS)
        say(capsys, f"all fired after {monotonic() - started:.2f} s")

    await assert_each_fired_once(pool, members)
    verified = await commands.run("ledger", "verify")
    assert verified.code == 0, verified.out
