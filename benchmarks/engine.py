"""The engine against a transaction a call: the same check-ins, the same rows, the same machine, turn by turn."""

import asyncio
import multiprocessing
import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import count
from statistics import median
from time import perf_counter
from uuid import UUID

import asyncpg
import uvloop

from api.collecting import spare_the_collector
from api.migrating import migrate
from benchmarks.by_hand import CONNECTIONS, sign_all_by_hand
from benchmarks.check_ins import Run, signs_of, submit_all
from benchmarks.shop import SHANGHAI, add_campaign, add_members, open_engine, temporary_servers
from siyu.db import Pool, open_database
from siyu.engine import BatchLimits

MEMBERS = 4_096
POOL_MAX = 10
CALLERS = 1_024
FEWER_CALLERS = 256
# A call by hand costs so much more that a tenth of the calls gives as long a run.
BY_HAND_SHARE = 10
LATENCY_CALLS = 2_000
LONE_TURNS, LONE_CALLS = 20, 25
LATENCY_CALLERS = (16, FEWER_CALLERS, CALLERS)
PROCESSES = 2
COUNTED_TABLES = ("fact", "decision", "transfer")


@dataclass(frozen=True, slots=True)
class Bench:
    """A shop with one campaign for each side; `days` counts up, so that nobody signs a day twice."""

    url: str
    pool: Pool
    members: Sequence[UUID]
    campaign: UUID
    campaign_by_hand: UUID
    issuer_by_hand: UUID
    days: "count[int]"

    async def through_engine(self, calls: int, callers: int) -> Run:
        """One run through `submit`."""
        signs = signs_of(self.members, calls, self.fresh_days(calls))
        return await submit_all(open_engine(self.pool), self.campaign, signs, callers)

    async def by_hand(self, calls: int, callers: int) -> Run:
        """One run by hand."""
        signs = signs_of(self.members, calls, self.fresh_days(calls))
        seconds, latencies = await sign_all_by_hand(
            self.url, self.campaign_by_hand, self.issuer_by_hand, signs, SHANGHAI, callers
        )
        return Run(seconds, latencies)

    def fresh_days(self, calls: int) -> int:
        """The first of as many fresh days as the calls need."""
        days = [next(self.days) for _ in range(-(-calls // len(self.members)))]
        return days[0]


def run(rounds: int, facts: int) -> dict[str, object]:
    """Everything the benchmark says, as one JSON object."""
    with temporary_servers() as servers, asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_measure(servers.database_url, rounds, facts))


async def _measure(url: str, rounds: int, facts: int) -> dict[str, object]:
    await migrate(url)
    async with open_database(url, POOL_MAX) as pool:
        bench = await _prepare(url, pool)
        spare_the_collector()
        await bench.through_engine(MEMBERS, CALLERS)
        await bench.by_hand(MEMBERS // BY_HAND_SHARE, CALLERS)
        result = await _compare(bench, rounds, facts)
        result |= {"latency_ms": await _latencies(bench), "steps_us": await _steps(bench, facts)}
        result["rows_a_call"] = await _rows_a_call(bench)
        result["synchronous_commit"] = await pool.fetchval("SHOW synchronous_commit")
    return result | await _processes(url, facts) | {"cores": os.cpu_count()}


async def _prepare(url: str, pool: Pool) -> Bench:
    members = await add_members(pool, MEMBERS)
    campaign, by_hand = await add_campaign(pool, "check_in", {}), await add_campaign(pool, "check_in", {})
    issuer = await pool.fetchval("SELECT id FROM account WHERE campaign_id = $1", by_hand)
    return Bench(url, pool, members, campaign, by_hand, issuer, count())


async def _compare(bench: Bench, rounds: int, facts: int) -> dict[str, object]:
    """The headline: rates in turn, and the ratio of each round."""
    many, few, hand = [], [], []
    for _ in range(rounds):
        many.append((await bench.through_engine(facts, CALLERS)).per_s)
        hand.append((await bench.by_hand(facts // BY_HAND_SHARE, CALLERS)).per_s)
        few.append((await bench.through_engine(facts, FEWER_CALLERS)).per_s)
    return {
        "ratio": round(median(a / b for a, b in zip(many, hand, strict=True)), 2),
        f"ratio_{FEWER_CALLERS}_callers": round(median(a / b for a, b in zip(few, hand, strict=True)), 2),
        "compared": f"check-ins through submit, 1 process, {CALLERS} callers, with one transaction a call by as many "
        f"callers on {CONNECTIONS} asyncpg connections; median of {rounds} rounds in turn",
        "submit_per_s": {str(CALLERS): round(median(many)), str(FEWER_CALLERS): round(median(few))},
        "by_hand_per_s": round(median(hand)),
        "rounds_per_s": {"submit": [round(rate) for rate in many], "by_hand": [round(rate) for rate in hand]},
    }


async def _latencies(bench: Bench) -> dict[str, object]:
    """A call's latency by how many call at once; a lone caller's and a lone transaction's in turn."""
    alone, by_hand = Run(0.0, []), Run(0.0, [])
    for _ in range(LONE_TURNS):
        alone += await bench.through_engine(LONE_CALLS, 1)
        by_hand += await bench.by_hand(LONE_CALLS, 1)
    through = {"1": alone.latency_ms()}
    for callers in LATENCY_CALLERS:
        through[str(callers)] = (await bench.through_engine(max(LATENCY_CALLS, 4 * callers), callers)).latency_ms()
    return {"submit": through, "by_hand": {"1": by_hand.latency_ms()}, "batching_delay": BatchLimits().delay_ms}


async def _steps(bench: Bench, facts: int) -> dict[str, float]:
    """Microseconds a fact spends in each step of its batch, waiting for PostgreSQL included."""
    engine = open_engine(bench.pool)
    await submit_all(engine, bench.campaign, signs_of(bench.members, facts, bench.fresh_days(facts)), CALLERS)
    return {name: round(seconds / facts * 1e6, 1) for name, seconds in engine.timings.seconds.items()}


async def _rows_a_call(bench: Bench) -> dict[str, object]:
    """Rows written for each call on both sides; they must be the same."""
    rows = {}
    for side, campaign in (("submit", bench.campaign), ("by_hand", bench.campaign_by_hand)):
        row = await bench.pool.fetchrow(
            """
            SELECT (SELECT count(*) FROM fact WHERE campaign_id = $1) AS fact,
                   (SELECT count(*) FROM decision WHERE campaign_id = $1) AS decision,
                   (SELECT count(*) FROM transfer JOIN account ON account.id = debit_id WHERE campaign_id = $1)
                       AS transfer
            """,
            campaign,
        )
        assert row is not None
        rows[side] = {table: row[table] / row["fact"] for table in COUNTED_TABLES}
    assert rows["submit"] == rows["by_hand"], rows
    return rows["submit"]


async def _processes(url: str, facts: int) -> dict[str, object]:
    """The same load from one process and from two, each started afresh."""
    loop = asyncio.get_running_loop()
    rates: dict[int, float] = {}
    for processes in (1, PROCESSES, 1, PROCESSES):
        with ProcessPoolExecutor(processes, mp_context=multiprocessing.get_context("spawn")) as executor:
            share = facts // processes
            spans = await asyncio.gather(
                *(
                    loop.run_in_executor(executor, _one_process, url, share, CALLERS // processes, processes)
                    for _ in range(processes)
                )
            )
        began, ended = min(span[0] for span in spans), max(span[1] for span in spans)
        rates[processes] = max(rates.get(processes, 0), facts / (ended - began))
    return {
        "processes_per_s": {str(number): round(rate) for number, rate in rates.items()},
        "two_to_one": round(rates[PROCESSES] / rates[1], 2),
    }


def _one_process(url: str, facts: int, callers: int, processes: int) -> tuple[float, float]:
    """One process's part: when it began and ended, by the clock that all processes share."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_part(url, facts, callers, processes))


async def _part(url: str, facts: int, callers: int, processes: int) -> tuple[float, float]:
    async with open_database(url, POOL_MAX) as pool:
        members, campaign = await add_members(pool, MEMBERS), await add_campaign(pool, "check_in", {})
        spare_the_collector()
        await submit_all(open_engine(pool), campaign, signs_of(members, MEMBERS, 0), callers)
        await _wait_for_all(url, processes)
        began = perf_counter()
        await submit_all(open_engine(pool), campaign, signs_of(members, facts, 1), callers)
        return began, perf_counter()


async def _wait_for_all(url: str, processes: int) -> None:
    """Begin together: a shared advisory lock that counts who is ready."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("SELECT pg_advisory_lock_shared(1)")
        while (
            await connection.fetchval("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 1")
            < processes
        ):
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.1)
    finally:
        await connection.close()
