"""Two processes at one wallet: nothing is spent, held or paid out twice, and nobody falls below zero."""

import asyncio
import json
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import pytest

from siyu.db import Pool
from siyu.ids import new_id
from tests.api.processes import ROOT
from tests.factories import add_campaign, points_of
from tests.siyu.engine import till
from tests.siyu.engine.wallets import LIN, WANG, Desks, record, violations

ANSWER_TIMEOUT_S = 120
SPENDS, SPENT, BALANCE = 1_000, 10, 5_000
# As the process reads it: type, campaign, member, data, key.
Told = tuple[str, str | None, str, dict[str, Any], str]
POLICY = "UPDATE unit SET shortfall = $1, has_debts = $2 WHERE key = 'points'"


def told(kind: str, member_id: UUID, campaign_id: UUID | None = None, **data: object) -> Told:
    """A fact with a key of its own."""
    return kind, str(campaign_id) if campaign_id else None, str(member_id), data, new_id().hex


async def answer(process: Process) -> str:
    """The next line it says."""
    assert process.stdout is not None
    return (await asyncio.wait_for(process.stdout.readline(), ANSWER_TIMEOUT_S)).decode().strip()


async def say(process: Process, line: str) -> None:
    """Write it a line; what is long goes as it is read."""
    assert process.stdin is not None
    process.stdin.write(line.encode() + b"\n")
    await process.stdin.drain()


async def race(url: str, halves: Sequence[Sequence[Told]]) -> list[int]:
    """How many facts of each process passed."""
    command = sys.executable, "-m", "tests.proofs.spending", url
    processes = [await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdin=PIPE, stdout=PIPE) for _ in halves]
    try:
        for process, facts in zip(processes, halves, strict=True):
            await say(process, json.dumps(facts))
        assert [await answer(process) for process in processes] == ["ready"] * len(halves)
        for process in processes:
            await say(process, "go")
        return [int(await answer(process)) for process in processes]
    finally:
        for process in processes:
            process.stdin.close()  # type: ignore[union-attr]  # it was piped
            await asyncio.wait_for(process.wait(), ANSWER_TIMEOUT_S)


@pytest.mark.prove
async def test_of_a_thousand_spends_as_many_pass_as_the_balance_bears(database_url: str, pool: Pool) -> None:
    member_id = await Desks(pool).member(points=BALANCE)
    value = {"unit": "points", "amount": SPENT}
    spends = [told("value.spent", member_id, reference=f"R-{number}", **value) for number in range(SPENDS)]

    passed = await race(database_url, [spends[::2], spends[1::2]])

    print(f"spends that passed: {passed} of {SPENDS}")
    assert sum(passed) == BALANCE // SPENT
    assert await points_of(pool, member_id) == 0
    assert await violations(pool) == []


@pytest.mark.prove
@pytest.mark.parametrize("policy", ["left", "debt", "write_off"])
async def test_earning_refunding_and_spending_cross_and_nobody_falls_below_zero(
    database_url: str, pool: Pool, policy: str
) -> None:
    await pool.execute(POLICY, policy, policy == "debt")
    member_id, campaign = await Desks(pool).member(points=50), await add_campaign(pool, "till")

    def play(number: int, *effects: till.Told) -> Told:
        return told("till.play", member_id, campaign, reference=f"A-{number}", effects=effects)

    earned = [play(number, till.grant(30, f"A-{number}")) for number in range(150)]
    refunded = [play(number, till.reverse(30, f"A-{number}")) for number in range(0, 150, 2)]
    spent = [told("value.spent", member_id, unit="points", amount=20, reference=f"R-{n}") for n in range(150)]

    await race(database_url, [[*earned[:75], *spent[::2], *refunded], [*spent[1::2], *earned[75:], *refunded]])

    owed = await pool.fetchval("SELECT coalesce(sum(balance), 0)::bigint FROM account WHERE debtor_id IS NOT NULL")
    lowest = await pool.fetchval("SELECT min(member_balance) FROM transfer")
    print(f"{policy}: {await points_of(pool, member_id)} points left, {owed} owed")
    assert lowest >= 0
    assert policy == "debt" or owed == 0
    assert await violations(pool) == []


@pytest.mark.prove
async def test_a_hold_ends_once_and_a_payout_is_paid_once_under_one_reference(database_url: str, pool: Pool) -> None:
    desks = Desks(pool)
    member_id, payout = await approved(desks)
    other_id, others = await approved(desks)
    await desks.give(member_id, "points", 100)
    hold = record(await desks.hold(member_id, 60, lasts_s=86_400 * 30))["id"]

    def pay(payee: UUID, named: str) -> Told:
        return told("payout.paid", payee, payout=named, made_by=WANG, reference="T-1")

    ends = [told("value.posted", member_id, hold=hold, amount=40), told("value.voided", member_id, hold=hold)]
    pays = [pay(member_id, payout), pay(other_id, others)]
    fails = [told("payout.failed", member_id, payout=payout, made_by=WANG, note="no")] * 2
    passed = await race(database_url, [[*ends, *pays, fails[0]], [*ends[::-1], *pays[::-1], fails[1]]])

    states = sorted(await desks.states("payout"))
    assert sum(passed) >= 2
    assert await desks.states("value_hold") in (["posted"], ["void"])
    assert await pool.fetchval("SELECT count(*) FROM payout WHERE reference = 'T-1'") == 1
    # Whichever is not paid is as it was, or has failed and come back.
    assert states in (["approved", "paid"], ["failed", "paid"])
    assert await violations(pool) == []


async def approved(desks: Desks) -> tuple[UUID, str]:
    """A member and a payout of theirs that is approved."""
    member_id = await desks.member(commission=500)
    payout = str(record(await desks.ask("payout.requested", member_id, amount_fen=500))["id"])
    await desks.ask("payout.approved", member_id, payout=payout, made_by=LIN)
    return member_id, payout
