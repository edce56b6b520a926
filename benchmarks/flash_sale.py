"""A flash sale over HTTP and through the engine against a transaction a claim: one crowd, one machine, turn by turn."""

import asyncio
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter
from uuid import UUID

import uvloop

from api.collecting import spare_the_collector
from api.embedded import Servers, embedded_servers
from api.migrating import migrate
from benchmarks.by_hand import CONNECTIONS as CONNECTIONS_BY_HAND
from benchmarks.check_ins import Run
from benchmarks.claims_by_hand import CREATE, ITEM, sell_bare, sell_fully
from benchmarks.flash_sale_http import CONNECTIONS, SERVERS, sell_over_http, server_processes
from benchmarks.shop import add_campaign, add_members, open_engine, temporary_data
from siyu.cache import open_redis
from siyu.clock import utc_now
from siyu.db import Pool, open_database
from siyu.engine import HintBoard, NewFact
from siyu.ids import new_id

POOL_MAX = 10
CALLERS = 1_024
# One in so many of the crowd gets a unit.
MEMBERS_A_UNIT = 20
# A claim by hand costs so much more that a tenth of the crowd gives as long a run.
BY_HAND_SHARE = 10
COUNTED = "SELECT used, held FROM counter WHERE campaign_id = $1 AND name = 'stock'"


def run(rounds: int, members: int) -> dict[str, object]:
    """Everything the benchmark says, as one JSON object."""
    with (
        temporary_data() as data,
        embedded_servers(data) as servers,
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        return runner.run(_measure(data, servers, rounds, members))


async def _measure(data: Path, servers: Servers, rounds: int, crowd: int) -> dict[str, object]:
    url = servers.database_url
    await migrate(url)
    async with open_database(url, POOL_MAX) as pool:
        await pool.execute(CREATE)
        members = await add_members(pool, crowd)
        few = members[: crowd // BY_HAND_SHARE]
        spare_the_collector()
        await _through_engine(pool, members, len(members), None)
        by_hand = ByHand(url, pool, few)
        await by_hand.sell(len(few))
        over_http = await _compare_http(data, by_hand, members, rounds)
        scarce = await _compare_hinted(servers.redis_url, by_hand, members, rounds)
        decided = await _compare(by_hand, members, MEMBERS_A_UNIT, rounds)
        plenty = await _compare(by_hand, members, 1, rounds)
        durable = await pool.fetchval("SHOW synchronous_commit")
    units = crowd // MEMBERS_A_UNIT
    return {
        "ratio": over_http["ratio"],
        "engine_ratio": scarce["ratio"],
        "bare_ratio": over_http["bare_ratio"],
        "engine_bare_ratio": scarce["bare_ratio"],
        "engine_decided_ratio": decided["ratio"],
        "compared": f"{crowd} members claim {units} units, over HTTP (GraphQL, {SERVERS} server processes, "
        f"{SERVERS * CONNECTIONS} connections that stay open) and through the engine alone (1 process, {CALLERS} "
        "callers, who ask for a sold-out hint before they submit, as the server does; `decided`: who submit all), "
        f"with one transaction a claim by hand, no HTTP, by as many callers on {CONNECTIONS_BY_HAND} asyncpg "
        f"connections and a crowd of {len(few)}; medians of {rounds} rounds. A claim by hand writes the engine's "
        "rows: fact and decision of every claim, reservation, state and timer of who gets a unit. The bare one locks "
        "the row of the stock, inserts one row of a claim and commits",
        "over_http": over_http,
        f"{units}_units": scarce,
        f"{units}_units_decided": decided,
        f"{crowd}_units": plenty,
        "synchronous_commit": durable,
        "cores": os.cpu_count(),
    }


@dataclass(frozen=True, slots=True)
class ByHand:
    """The other side: where, and who claims."""

    url: str
    pool: Pool
    members: Sequence[UUID]

    async def sell(self, stock: int) -> tuple[Run, Run]:
        """A sale of so many units with the engine's rows, and a bare one."""
        campaign = await add_campaign(self.pool, "flash_sale", {"items": [{"key": ITEM, "stock": stock}]})
        full = await sell_fully(self.url, campaign, stock, self.members, CALLERS)
        return full, await sell_bare(self.url, stock, self.members, CALLERS)


def _ratios(runs: Sequence[Run], hand: Sequence[tuple[Run, Run]]) -> dict[str, object]:
    """How many times as fast the runs were as by hand in their turn, and how fast that was."""
    sides = {"": [full for full, _ in hand], "bare_": [bare for _, bare in hand]}
    told: dict[str, object] = {}
    for name, others in sides.items():
        told[f"{name}ratio"] = round(median(a.per_s / b.per_s for a, b in zip(runs, others, strict=True)), 2)
        told[f"{name}by_hand_per_s"] = [round(run.per_s) for run in others]
        told[f"{name}by_hand_latency_ms"] = sum(others[1:], others[0]).latency_ms()
    return told | {
        "claims_per_s": [round(run.per_s) for run in runs],
        "latency_ms": sum(runs[1:], runs[0]).latency_ms(),
    }


async def _compare_http(data: Path, by_hand: ByHand, members: Sequence[UUID], rounds: int) -> dict[str, object]:
    """Over HTTP and by hand in turn."""
    pool, few = by_hand.pool, by_hand.members
    sales, hand = [], []
    async with server_processes(data) as addresses:
        await sell_over_http(pool, data, addresses, few, len(few))
        for _ in range(rounds):
            sales.append(await sell_over_http(pool, data, addresses, members, len(members) // MEMBERS_A_UNIT))
            hand.append(await by_hand.sell(len(few) // MEMBERS_A_UNIT))
    return _ratios([sale.run for sale in sales], hand) | {
        "decided": [sale.decided for sale in sales],
        "looks_at_the_counter": [sale.looks for sale in sales],
    }


async def _compare_hinted(redis_url: str, by_hand: ByHand, members: Sequence[UUID], rounds: int) -> dict[str, object]:
    """As `_compare`, with hints that are shared through Redis."""
    async with open_redis(redis_url) as redis:
        hints = HintBoard(redis, utc_now)
        compared = await _compare(by_hand, members, MEMBERS_A_UNIT, rounds, hints)
        await hints.close()
    return compared


async def _compare(
    by_hand: ByHand, members: Sequence[UUID], a_unit: int, rounds: int, hints: HintBoard | None = None
) -> dict[str, object]:
    """Through the engine and by hand in turn, where one in `a_unit` members gets a unit."""
    through, hand = [], []
    for _ in range(rounds):
        through.append(await _through_engine(by_hand.pool, members, len(members) // a_unit, hints))
        hand.append(await by_hand.sell(len(by_hand.members) // a_unit))
    return _ratios(through, hand)


async def _through_engine(pool: Pool, members: Sequence[UUID], stock: int, hints: HintBoard | None) -> Run:
    """A sale of so many units in which every member claims one, as the server hands claims to the engine; exactly as
    many pass as there are. Without `hints` every claim is decided."""
    campaign = await add_campaign(pool, "flash_sale", {"items": [{"key": ITEM, "stock": stock}]})
    engine, data = open_engine(pool, hints), {"item": ITEM, "quantity": 1}
    facts = iter(
        [NewFact("flash_sale.claim", each, utc_now(), data, new_id().hex, campaign, stamped=True) for each in members]
    )
    latencies: list[float] = []
    granted = 0

    async def call() -> None:
        nonlocal granted
        for fact in facts:
            began = perf_counter()
            refusal = await engine.hinted(fact)
            if refusal is None:
                refusal = (await engine.submit(fact)).decisions[0].refusal
            latencies.append(perf_counter() - began)
            assert refusal is None or refusal.code == "SOLD_OUT_FOR_NOW", refusal
            granted += refusal is None

    began = perf_counter()
    await asyncio.gather(*(call() for _ in range(CALLERS)))
    seconds = perf_counter() - began
    assert granted == stock, granted
    assert tuple(await pool.fetchrow(COUNTED, campaign) or ()) == (0, stock)
    return Run(seconds, latencies)
