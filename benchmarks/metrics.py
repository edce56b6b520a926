"""Figures of metrics over a million days of members, of the shop and by each cut, against reading the rows alone."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta
from statistics import median
from time import perf_counter

import uvloop

from api.migrating import migrate
from benchmarks.shop import FIRST_NOON, SHANGHAI, temporary_servers
from siyu.db import Pool, open_database
from siyu.metrics.definition import Cut
from siyu.metrics.figures import KINDS, Window, gather
from siyu.metrics.queries import period_before

FILL_TIMEOUT_S = 600.0
DAYS = 60
TODAY = FIRST_NOON.astimezone(SHANGHAI).date()
# The whole time in two windows, as a month and the one before it.
WINDOW = Window(TODAY - timedelta(days=DAYS // 2 - 1), TODAY)

ADD_MEMBERS = """
INSERT INTO member (id, joined_at, tier, channel, groups)
SELECT gen_random_uuid(), $1::timestamptz - interval '1 second' * ((number::bigint * 7919) % 31104000),
       (ARRAY['bronze', 'bronze', 'bronze', 'silver', 'gold'])[1 + number % 5],
       (ARRAY['wecom', 'group', 'ads', NULL])[1 + number % 4],
       CASE WHEN number % 3 = 0 THEN ARRAY['g' || number % 200] ELSE '{}'::text[] END
FROM generate_series(1, $2::int) AS number
"""
ADD_FEATURES = """
UPDATE member_feature SET layer = (ARRAY['new', 'silent', 'low_value', NULL])[1 + placed.place % 4],
    stage = (ARRAY['growth', 'maturity', 'decline'])[1 + placed.place % 3]
FROM (SELECT id, row_number() OVER () AS place FROM member) AS placed WHERE placed.id = member_id
"""
# A tenth of the members came to their tier in the last weeks.
ADD_CHANGES = """
INSERT INTO tier_change (member_id, number, from_tier, to_tier, at, noted_at, reason, revision, numbers)
SELECT id, 1, CASE WHEN tier <> 'bronze' THEN 'bronze' END, tier, at, at, 'upgrade', 1, '[]'
FROM (SELECT id, tier, $1::timestamptz - interval '1 hour' * (row_number() OVER () % (24 * $2::int)) AS at
      FROM member) AS placed
WHERE random() < 0.1
"""
# Each member on as many days; one in ten of them has an order, one in five a campaign.
ADD_DAYS = """
INSERT INTO metric_member_day (day, member_id, campaign_id, interactions, delivered, opened, clicks, paid, orders,
                               revenue_fen, is_active)
SELECT $1::date - (of % $3::int)::int, id, CASE WHEN of % 5 = 0 THEN md5((of % 7)::text)::uuid ELSE $4::uuid END, 2,
       1, 1, of % 2, bought, bought, bought * (1000 + of % 9000), true
FROM (SELECT id, (row_number() OVER () * 37 + turn * 3) AS of, (turn % 10 = 0)::int AS bought
      FROM generate_series(0, $2::int - 1) AS turn CROSS JOIN member) AS placed ORDER BY 1
"""
SUM_DAYS = """
INSERT INTO metric_day (day, campaign_id, interactions, delivered, opened, clicks, paid, orders, revenue_fen)
SELECT day, campaign_id, sum(interactions), sum(delivered), sum(opened), sum(clicks), sum(paid), sum(orders),
       sum(revenue_fen)
FROM metric_member_day GROUP BY day, campaign_id
"""
READ = "SELECT sum(interactions + delivered + opened + orders + revenue_fen) FROM metric_member_day"


def run(rounds: int, member_days: int, members: int) -> dict[str, object]:
    """All measurements; `ratio` is the slowest figure's time over that of reading all rows once."""
    with temporary_servers() as servers, asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_measure(servers.database_url, rounds, member_days, members))


async def _measure(url: str, rounds: int, member_days: int, members: int) -> dict[str, object]:
    await migrate(url)
    async with open_database(url, pool_max=1) as pool:
        await fill(pool, member_days, members)
        read_ms = median([await _read_ms(pool) for _ in range(rounds)])
        found = {cut.value if cut else "shop": await figures_ms(pool, cut, rounds) for cut in (None, *Cut)}
    slowest = max(ms for kinds in found.values() for ms in kinds.values())
    return {
        "ratio": round(slowest / read_ms, 2),
        "member_days": member_days,
        "members": members,
        "slowest_ms": slowest,
        "read_ms": read_ms,
        "figures_ms": found,
    }


async def fill(pool: Pool, member_days: int, members: int) -> None:
    """A shop whose members each did something on as many days."""
    await pool.execute(ADD_MEMBERS, FIRST_NOON, members, timeout=FILL_TIMEOUT_S)
    await pool.execute(ADD_FEATURES, timeout=FILL_TIMEOUT_S)
    await pool.execute(ADD_CHANGES, FIRST_NOON, DAYS, timeout=FILL_TIMEOUT_S)
    nobody = "00000000-0000-0000-0000-000000000000"
    await pool.execute(ADD_DAYS, TODAY, member_days // members, DAYS, nobody, timeout=FILL_TIMEOUT_S)
    await pool.execute(SUM_DAYS, timeout=FILL_TIMEOUT_S)
    await pool.execute("VACUUM ANALYZE", timeout=FILL_TIMEOUT_S)


async def figures_ms(pool: Pool, cut: Cut | None, rounds: int) -> Mapping[str, float]:
    """How long each kind of figures takes of the window and the one before it."""
    return {names[0]: median([await _gather_ms(pool, cut, names) for _ in range(rounds)]) for names in KINDS}


async def _gather_ms(pool: Pool, cut: Cut | None, names: Sequence[str]) -> float:
    began = perf_counter()
    await gather(pool, SHANGHAI, [WINDOW, period_before(WINDOW)], cut, names)
    return round((perf_counter() - began) * 1000, 1)


async def _read_ms(pool: Pool) -> float:
    began = perf_counter()
    await pool.fetchval(READ)
    return round((perf_counter() - began) * 1000, 1)
