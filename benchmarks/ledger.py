"""Points spends through the engine against a transaction a spend: on many accounts, and all on one."""

import asyncio
from collections.abc import Sequence
from statistics import median
from uuid import UUID

import uvloop

from api.migrating import migrate
from api.services import spare_the_collector
from benchmarks.check_ins import Run
from benchmarks.shop import FIRST_NOON, add_members, open_engine, temporary_servers
from benchmarks.spends import AMOUNT, CONNECTIONS, spend_all, spend_all_by_hand
from siyu.db import Pool, open_database
from siyu.ids import new_id
from siyu.ledger import Purpose, shop_account_id
from siyu.ledger.verify import verify_ledger

ACCOUNTS = 10_000
POOL_MAX = 10
CALLERS = 1_024
# A call by hand costs so much more that a fifth of the calls gives as long a run.
BY_HAND_SHARE = 5
COUNTED_TABLES = ("fact", "decision", "transfer")

# As a first grant of each would leave them; who granted it is the shop itself.
FILL_ACCOUNTS = """
WITH opened AS (
    INSERT INTO account (id, member_id, unit, balance)
    SELECT account_id, member_id, 'points', $4 FROM unnest($1::uuid[], $2::uuid[]) AS new (account_id, member_id)
    RETURNING id, member_id
), happened AS (
    INSERT INTO fact (id, type, member_id, at, arrived_at, idempotency_key, fingerprint, data)
    SELECT gen_random_uuid(), 'value.adjusted', member_id, $5, $5, 'benchmark/' || id, '', '{}' FROM opened
    RETURNING id, member_id
), told AS (
    INSERT INTO decision (id, fact_id, subject_id, at, effects)
    SELECT gen_random_uuid(), id, member_id, $5,
           jsonb_build_array(jsonb_build_object('kind', 'grant', 'unit', 'points', 'amount', $4::bigint))
    FROM happened
)
INSERT INTO transfer (id, unit, debit_id, credit_id, amount, member_balance, kind, fact_id, at)
SELECT gen_random_uuid(), 'points', $3, opened.id, $4, $4, 'grant', happened.id, $5
FROM opened JOIN happened USING (member_id)
"""


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
        broken = sum(finding.violations for finding in await verify_ledger(pool, lambda *_: None))
    assert not broken, f"{broken} violations"
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
    """Members with more points than anybody here spends."""
    members = await add_members(pool, count)
    giver = shop_account_id(Purpose.ADJUSTMENT, "points")
    await pool.execute(FILL_ACCOUNTS, [new_id() for _ in members], members, giver, AMOUNT * 10_000_000, FIRST_NOON)
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
    engine_per_s = median(run.per_s for run in engine_runs)
    by_hand_per_s = median(run.per_s for run in by_hand_runs)
    return {
        "ratio": round(engine_per_s / by_hand_per_s, 2),
        "engine_per_s": round(engine_per_s),
        "by_hand_per_s": round(by_hand_per_s),
        "engine_latency_ms": engine_runs[-1].latency_ms(),
        "by_hand_latency_ms": by_hand_runs[-1].latency_ms(),
    }


async def _rows(pool: Pool) -> int:
    counts: list[int] = [await pool.fetchval(f"SELECT count(*) FROM {table}") for table in COUNTED_TABLES]
    return sum(counts)
