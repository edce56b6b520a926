"""The review: who falls when, who is warned, and several workers at once."""

import asyncio
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import orjson

from siyu.db import Pool, open_database
from siyu.messaging import CORE_MESSAGES, render
from siyu.tiers.book import LiveLadder
from siyu.tiers.periods import midnight
from siyu.tiers.review import Reviewer, review_all, review_next, warn_all
from siyu.tiers.service import set_ladder
from siyu.tiers.settling import settle_all
from tests.clock import TestClock
from tests.factories import SHANGHAI, add_members
from tests.siyu.tiers.history import Bought, write_deeds
from tests.siyu.tiers.ladders import COMMUNITY

BOUGHT = datetime(2024, 2, 29, 4, tzinfo=UTC)
AFTER = midnight(date(2024, 7, 1), SHANGHAI)


async def silver_members(pool: Pool, count: int) -> tuple[list[UUID], LiveLadder]:
    """Members who are silver until the end of June 2024."""
    members = await add_members(pool, count)
    await write_deeds(pool, {member: [Bought(BOUGHT, 30_000)] for member in members})
    live = await set_ladder(pool, COMMUNITY, SHANGHAI, BOUGHT, "lin")
    await settle_all(pool, live, BOUGHT)
    return members, live


async def test_members_fall_as_the_day_begins_whenever_it_is_looked_at(pool: Pool) -> None:
    [member], live = await silver_members(pool, 1)
    assert await review_all(pool, live, AFTER - timedelta.resolution) == Counter()

    assert await review_all(pool, live, AFTER + timedelta(days=20)) == Counter({("silver", "bronze"): 1})

    [fall] = await pool.fetch("SELECT * FROM tier_change WHERE member_id = $1 AND number = 2", member)
    assert (fall["from_tier"], fall["to_tier"], fall["reason"]) == ("silver", "bronze", "review")
    assert (fall["at"], fall["noted_at"]) == (AFTER, AFTER + timedelta(days=20))
    assert await pool.fetchval("SELECT since FROM tier_standing") == AFTER


async def test_who_was_not_looked_at_for_years_falls_through_every_tier(pool: Pool) -> None:
    [member] = await add_members(pool, 1)
    await write_deeds(pool, {member: [Bought(BOUGHT, 200_001)]})
    live = await set_ladder(pool, COMMUNITY, SHANGHAI, BOUGHT, "lin")
    await settle_all(pool, live, BOUGHT)

    moves = await review_all(pool, live, datetime(2030, 1, 1, tzinfo=UTC))

    assert moves == Counter({("gold", "silver"): 1, ("silver", "bronze"): 1})
    history = await pool.fetch("SELECT to_tier, at FROM tier_change ORDER BY number")
    assert [tuple(row) for row in history] == [
        ("gold", BOUGHT),
        ("silver", midnight(date(2026, 1, 1), SHANGHAI)),
        ("bronze", midnight(date(2026, 4, 1), SHANGHAI)),
    ]


async def test_members_are_warned_once_for_each_date(pool: Pool) -> None:
    [member], live = await silver_members(pool, 1)

    warned = [await warn_all(pool, live, midnight(date(2024, 6, day), SHANGHAI)) for day in (15, 16, 17)]

    assert warned == [0, 1, 0]
    [warning] = await pool.fetch("SELECT member_id, review_on, tier FROM tier_warning")
    assert tuple(warning) == (member, date(2024, 6, 30), "silver")
    [told] = await pool.fetch("SELECT member_id, campaign_id, message, params FROM message")
    assert tuple(told)[:3] == (member, None, "tier_task")
    assert orjson.loads(told["params"]) == {
        "tier_zh": "白银",
        "tier_en": "Silver",
        "last_day": "2024-06-30",
        "task_zh": "单月消费满 ¥300，保留白银会员",
        "task_en": "Spend ¥300 within one month to stay silver",
    }


async def test_a_warning_without_a_task_tells_the_day_alone(pool: Pool) -> None:
    _, live = await silver_members(pool, 1)
    bronze, silver, gold = live.ladder.tiers
    bare = live.ladder.model_copy(update={"tiers": (bronze, silver.model_copy(update={"retention": None}), gold)})
    now = midnight(date(2024, 6, 16), SHANGHAI)
    live = await set_ladder(pool, bare, SHANGHAI, now, "lin")
    await settle_all(pool, live, now)

    assert await warn_all(pool, live, now) == 1

    [(key, params)] = await pool.fetch("SELECT message, params FROM message")
    words = CORE_MESSAGES[key]
    assert render(words, orjson.loads(params), "en") == "Your Silver tier ends after 2024-06-30"
    assert render(words, orjson.loads(params), "zh") == "您的白银会员等级将在 2024-06-30 后到期"


async def test_several_workers_let_each_member_fall_once(pool: Pool, database_url: str) -> None:
    members, live = await silver_members(pool, 300)
    async with open_database(database_url, 4) as other:
        steps = [review_next(each, live, AFTER) for each in (pool, other) for _ in range(3)]
        done = await asyncio.gather(*steps)

    assert sum((moves for _, moves in done), Counter()) == Counter({("silver", "bronze"): len(members)})
    assert await pool.fetchval("SELECT count(*) FROM tier_change WHERE reason = 'review'") == len(members)


async def test_whoever_is_busy_is_left_for_the_next_look(pool: Pool, database_url: str) -> None:
    [busy, _], live = await silver_members(pool, 2)
    async with open_database(database_url, 1) as other, other.acquire() as connection, connection.transaction():
        await connection.fetch("SELECT FROM member WHERE id = $1 FOR NO KEY UPDATE", busy)
        looked_at, _ = await asyncio.wait_for(review_next(pool, live, AFTER), 60)

    assert looked_at == 1
    assert await review_all(pool, live, AFTER) == Counter({("silver", "bronze"): 1})


async def test_the_worker_settles_reviews_and_warns_and_then_rests(pool: Pool) -> None:
    members = await add_members(pool, 2)
    await write_deeds(pool, {member: [Bought(BOUGHT, 30_000)] for member in members})
    clock = TestClock()
    clock.now = BOUGHT
    reviewer = Reviewer(pool, SHANGHAI, clock)
    assert await reviewer.step()
    await set_ladder(pool, COMMUNITY, SHANGHAI, BOUGHT, "lin")

    clock.now += timedelta(seconds=5)
    assert [await reviewer.step() for _ in range(2)] == [False, True]
    assert await pool.fetchval("SELECT count(*) FROM member WHERE tier = 'silver'") == 2

    clock.now = midnight(date(2024, 6, 16), SHANGHAI)
    assert await reviewer.step()
    assert await pool.fetchval("SELECT count(*) FROM tier_warning") == 2

    clock.now = AFTER
    assert [await reviewer.step() for _ in range(2)] == [False, True]
    assert await pool.fetchval("SELECT count(*) FROM member WHERE tier = 'bronze'") == 2
