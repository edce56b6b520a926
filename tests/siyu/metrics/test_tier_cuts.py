"""A cut by tier: of the end of each period, with moves at the tier that was left."""

from datetime import date, timedelta
from uuid import UUID

from siyu.db import Pool
from siyu.engine import running
from siyu.metrics.catalogue import CATALOGUE
from siyu.metrics.definition import Cut
from siyu.metrics.figures import Window
from siyu.metrics.keeping import keep_everything
from siyu.metrics.queries import cut_values, values
from tests.clock import NOON
from tests.factories import SHANGHAI, add_members, paid, shop_engine

DAY = timedelta(days=1)
TODAY = NOON.astimezone(SHANGHAI).date()
WEEK = Window(TODAY - 6 * DAY, TODAY)
CHANGE = """
INSERT INTO tier_change (member_id, number, from_tier, to_tier, at, noted_at, reason, revision, numbers,
                         note, made_by, idempotency_key)
SELECT $1, $2::int, $3, $4, $5, $5, $6::text, 1, '[]', by_hand.note, by_hand.note, by_hand.note || $1::uuid
FROM (SELECT CASE WHEN $6 = 'manual' THEN 'lin' END AS note) AS by_hand
"""
LADDER = """
INSERT INTO tier_ladder (revision, config, base_tier, active_from, made_by)
VALUES (1, '{"tiers": [{"key": "bronze"}, {"key": "silver"}, {"key": "gold"}]}', 'bronze', $1, 'lin')
"""
Told = dict[str | None, tuple[int | None, int | None]]


async def change(pool: Pool, member: UUID, number: int, tiers: str, days_ago: int, reason: str = "upgrade") -> None:
    """A row of the history, `tiers` as `silver>gold`; the member has the last one now."""
    before, after = tiers.split(">")
    await pool.execute(CHANGE, member, number, before, after, NOON - days_ago * DAY, reason)
    await pool.execute("UPDATE member SET tier = $2 WHERE id = $1", member, after)


async def by_tier(pool: Pool, key: str, last: date) -> Told:
    """Numerators and denominators of the week that ends on a day."""
    window = Window(last - 6 * DAY, last)
    told = (await cut_values(pool, SHANGHAI, [CATALOGUE[key]], window, Cut.TIER))[key]
    return {each.key: (each.value.numerator, each.value.denominator) for each in told}


async def test_a_member_counts_in_the_tier_they_had_when_the_period_ended(pool: Pool) -> None:
    lin, wang, mei = await add_members(pool, 3)
    await pool.execute("UPDATE member SET tier = 'silver' WHERE id = $1", wang)
    async with running(shop_engine(pool)) as engine:
        for number, (member, days_ago) in enumerate([(lin, 9), (lin, 3), (wang, 9), (wang, 3), (mei, 3)]):
            await engine.submit(paid(member, str(number), 100 + number, NOON - days_ago * DAY))
    await keep_everything(pool, SHANGHAI, NOON)
    await change(pool, lin, 1, "bronze>silver", 8)
    await change(pool, lin, 2, "silver>gold", 2)

    assert await by_tier(pool, "arpu", TODAY) == {"gold": (101, 1), "silver": (103, 1), "": (104, 1)}
    assert await by_tier(pool, "arpu", TODAY - 3 * DAY) == {"silver": (406, 2), "": (104, 1)}
    assert await by_tier(pool, "arpu", TODAY - 9 * DAY) == {"bronze": (100, 1), "silver": (102, 1)}
    assert await by_tier(pool, "ltv", TODAY) == {"gold": (201, 1), "silver": (205, 1), "": (104, 1)}
    assert await by_tier(pool, "ltv", TODAY - 9 * DAY) == {"bronze": (100, 1), "silver": (102, 1), "": (0, 1)}
    assert await by_tier(pool, "group_activity", TODAY - 9 * DAY) == {"bronze": (1, 1), "silver": (1, 1), "": (0, 1)}
    told = (await cut_values(pool, SHANGHAI, [CATALOGUE["ltv"]], WEEK, Cut.TIER))["ltv"]
    assert {each.key: each.value.previous for each in told} == {"gold": None, "silver": 101.0, "": 0.0}


async def test_moves_belong_to_the_tier_that_was_left_and_late_facts_move_either_way(pool: Pool) -> None:
    lin, wang, mei, kai = await add_members(pool, 4)
    await pool.execute(LADDER, NOON)
    await change(pool, lin, 1, "bronze>silver", 2)
    await change(pool, wang, 1, "bronze>silver", 2, "late_fact")
    await change(pool, mei, 1, "silver>bronze", 1, "late_fact")
    await change(pool, kai, 1, "bronze>silver", 1, "manual")
    rates = [CATALOGUE[key] for key in ("promotion_rate", "loss_rate")]

    found = await values(pool, SHANGHAI, rates, WEEK)

    assert {key: (value.numerator, value.denominator) for key, value in found.items()} == {
        "promotion_rate": (2, 4),
        "loss_rate": (1, 4),
    }
    assert await by_tier(pool, "promotion_rate", TODAY) == {"bronze": (2, 4), "silver": (0, 4)}
    assert await by_tier(pool, "loss_rate", TODAY) == {"silver": (1, 4), "bronze": (0, 4)}
    assert await by_tier(pool, "loss_rate", TODAY - 3 * DAY) == {"bronze": (0, 3), "silver": (0, 1)}


async def test_of_a_tier_that_all_have_left_a_rate_is_told(pool: Pool) -> None:
    lin, wang = await add_members(pool, 2)
    for member in (lin, wang):
        await change(pool, member, 1, "bronze>silver", 1)
    await pool.execute("UPDATE member SET erased_at = $2 WHERE id = $1", wang, NOON)

    assert await by_tier(pool, "promotion_rate", TODAY) == {"bronze": (1, 1), "silver": (0, 1)}
