"""Rules: how many members a second a closure judges, and how fast a million are counted, compared and tagged."""

import asyncio
import re
from collections.abc import Callable, Sequence
from datetime import timedelta
from random import Random
from statistics import median
from time import perf_counter
from typing import Any

from api.migrating import migrate
from benchmarks.shop import FIRST_NOON, SHANGHAI, temporary_servers
from siyu.campaigns.live_audience import live_audience
from siyu.db import Pool, open_database
from siyu.rules import MEMBER_FEATURES, RuleClock, compile_rule
from siyu.sdk import Audience, Features
from siyu.segments.asking import planned_anew, restriction
from siyu.segments.queries import count_members, overlap
from siyu.tag_rules import settle_everything
from siyu.tag_rules.service import create_tag_rule

RULE = "member.spend_30d_fen >= 50000 && member.interactions_7d >= 3 && 'vip' in member.tags && member.joined_days > 7"
JUDGED = 100_000
POOL_MAX = 2
CLOCK = RuleClock(FIRST_NOON, SHANGHAI)
STEP = 100_000
SCAN = re.compile(r"(?:Index Only Scan|Index Scan|Bitmap Index Scan|Seq Scan)[^(]*")

# A shop as the handbooks have it: one member in twenty spends much, four of five do nothing this month.
ADD_MEMBERS = """
INSERT INTO member (id, joined_at, tier, tags)
SELECT gen_random_uuid(), $1::timestamptz - interval '1 second' * ((number::bigint * 7919) % 63072000),
       (ARRAY['gold', 'silver', 'bronze', NULL, NULL])[1 + number % 5],
       CASE number % 50 WHEN 0 THEN '{vip,mum}'::text[] WHEN 1 THEN '{mum}' ELSE '{}' END
FROM generate_series($2::int, $3::int) AS number
"""
KEEP = """
UPDATE member_feature SET due_on = 'infinity', has_ordered = d > 0,
    layer = CASE WHEN n % 20 = 0 THEN 'high_value' END,
    (orders, orders_365d, orders_90d, orders_30d, orders_7d) = ROW (d * 4, d * 4, d * 3, d * 2, d),
    (spend_fen, spend_365d_fen, spend_90d_fen, spend_30d_fen, spend_7d_fen)
        = ROW (d * 60000, d * 50000, d * 40000, d * 30000, 0),
    first_order_at = CASE WHEN d > 0 THEN $1::timestamptz - interval '1 hour' * (n % 8000) END,
    last_order_at = CASE WHEN d > 0 THEN $1::timestamptz - interval '1 hour' * (n % 4000) END,
    (interactions_90d, interactions_30d, interactions_7d) = ROW (d * 6, d * 4, d * 3)
FROM (
    SELECT member_id AS id, n, CASE n % 20 WHEN 0 THEN 1 + n % 3 WHEN 1 THEN 1 ELSE 0 END AS d
    FROM (
        SELECT member_id, abs(hashtext(member_id::text)) AS n FROM member_feature WHERE due_on < '2000-01-01'
    ) AS hashed
) AS made
WHERE member_id = made.id
"""
SEGMENTS = {
    "typical": RULE,
    "selective tag": "'vip' in member.tags && member.tier == 'gold' && member.joined_days < 3",
    "selective spend": "member.spend_30d_fen >= 90000",
    "recent buyers": "member.last_order_days <= 3 && member.orders_30d >= 2",
    "layer": "member.layer == 'high_value'",
    "not selective, one table": "member.orders_90d == 0 && member.interactions_7d < 1",
    "silent": "member.joined_days >= 90 && member.orders_90d == 0 && member.interactions_7d < 1",
    "not selective, both tables": "member.orders_90d == 0 && !('vip' in member.tags)",
    "everybody": "true",
}
OVERLAPS = (("typical", "selective spend"), ("silent", "not selective, both tables"))
IN_AUDIENCE = "member.tier in ['gold', 'black'] && !('staff' in member.tags) && member.joined_days >= 7"


def run(rounds: int, members: int) -> dict[str, object]:
    """All measurements; `ratio` is a plain Python lambda's rate over the closure's."""
    return {**judge(rounds), "members": members, **asyncio.run(_of_a_shop(rounds, members))}


def judge(rounds: int) -> dict[str, object]:
    """The typical rule asked of members in memory, against the same by hand."""
    random, places = Random(1), {column: place for place, column in enumerate(MEMBER_FEATURES.columns)}  # noqa: S311 - data

    def row() -> tuple[object, ...]:
        made: list[object] = [None] * len(places)
        made[places["f.spend_30d_fen"]] = random.choice((0, 60_000, 60_000, 60_000))
        made[places["f.interactions_7d"]] = random.choice((0, 3, 4, None))
        made[places["m.tags"]] = random.choice((["vip"], ["vip", "mum"], []))
        made[places["f.joined_at"]] = CLOCK.now - timedelta(days=random.randint(0, 400))
        return tuple(made)

    rows, answer = [row() for _ in range(JUDGED)], compile_rule(RULE).answer
    spend, acts, tags, joined = (
        places[column] for column in ("f.spend_30d_fen", "f.interactions_7d", "m.tags", "f.joined_at")
    )
    midnight = CLOCK.midnight(7)

    def by_hand(row: tuple[Any, ...], _: RuleClock) -> bool:
        return row[spend] >= 50_000 and (row[acts] or 0) >= 3 and "vip" in row[tags] and row[joined] < midnight

    ours, plain, asked = [], [], []
    for _ in range(rounds):
        ours.append(_rate(rows, answer))
        plain.append(_rate(rows, by_hand))
        asked.append(_audience_rate())
    return {
        "ratio": round(median(plain) / median(ours), 2),
        "closure_members_per_s": round(median(ours)),
        "by_hand_members_per_s": round(median(plain)),
        "audience_decisions_per_s": round(median(asked)),
    }


def _audience_rate() -> float:
    """How often a second a campaign's audience can be asked, of somebody who is in it."""
    audience = live_audience(Audience(rule=IN_AUDIENCE))
    known = Features(CLOCK.now - timedelta(days=9), "gold", frozenset({"vip"}), frozenset(), has_ordered=True)
    began = perf_counter()
    for _ in range(JUDGED):
        assert audience.lacks(known, None, CLOCK.now, SHANGHAI) is None
    return JUDGED / (perf_counter() - began)


def _rate(rows: Sequence[tuple[Any, ...]], answer: Callable[[tuple[Any, ...], RuleClock], bool | None]) -> float:
    """Members judged a second."""
    began = perf_counter()
    found = sum(answer(row, CLOCK) is True for row in rows)
    seconds = perf_counter() - began
    assert 0 < found < len(rows)
    return len(rows) / seconds


async def _of_a_shop(rounds: int, members: int) -> dict[str, object]:
    """Each segment's count with the median of seconds and its plan; overlaps; and a tag rule asked of everybody."""
    with temporary_servers() as servers:
        await migrate(servers.database_url)
        async with open_database(servers.database_url, POOL_MAX) as pool:
            await _fill(pool, members)
            counts = {name: await _count_one(pool, text, rounds) for name, text in SEGMENTS.items()}
            overlaps = {f"{a} & {b}": await _overlap(pool, SEGMENTS[a], SEGMENTS[b], rounds) for a, b in OVERLAPS}
            return {"counts": counts, "overlaps": overlaps, "tag_rule": await _tag(pool)}


async def _overlap(pool: Pool, first: str, second: str, rounds: int) -> dict[str, object]:
    rules, seconds = [compile_rule(first), compile_rule(second)], []
    for _ in range(rounds):
        began = perf_counter()
        found = await overlap(pool, rules[0], rules[1], CLOCK)
        seconds.append(perf_counter() - began)
    return {"both": found.both, "seconds": round(median(seconds), 3)}


async def _tag(pool: Pool) -> dict[str, object]:
    """A tag rule that means a tenth: when it is saved, and on the next day, when nothing has changed."""
    await create_tag_rule(pool, "spends", "member.orders_30d > 0", CLOCK, "benchmark")
    seconds = []
    for days in range(2):
        began = perf_counter()
        await settle_everything(pool, RuleClock(CLOCK.now + timedelta(days=days), SHANGHAI))
        seconds.append(round(perf_counter() - began, 1))
    tagged = await count_members(pool, [compile_rule("'spends' in member.tags")], CLOCK)
    return {"tagged": tagged, "first_seconds": seconds[0], "daily_seconds": seconds[1]}


async def _fill(pool: Pool, members: int) -> None:
    for first in range(1, members + 1, STEP):
        await pool.execute(ADD_MEMBERS, CLOCK.now, first, min(first + STEP - 1, members))
        await pool.execute(KEEP, CLOCK.now)
    for table in ("member", "member_feature"):
        await pool.execute(f"VACUUM ANALYZE {table}")


async def _count_one(pool: Pool, text: str, rounds: int) -> dict[str, object]:
    rule, seconds, found = compile_rule(text), [], 0
    for _ in range(rounds):
        began = perf_counter()
        found = await count_members(pool, [rule], CLOCK)
        seconds.append(perf_counter() - began)
    wanted = restriction([rule], CLOCK)
    async with planned_anew(pool) as connection:
        plan = await connection.fetch(
            f"EXPLAIN SELECT count(*) FROM {wanted.tables} WHERE {wanted.condition}", *wanted.parameters
        )
    steps = re.findall(
        r"(?:Index Only Scan|Index Scan|Bitmap Index Scan|Seq Scan)[^(]*", "\n".join(row[0] for row in plan)
    )
    return {"count": found, "seconds": round(median(seconds), 3), "plan": [step.strip() for step in steps]}
