"""A million members settled and reviewed by set-based SQL: how long it takes, and that it is what the rule says."""

from datetime import date, datetime, time, timedelta
from random import Random
from time import perf_counter

import pytest

from siyu.db import Pool
from siyu.tiers.book import LiveLadder, TierBook
from siyu.tiers.ladder import Ladder
from siyu.tiers.periods import midnight
from siyu.tiers.presets import COMMUNITY
from siyu.tiers.review import review_all, warn_all
from siyu.tiers.rule import earned_days, standing_on
from siyu.tiers.service import set_ladder
from siyu.tiers.settling import settle_all
from siyu.tiers.store import load_tiers
from tests.factories import SHANGHAI

MEMBERS, SAMPLE = 1_000_000, 10_000
NOW = datetime.combine(date(2024, 2, 29), time(12), SHANGHAI)
# The shop's midnights around a leap day, ends of months, of quarters and of years.
BOUNDARIES = [date(2024, 2, 29), date(2024, 3, 1), date(2024, 3, 31), date(2024, 4, 1), date(2024, 6, 30)]
BOUNDARIES += [date(2024, 7, 1), date(2024, 12, 31), date(2025, 1, 1), date(2025, 12, 31), date(2026, 1, 1)]

CROWD = """
INSERT INTO member (id, joined_at)
SELECT gen_random_uuid(), '2021-01-01'::timestamptz FROM generate_series(1, $1)
"""
# Three orders each within 26 months, from ¥1 up; a tenth of them for forty times as much, a tenth paid back.
ORDERS = """
INSERT INTO shop_order (id, number, member_id, amount_fen, refunded_fen, paid_at)
SELECT order_id, order_id::text, member_id, amount, CASE WHEN chance < 0.1 THEN amount ELSE 0 END,
       '2022-01-01'::timestamptz + random() * interval '789 days'
FROM (
    SELECT gen_random_uuid() AS order_id, id AS member_id, random() AS chance,
           (100 + random() * 20000 * CASE WHEN random() < 0.1 THEN 40 ELSE 1 END)::bigint AS amount
    FROM member CROSS JOIN generate_series(1, 3)
) AS drawn
"""


async def fill(pool: Pool) -> None:
    """A million members and three million orders."""
    async with pool.acquire() as connection:
        for statement, arguments in ((CROWD, (MEMBERS,)), (ORDERS, ()), ("ANALYZE member, shop_order", ())):
            await connection.execute(statement, *arguments, timeout=1_200)


async def check_sample(pool: Pool, live: LiveLadder, day: date, ladder: Ladder, random: Random) -> None:
    """Ten thousand members stand as the rule says of all that they did."""
    ids = [row[0] for row in await pool.fetch("SELECT member_id FROM tier_standing TABLESAMPLE SYSTEM (5)", timeout=60)]
    assert len(ids) > SAMPLE
    sample = random.sample(ids, SAMPLE)
    book = TierBook(live)
    await load_tiers(pool, book, sample, whole=True)
    for member_id in sample:
        member = book.find(member_id)
        assert member is not None
        standing = standing_on(ladder, earned_days(ladder, member.record), day)
        told = ladder.tiers[standing.place].key, standing.valid_until
        assert (member.tier, member.valid_until) == told, (member_id, day)


@pytest.mark.prove
async def test_a_million_members_are_reviewed_as_the_rule_says(pool: Pool) -> None:
    await fill(pool)
    random = Random(1)  # noqa: S311 - a sample, no secret
    live = await set_ladder(pool, COMMUNITY, SHANGHAI, NOW, "lin")

    started = perf_counter()
    settled = await settle_all(pool, live, NOW)
    print(f"\nsettled {sum(settled.values()):,} members in {perf_counter() - started:.1f} s: {dict(settled)}")
    assert sum(settled.values()) == MEMBERS

    await check_sample(pool, live, NOW.date(), COMMUNITY, random)
    for day in BOUNDARIES:
        now, started = midnight(day, SHANGHAI), perf_counter()
        fallen = await review_all(pool, live, now)
        reviewed_s, started = perf_counter() - started, perf_counter()
        warned = await warn_all(pool, live, now)
        print(
            f"{day}: {sum(fallen.values()):,} fell in {reviewed_s:.1f} s {dict(fallen)}, "
            f"{warned:,} warned in {perf_counter() - started:.1f} s"
        )
        await check_sample(pool, live, max(day, NOW.date()), COMMUNITY, random)
        assert await review_all(pool, live, now + timedelta(hours=1)) == {}


@pytest.mark.prove
async def test_a_million_members_may_all_be_due_at_once(pool: Pool) -> None:
    async with pool.acquire() as connection:
        await connection.execute(CROWD, MEMBERS, timeout=600)
        live = await set_ladder(pool, COMMUNITY, SHANGHAI, NOW, "lin")
        await connection.execute(
            """
            INSERT INTO tier_standing (member_id, revision, tier, since, earned_on, valid_until, judged_on, changes)
            SELECT id, 1, 'silver', joined_at, '{2023-11-30, NULL}', '2024-03-31', '2023-11-30', 0 FROM member
            """,
            timeout=600,
        )
        await connection.execute("UPDATE member SET tier = 'silver'", timeout=600)
        await connection.execute("ANALYZE member, tier_standing", timeout=600)

    started = perf_counter()
    fallen = await review_all(pool, live, midnight(date(2024, 4, 1), SHANGHAI))

    print(f"\nreviewed {MEMBERS:,} members, all of whom fell, in {perf_counter() - started:.1f} s")
    assert fallen == {("silver", "bronze"): MEMBERS}
    assert await pool.fetchval("SELECT count(*) FROM tier_change") == MEMBERS
