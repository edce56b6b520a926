"""Points spends through the engine against a transaction a spend: on many accounts, and all on one."""

import asyncio
from collections.abc import Sequence
from statistics import median
from uuid import UUID

import uvloop

from api.collecting import spare_the_collector
from api.migrating import migrate
from benchmarks.check_ins import Run
from benchmarks.shop import FIRST_NOON, add_campaign, add_members, open_engine, temporary_servers
from benchmarks.spends import CONNECTIONS, spend_all, spend_all_by_hand
from siyu.db import Pool, open_database
from siyu.engine import NewFact
from siyu.ids import new_id
from siyu.ledger.verify import verify_ledger

ACCOUNTS = 10_000
POOL_MAX = 10
CALLERS = 1_024
# Ten million points.
ORDER_FEN = 1_000_000_000
# A call by hand costs so much more that a fifth of the calls gives as long a run.
BY_HAND_SHARE = 5
COUNTED_TABLES = ("fact", "decision", "transfer")


def run(rounds: int, spends: int) -> dict[str, object]:
    """Everything the benchmark says, as one JSON object."""
    with temporary_servers() as servers, asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_measure(servers.database_url, rounds, spends))


async def _measure(url: str, rounds: int, spends: int) -> dict[str, object]:
    await migrate(url)
    async with open_database(url, POOL_MAX) as pool:
        members = await _fill(pool, ACCOUNTS)
        spare_the_collector()
        await spend_all(open_engine(pool), members, FIRST_NOON, CALLERS)
        on_many = await _rounds(url, pool, [members[place % ACCOUNTS] for place in range(spends)], rounds)
        on_one = await _rounds(url, pool, [members[0]] * spends, rounds)
        broken = [sentence for finding in await verify_ledger(pool, lambda *_: None) for sentence in finding.first]
    assert not broken, broken
    return {
        "ratio": on_many["ratio"],
        "ratio_on_one_account": on_one["ratio"],
        "accounts": ACCOUNTS,
        "callers": CALLERS,
        "connections_by_hand": CONNECTIONS,
        "on_10000_accounts": on_many,
        "on_one_account": on_one,
        "same_rows": list(COUNTED_TABLES),
    }


async def _fill(pool: Pool, count: int) -> Sequence[UUID]:
    """Members with more points than anybody here spends, each by an order of a point a yuan."""
    members = await add_members(pool, count)
    await add_campaign(pool, "purchase", {"points_per_yuan": 1})
    engine = open_engine(pool)
    orders = [
        NewFact("order.paid", member, FIRST_NOON, {"order": new_id().hex, "amount_fen": ORDER_FEN}, new_id().hex)
        for member in members
    ]
    for place in range(0, count, CALLERS):
        await asyncio.gather(*map(engine.submit, orders[place : place + CALLERS]))
    await pool.execute("VACUUM ANALYZE")
    return members


async def _rounds(url: str, pool: Pool, members: Sequence[UUID], rounds: int) -> dict[str, object]:
    """Both sides in turn; medians. Each spend leaves a row in every counted table, whichever side it is of."""
    engine_runs: list[Run] = []
    by_hand_runs: list[Run] = []
    fewer = members[: len(members) // BY_HAND_SHARE]
    before = await _rows(pool)
    for _ in range(rounds):
        by_hand_runs.append(await spend_all_by_hand(url, fewer, FIRST_NOON, CONNECTIONS))
        engine_runs.append(await spend_all(open_engine(pool), members, FIRST_NOON, CALLERS))
    assert await _rows(pool) - before == len(COUNTED_TABLES) * rounds * (len(fewer) + len(members))
    # Of each round by itself: a machine that slows down or speeds up does so for both sides of a round.
    ratios = [engine.per_s / by_hand.per_s for engine, by_hand in zip(engine_runs, by_hand_runs, strict=True)]
    return {
        "ratio": round(median(ratios), 2),
        "ratios": [round(ratio, 2) for ratio in ratios],
        "engine_per_s": round(median(run.per_s for run in engine_runs)),
        "by_hand_per_s": round(median(run.per_s for run in by_hand_runs)),
        "engine_latency_ms": engine_runs[-1].latency_ms(),
        "by_hand_latency_ms": by_hand_runs[-1].latency_ms(),
    }


async def _rows(pool: Pool) -> int:
    counts: list[int] = [await pool.fetchval(f"SELECT count(*) FROM {table}") for table in COUNTED_TABLES]
    return sum(counts)
