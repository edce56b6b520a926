"""Analytics of millions of facts: PostgreSQL against DuckDB over a snapshot; facts through the engine against COPY."""

import asyncio
import gc
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import timedelta
from multiprocessing import get_context
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from statistics import median
from time import perf_counter
from uuid import UUID

import uvloop

from api.collecting import spare_the_collector
from api.embedded import embedded_servers
from api.migrating import migrate
from benchmarks.shop import FIRST_NOON, SHANGHAI, add_members, open_engine, temporary_data
from siyu.db import Pool, open_database
from siyu.engine import NewFact, running
from siyu.ids import new_id
from siyu.metrics import CohortBy
from siyu.metrics.analytics import Analytics, DuckDbEngine, PostgresEngine, take_snapshot

QUESTION_TIMEOUT_S = 600.0
STEP = 250_000
DAYS = 360
TODAY = FIRST_NOON.astimezone(SHANGHAI).date()
VIEWED, SIGNED, PAID = "page.viewed", "check_in.sign", "order.paid"
INGESTED, CALLERS = 65_536, 1_024
KIB = 1024

ADD_MEMBERS = """
INSERT INTO member (id, joined_at)
SELECT gen_random_uuid(), $1::timestamptz - interval '1 second' * ((number::bigint * 7919) % 31104000)
FROM generate_series($2::int, $3::int) AS number
"""
# Of ten facts six are views, three sign-ins and one an order; a member is met again and again, some more than others.
ADD_FACTS = """
WITH numbered AS (SELECT array_agg(id) AS ids FROM member), made AS (
    SELECT gen_random_uuid() AS id, ids[1 + floor(cardinality(ids) * power(random(), 1.5))::int] AS member_id,
           $1::timestamptz - interval '1 second' * floor(random() * $2 * 86400) AS at, number
    FROM numbered, generate_series($3::int, $4::int) AS number
), ordered AS (
    INSERT INTO shop_order (id, number, member_id, amount_fen, refunded_fen, paid_at)
    SELECT id, number::text, member_id, 1000 + number % 90000, 0, at FROM made WHERE number % 10 = 0
)
INSERT INTO fact (id, type, member_id, campaign_id, at, arrived_at, idempotency_key, fingerprint, data)
SELECT id, CASE WHEN number % 10 = 0 THEN 'order.paid' WHEN number % 10 < 4 THEN 'check_in.sign' ELSE 'page.viewed' END,
       member_id, NULL, at, at, 'service/' || number, '', '{}'
FROM made
"""

Ask = Callable[[Analytics], Awaitable[object]]
QUESTIONS: Mapping[str, Ask] = {
    "rfm": lambda asked: asked.rfm(TODAY),
    "retention": lambda asked: asked.retention(TODAY - timedelta(days=DAYS), TODAY, TODAY, CohortBy.WEEK, 30, 3),
    "funnel": lambda asked: asked.funnel([VIEWED, SIGNED, PAID], TODAY - timedelta(days=DAYS), TODAY, 7),
}


def run(rounds: int, facts: int, members: int) -> dict[str, object]:
    """All measurements; `ratio` is PostgreSQL's time for the three questions over DuckDB's."""
    return uvloop.run(_run(rounds, facts, members))


async def _run(rounds: int, facts: int, members: int) -> dict[str, object]:
    with temporary_data() as data, embedded_servers(data) as servers:
        await migrate(servers.database_url)
        async with open_database(servers.database_url, pool_max=4) as pool:
            ingest = await _ingest(pool, rounds)
            await _fill(pool, facts, members)
            began = perf_counter()
            snapshots = data.parent / "snapshots"
            await take_snapshot(pool, SHANGHAI, snapshots, FIRST_NOON, lambda _done, _total: None)
            snapshot_s = perf_counter() - began
        postgres = await _by_postgres(servers.database_url, rounds)
        duckdb = {name: _in_a_process(_by_duckdb, snapshots, name, rounds) for name in QUESTIONS}
        megabytes = sum(file.stat().st_size for file in snapshots.rglob("*.parquet")) / KIB / KIB
    total_s = [sum(float(each["seconds"]) for each in side.values()) for side in (postgres, duckdb)]
    return {
        "ratio": round(total_s[0] / total_s[1], 2),
        "facts": facts,
        "members": members,
        "postgres": postgres,
        "duckdb": duckdb,
        "snapshot": {"seconds": round(snapshot_s, 1), "megabytes": round(megabytes, 1)},
        "ingest": ingest,
    }


async def _fill(pool: Pool, facts: int, members: int) -> None:
    for first in range(1, members + 1, STEP):
        await pool.execute(ADD_MEMBERS, FIRST_NOON, first, min(first + STEP - 1, members), timeout=QUESTION_TIMEOUT_S)
    for first in range(1, facts + 1, STEP):
        last = min(first + STEP - 1, facts)
        await pool.execute(ADD_FACTS, FIRST_NOON, DAYS, first, last, timeout=QUESTION_TIMEOUT_S)
    await pool.execute("VACUUM ANALYZE", timeout=QUESTION_TIMEOUT_S)


async def _by_postgres(url: str, rounds: int) -> dict[str, dict[str, float]]:
    """Each question over a connection of its own, whose server process says how much memory it took."""
    found = {}
    for name, ask in QUESTIONS.items():
        async with open_database(url, pool_max=1) as pool:
            pid = await pool.fetchval("SELECT pg_backend_pid()")
            asked = Analytics(PostgresEngine(pool, SHANGHAI, QUESTION_TIMEOUT_S))
            seconds = [await _timed(ask, asked) for _ in range(rounds)]
            found[name] = {"seconds": round(median(seconds), 2), "peak_mb": _peak_mb_of(pid)}
    return found


def _peak_mb_of(pid: int) -> int:
    """The most memory that a process has had, shared buffers that it touched included."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    [peak] = [line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:")]
    return round(int(peak) / KIB)


def _in_a_process(
    measure: Callable[[Path, str, int], dict[str, float]], folder: Path, name: str, rounds: int
) -> dict[str, float]:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        return process.submit(measure, folder, name, rounds).result()


def _by_duckdb(folder: Path, name: str, rounds: int) -> dict[str, float]:
    async def ask() -> list[float]:
        asked = Analytics(DuckDbEngine(folder))
        return [await _timed(QUESTIONS[name], asked) for _ in range(rounds)]

    seconds = asyncio.run(ask())
    return {"seconds": round(median(seconds), 2), "peak_mb": round(getrusage(RUSAGE_SELF).ru_maxrss / KIB)}


async def _timed(ask: Ask, asked: Analytics) -> float:
    began = perf_counter()
    assert await ask(asked)
    return perf_counter() - began


async def _ingest(pool: Pool, rounds: int) -> dict[str, float]:
    """Facts that no campaign hears, a second: through the engine of one process, and by COPY into the bare table."""
    members = await add_members(pool, 10_000)
    spare_the_collector()
    ours, copied = [], []
    for number in range(rounds):
        ours.append(await _through_engine(pool, members, number))
        copied.append(await _by_copy(pool, members, number))
    gc.unfreeze()
    return {
        "engine_facts_per_s": round(median(ours)),
        "copy_rows_per_s": round(median(copied)),
        "share_of_copy": round(median(ours) / median(copied), 3),
    }


async def _through_engine(pool: Pool, members: Sequence[UUID], number: int) -> float:
    engine = open_engine(pool)
    facts = iter(
        NewFact(VIEWED, members[place % len(members)], FIRST_NOON, {}, f"service/e{number}/{place}")
        for place in range(INGESTED)
    )

    async def call() -> None:
        for fact in facts:
            await engine.submit(fact)

    async with running(engine):
        began = perf_counter()
        await asyncio.gather(*(call() for _ in range(CALLERS)))
        return INGESTED / (perf_counter() - began)


async def _by_copy(pool: Pool, members: Sequence[UUID], number: int) -> float:
    columns = ["id", "type", "member_id", "at", "arrived_at", "idempotency_key", "fingerprint", "data"]
    rows = [
        (
            new_id(),
            VIEWED,
            members[place % len(members)],
            FIRST_NOON,
            FIRST_NOON,
            f"service/c{number}/{place}",
            b"",
            "{}",
        )
        for place in range(INGESTED)
    ]
    began = perf_counter()
    async with pool.acquire() as connection:
        await connection.copy_records_to_table("fact", records=rows, columns=columns)
    return INGESTED / (perf_counter() - began)
