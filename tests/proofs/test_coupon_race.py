"""Two processes at the same coupons, codes and limits in the same moment: each is had once, and no code twice."""

import asyncio
import json
import sys
from asyncio.subprocess import PIPE, Process
from collections import Counter
from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from random import Random

import pytest

from api.embedded import Servers
from siyu.coupons import facts
from siyu.coupons.code_batches import CODES_AT_ONCE, codes_of, make_codes
from siyu.db import Pool
from siyu.engine import NewFact
from siyu.ledger.verify import verify_ledger
from tests.api.processes import ROOT, Commands
from tests.clock import NOON
from tests.factories import add_members, shop_engine
from tests.siyu.coupons.shop import add_template, claimed, coupon_in, issued, locked, of_order, verified

ANSWER_TIMEOUT_S = 120
COUPONS, SCANNERS = 40, 50
CODES = 100_000


async def started(url: str, entered: Sequence[NewFact]) -> Process:
    """A process that waits for the sign."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.proofs.scanning", url, cwd=ROOT, stdin=PIPE, stdout=PIPE, limit=2**22
    )
    assert process.stdin is not None
    told = [[fact.type, str(fact.member_id), dict(fact.data)] for fact in entered]
    process.stdin.write(json.dumps(told).encode() + b"\n")
    return process


async def answer(process: Process) -> str:
    """The next line it says."""
    assert process.stdout is not None
    return (await asyncio.wait_for(process.stdout.readline(), ANSWER_TIMEOUT_S)).decode().strip()


async def race(url: str, *entered: NewFact) -> Counter[str]:
    """How often which reason was given by both processes."""
    mixed = list(entered)
    Random(1).shuffle(mixed)  # noqa: S311 - to be the same again is its purpose
    processes = [await started(url, mixed[half::2]) for half in (0, 1)]
    try:
        assert [await answer(process) for process in processes] == ["ready", "ready"]
        for process in processes:
            assert process.stdin is not None
            process.stdin.write(b"go\n")
        told: Counter[str] = Counter()
        for process in processes:
            told.update(json.loads(await answer(process)))
        return told
    finally:
        for process in processes:
            if process.returncode is None:
                process.stdin.close()  # type: ignore[union-attr]  # it was piped
                await asyncio.wait_for(process.wait(), ANSWER_TIMEOUT_S)


async def holds(pool: Pool) -> bool:
    """Whether every invariant holds."""
    return not any(finding.violations for finding in await verify_ledger(pool, lambda *_: None))


@pytest.mark.prove
async def test_of_fifty_scanners_in_two_processes_one_takes_each_coupon(database_url: str, pool: Pool) -> None:
    await add_template(pool)
    members, engine = await add_members(pool, COUPONS), shop_engine(pool)
    coupons = [coupon_in(await engine.submit(issued(member))) for member in members]
    scans = [
        verified(member, coupon, clerk=f"clerk{number}")
        for member, coupon in zip(members, coupons, strict=True)
        for number in range(SCANNERS)
    ]

    told = await race(database_url, *scans)

    print(f"{COUPONS} coupons, {SCANNERS} scanners each: {dict(told)}")
    assert told == {"done": COUPONS, "ALREADY_VERIFIED": COUPONS * (SCANNERS - 1)}
    assert await holds(pool)


@pytest.mark.prove
async def test_online_and_in_the_store_a_coupon_is_used_once(database_url: str, pool: Pool) -> None:
    await add_template(pool)
    members, engine = await add_members(pool, COUPONS), shop_engine(pool)
    coupons = [coupon_in(await engine.submit(issued(member))) for member in members]
    owned = list(zip(members, coupons, strict=True))
    scans = [verified(member, coupon, clerk=f"c{number}") for member, coupon in owned for number in range(3)]
    locks = [locked(member, [coupon], f"A{number}") for member, coupon in owned for number in range(3)]
    uses = [of_order(facts.USED, member, f"A{number}") for member, _ in owned for number in range(3)]

    told = await race(database_url, *scans, *locks, *uses)

    print(f"stores and orders at {COUPONS} coupons: {dict(told)}")
    states = Counter(row[0] for row in await pool.fetch("SELECT state FROM coupon"))
    assert set(states) <= {"used", "locked"}
    assert sum(states.values()) == COUPONS
    assert await holds(pool)


@pytest.mark.prove
async def test_limits_of_templates_members_and_codes_hold_in_two_processes(database_url: str, pool: Pool) -> None:
    await add_template(pool, total_limit=150, member_limit=2)
    await add_template(pool, "by-code")
    members = await add_members(pool, 100)
    batch = await make_codes(pool, "by-code", "1", 50, NOON, lambda *_: None)
    codes = [code async for some in codes_of(pool, batch.id) for code in some]
    gifts = [issued(member) for member in members for _ in range(3)]
    claims = [claimed(member, code) for place, code in enumerate(codes) for member in members[place : place + 4]]

    told = await race(database_url, *gifts, *claims)

    print(f"{len(gifts)} gifts of 150, {len(claims)} claims of 50 codes: {dict(told)}")
    assert told["done"] == 150 + 50
    assert told["CODE_USED"] == len(claims) - 50
    assert told["ALL_ISSUED"] + told["MEMBER_LIMIT"] == len(gifts) - 150
    assert await pool.fetchval("SELECT max(place) FROM coupon WHERE claimed_code IS NULL") == 2
    assert await holds(pool)


@pytest.mark.prove
async def test_batches_of_a_hundred_thousand_codes_made_in_parallel_have_no_code_twice(
    servers: Servers, database_url: str, pool: Pool, tmp_path: Path
) -> None:
    await add_template(pool)
    commands = Commands({"SIYU_DATABASE_URL": database_url, "SIYU_REDIS_URL": servers.redis_url})

    finished = await asyncio.gather(
        *(
            commands.run("coupons", "codes", "tea", "--count", str(CODES), "--batch", batch, "--out", tmp_path / file)
            for batch, file in (("a", "a.txt"), ("b", "b.txt"), ("b", "again.txt"))
        )
    )

    assert [each.code for each in finished] == [0, 0, 0], finished
    first, second, again = [(tmp_path / file).read_text().split() for file in ("a.txt", "b.txt", "again.txt")]
    assert sorted(second) == sorted(again)
    assert len(first) == len(second) == CODES
    assert len(set(chain(first, second))) == 2 * CODES
    assert await pool.fetchval("SELECT count(*) FROM coupon_code") == 2 * CODES
    assert CODES_AT_ONCE < CODES
