"""A thousand members redeem from two processes: as many get one as there are, and each is given it once."""

import asyncio
import json
import sys
from asyncio.subprocess import PIPE, Process
from collections import Counter as Count
from collections.abc import Sequence
from uuid import UUID

import pytest

from siyu.db import Pool
from siyu.rewards import RewardKind
from tests.api.processes import ROOT
from tests.siyu.engine.counter_desk import Counter
from tests.siyu.rewards.catalogue import add_reward

ASKING, UNITS, PRICE, GIVEN = 1_000, 50, 30, 50
ANSWER_TIMEOUT_S = 120


async def started(url: str, reward: UUID, members: Sequence[UUID]) -> Process:
    """A process that waits for the sign."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.proofs.redeeming", url, cwd=ROOT, stdin=PIPE, stdout=PIPE
    )
    assert process.stdin is not None
    given = {"reward": str(reward), "members": [str(member) for member in members]}
    process.stdin.write(json.dumps(given).encode() + b"\n")
    return process


async def answer(process: Process) -> str:
    """The next line it says."""
    assert process.stdout is not None
    return (await asyncio.wait_for(process.stdout.readline(), ANSWER_TIMEOUT_S)).decode().strip()


async def race(url: str, reward: UUID, halves: Sequence[Sequence[UUID]]) -> Count[str]:
    """How often which refusal was told by both processes."""
    processes = [await started(url, reward, members) for members in halves]
    try:
        assert [await answer(process) for process in processes] == ["ready", "ready"]
        for process in processes:
            assert process.stdin is not None
            process.stdin.write(b"go\n")
        told: Count[str] = Count()
        for process in processes:
            told.update(json.loads(await answer(process)))
        return told
    finally:
        for process in processes:
            if process.returncode is None:
                process.stdin.close()  # type: ignore[union-attr]  # it was piped
                await asyncio.wait_for(process.wait(), ANSWER_TIMEOUT_S)


@pytest.mark.prove
async def test_a_thousand_redeem_fifty_units(database_url: str, pool: Pool) -> None:
    shop = Counter(pool)
    members = await shop.members(ASKING, PRICE)
    bonus = await add_reward(pool, "bonus", RewardKind.POINTS, stock=UNITS, price_points=PRICE)

    told = await race(database_url, bonus.id, [members[::2], members[1::2]])

    print(f"{ASKING} ask for {UNITS}: {dict(told)}")
    assert told == {"": UNITS, "OUT_OF_STOCK": ASKING - UNITS}
    assert await shop.taken(bonus.id) == UNITS
    states = await pool.fetch("SELECT state, count(*) FROM redemption GROUP BY state")
    assert [tuple(row) for row in states] == [("used", UNITS)]
    points = await pool.fetchval("SELECT sum(balance)::bigint FROM account WHERE member_id IS NOT NULL")
    assert points == ASKING * PRICE - UNITS * PRICE + UNITS * GIVEN
    await shop.verify()


@pytest.mark.prove
async def test_members_who_ask_in_both_processes_get_no_more_than_their_limit(database_url: str, pool: Pool) -> None:
    shop = Counter(pool)
    members = await shop.members(20, 5 * PRICE)
    mug = await add_reward(pool, per_member=3, price_points=PRICE)

    told = await race(database_url, mug.id, [members * 10, members * 10])

    print(f"20 members ask 400 times for 3 each: {dict(told)}")
    assert told == {"": 60, "LIMIT_REACHED": 340}
    assert await shop.taken(mug.id) == 60
    await shop.verify()
