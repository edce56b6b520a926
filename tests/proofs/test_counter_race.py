"""A thousand claims from two processes against k units: exactly k pass, for every kind of counter and of cap."""

import asyncio
import json
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

import pytest

from siyu.db import Pool
from siyu.ledger.verify import verify_ledger
from siyu.sdk import Period, Scope
from tests.api.processes import ROOT
from tests.factories import add_campaign, add_members
from tests.siyu.engine.capped import cap, set_caps
from tests.siyu.engine.tally import go, take, tally, tally_engine

CLAIMS, UNITS = 1_000, 137
ANSWER_TIMEOUT_S = 120


async def started(url: str, scope: Scope, period: Period, given: dict[str, object]) -> Process:
    """A process that waits for the sign."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.proofs.claiming", url, scope.value, period.value, cwd=ROOT, stdin=PIPE, stdout=PIPE
    )
    assert process.stdin is not None
    process.stdin.write(json.dumps(given).encode() + b"\n")
    return process


async def answer(process: Process) -> str:
    """The next line it says."""
    assert process.stdout is not None
    return (await asyncio.wait_for(process.stdout.readline(), ANSWER_TIMEOUT_S)).decode().strip()


class Race(NamedTuple):
    """What every member does in which campaign and team, and the type's counter."""

    scope: Scope
    period: Period
    campaign: UUID
    team: str
    do: Sequence[Any]


async def race(url: str, given: Race, members: Sequence[UUID]) -> list[int]:
    """How many claims of each process passed."""
    told: dict[str, object] = {"campaign": str(given.campaign), "team": given.team, "do": given.do}
    halves = [told | {"members": [str(member) for member in members[half::2]]} for half in (0, 1)]
    processes = [await started(url, given.scope, given.period, claims) for claims in halves]
    try:
        assert [await answer(process) for process in processes] == ["ready", "ready"]
        for process in processes:
            assert process.stdin is not None
            process.stdin.write(b"go\n")
        return [int(await answer(process)) for process in processes]
    finally:
        for process in processes:
            if process.returncode is None:
                process.stdin.close()  # type: ignore[union-attr]  # it was piped
                await asyncio.wait_for(process.wait(), ANSWER_TIMEOUT_S)


@pytest.mark.prove
@pytest.mark.parametrize("period", Period, ids=lambda period: period.value)
@pytest.mark.parametrize("scope", Scope, ids=lambda scope: scope.value)
async def test_exactly_as_many_pass_as_there_are(database_url: str, pool: Pool, scope: Scope, period: Period) -> None:
    members = await add_members(pool, CLAIMS)
    campaign = await add_campaign(pool, "tally", {"limit": UNITS})
    opened = await tally_engine(pool, tally(scope, period)).submit(go(campaign, members[0], ("open",)))
    # Facts that name a team wait for each other at the team: the lock of any other counter would not be tried.
    team = opened.fact_id.hex if scope is Scope.TEAM else ""
    claimants = [members[0]] * CLAIMS if scope is Scope.MEMBER else members

    passed = await race(database_url, Race(scope, period, campaign, team, take()), claimants)

    print(f"{scope.value} by {period.value}: {passed} of {CLAIMS}")
    assert sum(passed) == UNITS
    assert await pool.fetchval("SELECT sum(used) FROM counter") == UNITS
    assert await pool.fetchval("SELECT count(*) FROM fact") == CLAIMS + 1
    findings = await verify_ledger(pool, lambda done, total: None)
    assert [finding.invariant for finding in findings if finding.violations] == []


@pytest.mark.prove
@pytest.mark.parametrize("period", ["ever", "day", "week", "month"])
@pytest.mark.parametrize("scope", ["campaign", "member"])
@pytest.mark.parametrize("measure", ["value", "count"])
async def test_exactly_as_many_pass_as_a_cap_allows(
    database_url: str, pool: Pool, measure: str, scope: str, period: str
) -> None:
    members = await add_members(pool, CLAIMS)
    campaign = await add_campaign(pool, "tally")
    await set_caps(pool, campaign, cap(UNITS, measure, scope, period))
    claimants = [members[0]] * CLAIMS if scope == "member" else members

    passed = await race(database_url, Race(Scope.CAMPAIGN, Period.EVER, campaign, "", ("grant", 1)), claimants)

    print(f"{measure} of {scope} by {period}: {passed} of {CLAIMS}")
    assert sum(passed) == UNITS
    assert [row[0] for row in await pool.fetch("SELECT used FROM counter WHERE used > 0")] == [UNITS]
    assert await pool.fetchval("SELECT sum(amount) FROM transfer") == UNITS
    refused = "SELECT count(*) FROM decision WHERE refusal_code = 'CAP_REACHED'"
    assert await pool.fetchval(refused) == CLAIMS - UNITS
    findings = await verify_ledger(pool, lambda done, total: None)
    assert [finding.invariant for finding in findings if finding.violations] == []
