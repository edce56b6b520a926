"""The expiry of a million lots, a tenth of them due, beside members who spend: how fast it is, and what they notice."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from itertools import count, cycle
from multiprocessing import get_context
from statistics import median
from time import perf_counter
from uuid import UUID

import uvloop

from api.collecting import spare_the_collector
from api.migrating import migrate
from benchmarks.check_ins import Run
from benchmarks.shop import FIRST_NOON, SHANGHAI, add_members, temporary_servers
from benchmarks.spends import AMOUNT
from siyu.campaigns import Registry
from siyu.db import Pool, open_database
from siyu.engine import Engine, NewFact
from siyu.ids import new_id
from siyu.ledger.expiring import LOTS_AT_ONCE, expire_some
from siyu.ledger.lots import lot_id

LOTS_A_MEMBER = 20
# Of each member's lots; the rest expire in later years.
DUE_A_MEMBER = 2
REMAINING = 1_000
POOL_MAX = 6
WRITERS = 16
WRITES_PER_S = 200
FILL_TIMEOUT_S = 600.0
WARM_UP_S, ALONE_S = 2.0, 10.0

FILL = """
INSERT INTO account (id, member_id, unit, balance)
SELECT account_id, member_id, 'points', $3 FROM unnest($1::uuid[], $2::uuid[]) AS new (account_id, member_id)
"""
LOT_COLUMNS = ("id", "account_id", "expires_at", "remaining")
# A month apart; the first ones are due.
MOMENTS = [FIRST_NOON + timedelta(days=30 * (number - DUE_A_MEMBER) + 1) for number in range(LOTS_A_MEMBER)]
# A shop's write-ahead log has gone round before: its segments are there to be used again. In a database that never had
# a checkpoint each is made and filled with zeros while all who commit wait, 16 MB at a time.
SETTLE = ("VACUUM ANALYZE account, lot, member, transfer, fact, decision", "CHECKPOINT")
TERMS = "UPDATE unit SET expiry_months = 12, expiry_until = 'month', has_lots = true WHERE key = 'points'"
IS_DUE = "SELECT EXISTS (SELECT FROM lot WHERE NOT closed AND expires_at <= $1)"
# What a stretch of writes lasts as long as: a pause, or the expiry.
Until = asyncio.Future[None] | asyncio.Future[tuple[int, float]]
BOOKED = "SELECT count(*), coalesce(sum(amount), 0)::bigint FROM transfer WHERE kind = 'expire'"


@dataclass(frozen=True, slots=True)
class Round:
    """One shop: how many lots expired in how many seconds, and the writes before and meanwhile."""

    expired: int
    seconds: float
    alone: Run
    beside: Run

    @property
    def ratio(self) -> float:
        """The p99 of writes meanwhile by that before."""
        return self.beside.latency_ms()["p99"] / self.alone.latency_ms()["p99"]

    @property
    def lots_per_s(self) -> float:
        """Lots that expired a second."""
        return self.expired / self.seconds


def run(lots: int, rounds: int) -> dict[str, object]:
    """Everything the benchmark says, as one JSON object. Each round is a shop of its own: of the few seconds that an
    expiry takes, a p99 is some seven writes."""
    measured = [_round(lots) for _ in range(rounds)]
    return {
        "ratio": round(median(each.ratio for each in measured), 2),
        "lots_per_s": round(median(each.lots_per_s for each in measured)),
        "compared": f"p99 of members who spend while lots expire by that before, in a shop a round; median of {rounds}",
        "lots": lots,
        "expired": measured[0].expired,
        "lots_at_once": LOTS_AT_ONCE,
        "writes_per_s": WRITES_PER_S,
        "rounds": [
            {
                "ratio": round(each.ratio, 2),
                "lots_per_s": round(each.lots_per_s),
                "writers_alone_ms": each.alone.latency_ms(),
                "writers_meanwhile_ms": each.beside.latency_ms(),
            }
            for each in measured
        ],
    }


def _round(lots: int) -> Round:
    with temporary_servers() as servers, asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_measure(servers.database_url, lots))


async def _measure(url: str, lots: int) -> Round:
    await migrate(url)
    # A worker is a process of its own, as in a shop. It has started before anything is timed.
    with ProcessPoolExecutor(1, get_context("spawn")) as worker:
        return await _measure_beside(worker, url, lots)


async def _measure_beside(worker: ProcessPoolExecutor, url: str, lots: int) -> Round:
    loop = asyncio.get_running_loop()
    async with open_database(url, POOL_MAX) as pool:
        members = await _fill(pool, lots)
        await loop.run_in_executor(worker, _wake)
        spare_the_collector()
        await _spend_for(pool, members, asyncio.create_task(asyncio.sleep(WARM_UP_S)))
        alone = await _spend_for(pool, members, asyncio.create_task(asyncio.sleep(ALONE_S)))
        expiry = loop.run_in_executor(worker, _expire, url)
        beside = await _spend_for(pool, members, expiry)
        expired, seconds = expiry.result()
        assert not await pool.fetchval(IS_DUE, FIRST_NOON)
        assert tuple(await pool.fetchrow(BOOKED) or ()) == (expired, expired * REMAINING)
    return Round(expired, seconds, alone, beside)


async def _fill(pool: Pool, lots: int) -> Sequence[UUID]:
    members = await add_members(pool, lots // LOTS_A_MEMBER)
    accounts = [new_id() for _ in members]
    await pool.execute(FILL, accounts, members, REMAINING * LOTS_A_MEMBER)
    lots_of_all = ((lot_id(account, at), account, at, REMAINING) for account in accounts for at in MOMENTS)
    await pool.copy_records_to_table("lot", records=lots_of_all, columns=LOT_COLUMNS, timeout=FILL_TIMEOUT_S)
    await pool.execute(TERMS)
    for statement in SETTLE:
        await pool.execute(statement, timeout=FILL_TIMEOUT_S)
    return members


def _wake() -> None:
    """Nothing; by then the process has imported what it needs."""


def _expire(url: str) -> tuple[int, float]:
    """As the worker does, in its process: how many lots, and in how many seconds."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_expire_all(url))


async def _expire_all(url: str) -> tuple[int, float]:
    """Until nothing is due, the pieces that pass over members who are locked included."""
    async with open_database(url, 1) as pool:
        expired, began = 0, perf_counter()
        done = LOTS_AT_ONCE
        while done >= LOTS_AT_ONCE or await pool.fetchval(IS_DUE, FIRST_NOON):
            done = await expire_some(pool, FIRST_NOON)
            expired += done
        return expired, perf_counter() - began


async def _spend_for(pool: Pool, members: Sequence[UUID], until: Until) -> Run:
    """Members of all parts of the table spend at an even pace until the task is done: the latency of each."""
    engine = Engine(pool, Registry({}), SHANGHAI, clock=lambda: FIRST_NOON)
    latencies: list[float] = []
    turns, began = count(), perf_counter()
    # A step that meets every member before it meets one again.
    buyers = cycle(members[place] for start in range(97) for place in range(start, len(members), 97))

    async def write() -> None:
        while not until.done():
            due = began + next(turns) / WRITES_PER_S
            await asyncio.sleep(max(0.0, due - perf_counter()))
            data = {"unit": "points", "amount": AMOUNT, "reference": new_id().hex}
            fact = NewFact("value.spent", next(buyers), FIRST_NOON, data, new_id().hex)
            started = perf_counter()
            outcome = await engine.submit(fact)
            latencies.append(perf_counter() - started)
            assert outcome.decisions[0].refusal is None, outcome

    await asyncio.gather(*(write() for _ in range(WRITERS)))
    return Run(perf_counter() - began, latencies)
