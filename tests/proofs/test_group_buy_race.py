"""500 members race for 100 teams of three, from two processes: who pays ends in a full team or is refunded."""

import asyncio
import json
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections import Counter
from datetime import timedelta
from uuid import UUID

import pytest

from siyu.db import Pool
from tests.api.processes import ROOT
from tests.clock import NOON, TestClock
from tests.factories import add_members
from tests.plugins.team_audit import audit
from tests.plugins.team_shop import TeamShop

MEMBERS, TEAMS, PROCESSES = 500, 100, 2
ANSWER_TIMEOUT_S = 180


async def started(url: str, given: dict[str, object]) -> Process:
    """A process that waits for the sign."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.proofs.teaming_up", url, cwd=ROOT, stdin=PIPE, stdout=PIPE
    )
    assert process.stdin is not None
    process.stdin.write(json.dumps(given).encode() + b"\n")
    return process


async def answer(process: Process) -> str:
    """The next line it says."""
    assert process.stdout is not None
    return (await asyncio.wait_for(process.stdout.readline(), ANSWER_TIMEOUT_S)).decode().strip()


async def race(url: str, campaign: UUID, members: list[UUID], seed: int) -> Counter[str]:
    """Let them live; what all of them did."""
    openers, joiners = members[:TEAMS], members[TEAMS:]
    shares = [
        {
            "campaign": str(campaign),
            "name": f"process {number}",
            "seed": seed,
            "openers": [str(member) for member in openers[number::PROCESSES]],
            "joiners": [str(member) for member in joiners[number::PROCESSES]],
        }
        for number in range(PROCESSES)
    ]
    processes = [await started(url, share) for share in shares]
    try:
        assert [await answer(process) for process in processes] == ["ready"] * PROCESSES
        began_s = time.time()
        for process in processes:
            assert process.stdin is not None
            process.stdin.write(f"{began_s}\n".encode())
        done = [json.loads(await answer(process)) for process in processes]
        return sum(map(Counter, done), Counter())
    finally:
        for process in processes:
            if process.returncode is None:
                process.stdin.close()
                await asyncio.wait_for(process.wait(), ANSWER_TIMEOUT_S)


@pytest.mark.prove
@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("late_payer", ["refund", "new_team"])
async def test_every_paid_member_ends_in_a_full_team_or_refunded(
    database_url: str, pool: Pool, late_payer: str, seed: int
) -> None:
    clock = TestClock()
    shop = await TeamShop(clock, pool).begin(late_payer=late_payer)
    members = await add_members(pool, MEMBERS)

    done = await race(database_url, shop.campaign, members, seed)
    # Whatever is still open by now has its time run out; teams that late payers opened, too.
    for days in (2, 4):
        clock.now = NOON + timedelta(days=days)
        await shop.fire()

    ended = await audit(shop)
    print(f"{late_payer}, seed {seed}: {ended}, {dict(sorted(done.items()))}")
    assert min(ended.teams["succeeded"], ended.teams["failed"], ended.went_back) > 0
    opened = await pool.fetchval("SELECT count(*) FROM participation WHERE team IS NOT NULL")
    assert (opened == TEAMS) == (late_payer == "refund")
