"""Touches through the engine: kept with their facts, told of once, and the first of them is the arrival."""

from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

from siyu.db import Pool
from siyu.engine import Engine, NewFact, running
from siyu.ids import new_id
from siyu.sdk import member_code
from siyu.sdk.arms import draw_arm
from siyu.sdk.core_facts import TOUCH_SEEN
from siyu.touches.arrival import ARRIVAL_GRACE, ARRIVAL_SETTLES
from tests.factories import add_campaign, add_members, shop_engine

JOINED = datetime(2026, 11, 1, 4, tzinfo=UTC)
DAY = timedelta(days=1)


async def joined(pool: Pool) -> UUID:
    """A member who joined at JOINED."""
    [member_id] = await add_members(pool, 1)
    await pool.execute("UPDATE member SET joined_at = $2 WHERE id = $1", member_id, JOINED)
    return member_id


def touch(member_id: UUID, at: datetime, key: str = "", **data: object) -> NewFact:
    """A touch, reported by a service."""
    return NewFact(TOUCH_SEEN, member_id, at, data, f"service/s/{key or new_id()}")


async def arrival(pool: Pool, member_id: UUID) -> tuple[str | None, str | None]:
    """The member's channel and device."""
    return tuple(await pool.fetchrow("SELECT channel, device FROM member WHERE id = $1", member_id))  # type: ignore[return-value]  # a record of two


async def tell(engine: Engine, now: datetime, *facts: NewFact) -> None:
    """Facts that arrive at a moment, one after the other."""
    engine.clock = lambda: now
    for fact in facts:
        await engine.submit(fact)


async def test_the_first_touch_is_the_arrival_in_whatever_order_they_are_reported(pool: Pool) -> None:
    member_id, random = await joined(pool), Random(7)  # noqa: S311 - an order to try
    facts = [
        touch(member_id, JOINED + minutes * timedelta(minutes=1), scene=1047 + minutes) for minutes in range(-1, 2)
    ]
    facts.append(touch(member_id, JOINED - DAY, scene=1008, device="ios"))
    facts.append(touch(member_id, JOINED + DAY * 9, scene=1011, device="android"))
    random.shuffle(facts)
    async with running(shop_engine(pool)) as engine:
        await tell(engine, JOINED + DAY * 10, *facts)
    assert await arrival(pool, member_id) == ("group", "android")
    row = await pool.fetchrow("SELECT at, channel FROM arrival WHERE member_id = $1", member_id)
    assert tuple(row) == (JOINED - DAY, "group")


async def test_a_touch_after_the_grace_is_no_arrival(pool: Pool) -> None:
    late, just = await joined(pool), await joined(pool)
    async with running(shop_engine(pool)) as engine:
        await tell(
            engine,
            JOINED + DAY * 2,
            touch(late, JOINED + ARRIVAL_GRACE + timedelta(microseconds=1), scene=1008),
            touch(just, JOINED + ARRIVAL_GRACE, scene=1008),
        )
    assert await arrival(pool, late) == (None, None)
    assert await arrival(pool, just) == ("group", None)


async def test_once_its_time_is_over_an_arrival_stays_but_one_that_is_not_known_is_filled_in(pool: Pool) -> None:
    known, unknown = await joined(pool), await joined(pool)
    over = JOINED + ARRIVAL_SETTLES
    async with running(shop_engine(pool)) as engine:
        await tell(engine, JOINED, touch(known, JOINED, scene=1008))
        await tell(engine, over, touch(known, JOINED - DAY, scene=1047))
        assert await arrival(pool, known) == ("scan", None)
        after = over + timedelta(microseconds=1)
        await tell(engine, after, touch(known, JOINED - 2 * DAY, scene=1058), touch(unknown, JOINED, scene=1058))
    assert await arrival(pool, known) == ("scan", None)
    assert await arrival(pool, unknown) == ("account", None)
    changes = await pool.fetch("SELECT channel FROM arrival_change WHERE member_id = $1 ORDER BY id", known)
    assert [row[0] for row in changes] == ["group", "scan"]


async def test_a_repeated_touch_is_kept_once(pool: Pool) -> None:
    member_id = await joined(pool)
    fact = touch(member_id, JOINED, "same", scene=1008)
    async with running(shop_engine(pool)) as engine:
        await tell(engine, JOINED, fact, fact)
    assert await pool.fetchval("SELECT count(*) FROM touch") == 1


async def test_a_link_of_a_campaign_is_of_it_by_its_code_or_by_its_utm(pool: Pool) -> None:
    member_id, campaign_id = await joined(pool), await add_campaign(pool, "check_in")
    code = member_code(campaign_id)
    async with running(shop_engine(pool)) as engine:
        await tell(
            engine,
            JOINED,
            touch(member_id, JOINED, campaign=code),
            touch(member_id, JOINED, utm={"campaign": code.upper()}),
            touch(member_id, JOINED, campaign=member_code(new_id())),
            touch(member_id, JOINED, utm={"campaign": "spring"}),
        )
    counted = await pool.fetch("SELECT campaign_id = $1, count(*) FROM touch GROUP BY 1 ORDER BY 1", campaign_id)
    assert [tuple(row) for row in counted] == [(True, 2), (None, 2)]


async def test_who_comes_by_the_link_of_an_experiment_is_exposed_once_to_the_arm_that_is_drawn_for_them(
    pool: Pool,
) -> None:
    campaign_id, members = await add_campaign(pool, "check_in"), [await joined(pool) for _ in range(20)]
    arms = '{"arms": [{"key": "a", "weight": 1, "override": {}}, {"key": "b", "weight": 3, "override": {}}]}'
    await pool.execute("UPDATE campaign SET terms = $2::jsonb WHERE id = $1", campaign_id, arms)
    code = member_code(campaign_id)
    async with running(shop_engine(pool)) as engine:
        for member_id in members:
            await tell(engine, JOINED, touch(member_id, JOINED, campaign=code), touch(member_id, JOINED, campaign=code))
    kept = {row[0]: row[1] for row in await pool.fetch("SELECT member_id, arm FROM exposure")}
    assert kept == {member_id: draw_arm(campaign_id, member_id, [("a", 1), ("b", 3)]) for member_id in members}
    assert set(kept.values()) == {"a", "b"}


async def test_touches_are_no_interactions_and_reach_members_by_their_rules(pool: Pool) -> None:
    member_id = await joined(pool)
    async with running(shop_engine(pool)) as engine:
        await tell(
            engine, JOINED, NewFact(TOUCH_SEEN, member_id, JOINED, {"scene": 1008}, f"member/{member_id}/12345678")
        )
    assert await pool.fetchval("SELECT interactions_7d FROM member_feature WHERE member_id = $1", member_id) == 0
