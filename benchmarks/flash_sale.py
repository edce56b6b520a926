"""A flash sale over HTTP and through the engine against a transaction a claim: one crowd, one machine, turn by turn."""

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from time import perf_counter
from uuid import UUID

import uvloop

from api.embedded import embedded_servers
from api.migrating import migrate
from api.services import spare_the_collector
from benchmarks.by_hand import CONNECTIONS as CONNECTIONS_BY_HAND
from benchmarks.check_ins import Run
from benchmarks.claims_by_hand import CREATE, claim_all_by_hand
from benchmarks.flash_sale_http import CONNECTIONS, SERVERS, sell_over_http, server_processes
from benchmarks.shop import add_campaign, add_members, open_engine, temporary_data
from siyu.clock import utc_now
from siyu.db import Pool, open_database
from siyu.engine import NewFact
from siyu.ids import new_id

POOL_MAX = 10
CALLERS = 1_024
# One in so many of the crowd gets a unit.
MEMBERS_A_UNIT = 20
# A claim by hand costs so much more that a tenth of the crowd gives as long a run.
BY_HAND_SHARE = 10
ITEM = "mug"
COUNTED = "SELECT used, held FROM counter WHERE campaign_id = $1 AND name = 'stock'"


def run(rounds: int, members: int) -> dict[str, object]:
    """Everything the benchmark says, as one JSON object."""
    with (
        temporary_data() as data,
        embedded_servers(data) as servers,
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        return runner.run(_measure(data, servers.database_url, rounds, members))


async def _measure(data: Path, url: str, rounds: int, crowd: int) -> dict[str, object]:
    await migrate(url)
    async with open_database(url, POOL_MAX) as pool:
        await pool.execute(CREATE)
        members = await add_members(pool, crowd)
        few = members[: crowd // BY_HAND_SHARE]
        spare_the_collector()
        await _through_engine(pool, members, len(members))
        await claim_all_by_hand(url, len(few), few, CALLERS)
        over_http = await _compare_http(data, url, pool, members, rounds)
        scarce = await _compare(url, pool, members, MEMBERS_A_UNIT, rounds)
        plenty = await _compare(url, pool, members, 1, rounds)
        durable = await pool.fetchval("SHOW synchronous_commit")
    units = crowd // MEMBERS_A_UNIT
    return {
        "ratio": over_http["ratio"],
        "engine_ratio": scarce["ratio"],
        "compared": f"{crowd} members claim {units} units, over HTTP (GraphQL, {SERVERS} server processes, "
        f"{SERVERS * CONNECTIONS} connections that stay open) and through submit alone (1 process, {CALLERS} callers), "
        "with one transaction a claim by hand (lock the row of the stock, judge, insert, commit; no HTTP) by as many "
        f"callers on {CONNECTIONS_BY_HAND} asyncpg connections and a crowd of {len(few)}; medians of {rounds} rounds",
        "over_http": over_http,
        f"{units}_units": scarce,
        f"{crowd}_units": plenty,
        "synchronous_commit": durable,
        "cores": os.cpu_count(),
    }


async def _compare_http(data: Path, url: str, pool: Pool, members: Sequence[UUID], rounds: int) -> dict[str, object]:
    """Rates over HTTP and by hand in turn, and the ratio of each round."""
    units, few = len(members) // MEMBERS_A_UNIT, members[: len(members) // BY_HAND_SHARE]
    sales, hand = [], []
    async with server_processes(data) as addresses:
        await sell_over_http(pool, data, addresses, few, len(few))
        for _ in range(rounds):
            sales.append(await sell_over_http(pool, data, addresses, members, units))
            hand.append(await claim_all_by_hand(url, len(few) // MEMBERS_A_UNIT, few, CALLERS))
    runs = [sale.run for sale in sales]
    return {
        "ratio": round(median(a.per_s / b.per_s for a, b in zip(runs, hand, strict=True)), 2),
        "claims_per_s": [round(run.per_s) for run in runs],
        "by_hand_per_s": [round(run.per_s) for run in hand],
        "latency_ms": sum(runs[1:], runs[0]).latency_ms(),
        "by_hand_latency_ms": sum(hand[1:], hand[0]).latency_ms(),
        "decided": [sale.decided for sale in sales],
        "looks_at_the_counter": [sale.looks for sale in sales],
    }


async def _compare(url: str, pool: Pool, members: Sequence[UUID], a_unit: int, rounds: int) -> dict[str, object]:
    """Rates of both sides in turn, where one in `a_unit` members gets a unit, and the ratio of each round."""
    few, through, hand = members[: len(members) // BY_HAND_SHARE], [], []
    for _ in range(rounds):
        through.append(await _through_engine(pool, members, len(members) // a_unit))
        hand.append(await claim_all_by_hand(url, len(few) // a_unit, few, CALLERS))
    return {
        "ratio": round(median(a.per_s / b.per_s for a, b in zip(through, hand, strict=True)), 2),
        "submit_per_s": [round(each.per_s) for each in through],
        "by_hand_per_s": [round(each.per_s) for each in hand],
        "submit_latency_ms": sum(through[1:], through[0]).latency_ms(),
        "by_hand_latency_ms": sum(hand[1:], hand[0]).latency_ms(),
    }


async def _through_engine(pool: Pool, members: Sequence[UUID], stock: int) -> Run:
    """A sale of so many units in which every member claims one; exactly as many pass as there are."""
    campaign = await add_campaign(pool, "flash_sale", {"items": [{"key": ITEM, "stock": stock}]})
    engine, data = open_engine(pool), {"item": ITEM, "quantity": 1}
    facts = iter(
        [NewFact("flash_sale.claim", each, utc_now(), data, new_id().hex, campaign, stamped=True) for each in members]
    )
    latencies: list[float] = []
    granted = 0

    async def call() -> None:
        nonlocal granted
        for fact in facts:
            began = perf_counter()
            outcome = await engine.submit(fact)
            latencies.append(perf_counter() - began)
            refusal = outcome.decisions[0].refusal
            assert refusal is None or refusal.code == "SOLD_OUT_FOR_NOW", refusal
            granted += refusal is None

    began = perf_counter()
    await asyncio.gather(*(call() for _ in range(CALLERS)))
    seconds = perf_counter() - began
    assert granted == stock, granted
    assert tuple(await pool.fetchrow(COUNTED, campaign) or ()) == (0, stock)
    return Run(seconds, latencies)
