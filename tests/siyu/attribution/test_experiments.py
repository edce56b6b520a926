"""Experiments on a real shop: who counts in which arm, since when, and what is said of it."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import orjson
import pytest

from siyu.attribution.experiments import ArmOutcome, ExperimentAsked, Verdict, experiment_of
from siyu.attribution.goals import Goal
from siyu.db import Pool
from siyu.engine import NewFact, running
from siyu.errors import InvalidInput
from siyu.ids import new_id
from siyu.sdk import member_code
from siyu.sdk.arms import draw_arm
from siyu.sdk.core_facts import TOUCH_SEEN
from tests.factories import add_campaign, add_members, shop_engine, sign

ADD_GROUP = """
INSERT INTO community (id, key, name, positioning, capacity, created_at, updated_at, updated_by)
VALUES ($1, 'tea', 'Tea', 'interest', 500, now(), now(), 'lin') RETURNING id
"""
JOINED = """
INSERT INTO membership (community_id, member_id, role, joined_at, joins, leaves)
VALUES ($1, $2, 'member', $3::timestamptz, ARRAY[$3], '{}')
"""
INVITED = """
INSERT INTO invitation (member_id, id, member_joined_at, inviter_id, inviter_joined_at, campaign_id, fact_id, at)
SELECT invited.id, gen_random_uuid(), invited.joined_at, by.id, by.joined_at, $3, gen_random_uuid(), $4
FROM member AS invited, member AS by WHERE invited.id = $1 AND by.id = $2
"""
START = datetime(2026, 11, 1, tzinfo=UTC)
DAY = timedelta(days=1)


async def experiment(pool: Pool, *arms: tuple[str, int]) -> UUID:
    """A campaign with arms, whose weights stand in its first revision."""
    campaign_id = await add_campaign(pool, "check_in")
    await weigh(pool, campaign_id, arms, START - DAY)
    return campaign_id


async def weigh(pool: Pool, campaign_id: UUID, arms: Sequence[tuple[str, int]], at: datetime) -> None:
    """Give the arms other weights from a moment on."""
    terms = orjson.dumps({"arms": [{"key": key, "weight": weight, "override": {}} for key, weight in arms]}).decode()
    await pool.execute("UPDATE campaign SET terms = $2::jsonb WHERE id = $1", campaign_id, terms)
    await pool.execute(
        "INSERT INTO campaign_revision (campaign_id, revision, name, config, terms, created_at, created_by) "
        "SELECT $1, count(*) + 1, 'x', '{}', $2::jsonb, $3, 'lin' FROM campaign_revision WHERE campaign_id = $1",
        campaign_id,
        terms,
        at,
    )


async def expose(
    pool: Pool, campaign_id: UUID, arm: str, members: int, payers: int = 0, fen: int = 1_000, at: datetime = START
) -> list[UUID]:
    """Members of an arm, the first of whom pay a day later."""
    ids = await add_members(pool, members)
    await pool.execute(
        "INSERT INTO exposure (campaign_id, member_id, arm, at) SELECT $1, unnest($2::uuid[]), $3, $4",
        campaign_id,
        ids,
        arm,
        at,
    )
    await pool.execute(
        "INSERT INTO shop_order (id, number, member_id, amount_fen, refunded_fen, paid_at) "
        "SELECT gen_random_uuid(), gen_random_uuid()::text, member_id, $2, 0, $3 FROM unnest($1::uuid[]) AS member_id",
        ids[:payers],
        fen,
        at + DAY,
    )
    return ids


async def arms_of(pool: Pool, campaign_id: UUID, **asked: object) -> dict[str, ArmOutcome]:
    """The arms of the experiment by key."""
    found = await experiment_of(pool, ExperimentAsked(campaign_id, **asked))  # type: ignore[arg-type]  # as tests say
    assert found is not None
    return {arm.arm: arm for arm in found.arms}


def verdict(arm: ArmOutcome) -> Verdict | None:
    """What is said of an arm."""
    return arm.difference.verdict if arm.difference else None


async def test_an_arm_that_converts_better_is_said_to_and_the_others_are_judged_with_it(pool: Pool) -> None:
    campaign_id = await experiment(pool, ("a", 1), ("b", 1), ("c", 1))
    for arm, payers in (("a", 100), ("b", 140), ("c", 118)):
        await expose(pool, campaign_id, arm, 1_000, payers)
    arms = await arms_of(pool, campaign_id)
    assert [verdict(arms[key]) for key in "abc"] == [None, Verdict.BETTER, Verdict.NO_DIFFERENCE]
    better = arms["b"].difference
    assert better is not None
    assert better.rate == pytest.approx(0.04)
    assert better.rate_interval.low > 0
    assert better.adjusted == pytest.approx(2 * better.p_value)
    assert better.revenue_fen == pytest.approx(40.0)
    assert better.revenue_interval is not None
    assert better.revenue_interval.low > 0
    turned = await arms_of(pool, campaign_id, control="b")
    assert [verdict(turned[key]) for key in "abc"] == [Verdict.WORSE, None, Verdict.NO_DIFFERENCE]


async def test_sizes_that_do_not_fit_the_weights_silence_everything_else(pool: Pool) -> None:
    campaign_id = await experiment(pool, ("a", 1), ("b", 1))
    await expose(pool, campaign_id, "a", 600, 60)
    await expose(pool, campaign_id, "b", 480, 96)
    found = await experiment_of(pool, ExperimentAsked(campaign_id))
    assert found is not None
    assert not found.is_sound
    assert found.shares_p_value == pytest.approx(2.6e-4, rel=0.05)
    assert verdict(found.arms[1]) is Verdict.SAMPLE_RATIO


async def test_sizes_are_held_against_the_weights_of_their_own_time(pool: Pool) -> None:
    campaign_id = await experiment(pool, ("a", 1), ("b", 1))
    await expose(pool, campaign_id, "a", 500)
    await expose(pool, campaign_id, "b", 500)
    await weigh(pool, campaign_id, [("a", 9), ("b", 1)], START + DAY)
    await expose(pool, campaign_id, "a", 900, at=START + DAY)
    await expose(pool, campaign_id, "b", 100, at=START + DAY)
    found = await experiment_of(pool, ExperimentAsked(campaign_id))
    assert found is not None
    assert found.shares_p_value == pytest.approx(1.0)
    assert [arm.weight for arm in found.arms] == [9, 1]


async def test_too_few_are_told_as_too_few(pool: Pool) -> None:
    campaign_id = await experiment(pool, ("a", 1), ("b", 1))
    await expose(pool, campaign_id, "a", 9)
    await expose(pool, campaign_id, "b", 9, 9)
    assert verdict((await arms_of(pool, campaign_id))["b"]) is Verdict.TOO_FEW
    nobody = await experiment(pool, ("a", 1), ("b", 1))
    arms = await arms_of(pool, nobody)
    assert (arms["b"].exposed, arms["b"].rate, verdict(arms["b"])) == (0, None, Verdict.TOO_FEW)


async def test_payments_count_after_the_exposure_within_the_window_less_refunds(pool: Pool) -> None:
    campaign_id = await experiment(pool, ("a", 1), ("b", 1))
    ids = await expose(pool, campaign_id, "a", 4)
    moments = START, START + timedelta(microseconds=1), START + 7 * DAY, START + 7 * DAY + timedelta(microseconds=1)
    for member_id, moment in zip(ids, moments, strict=True):
        await pool.execute(
            "INSERT INTO shop_order (id, number, member_id, amount_fen, refunded_fen, paid_at) "
            "VALUES (gen_random_uuid(), gen_random_uuid()::text, $1, 100, 40, $2)",
            member_id,
            moment,
        )
    arm = (await arms_of(pool, campaign_id, window_days=7))["a"]
    assert (arm.exposed, arm.converted, arm.revenue_fen) == (4, 2, 120)


async def test_each_goal_counts_what_it_names_within_the_window_and_nothing_else(pool: Pool) -> None:
    campaign_id = await experiment(pool, ("a", 1), ("b", 0))
    payer, inviter, before, joiner, player, late = await expose(pool, campaign_id, "a", 6, at=START)
    async with running(shop_engine(pool)) as engine:
        for member_id, at in ((player, START + DAY), (before, START - DAY), (late, START + 8 * DAY)):
            await engine.submit(sign(campaign_id, member_id, at))
    for number, member_id in (("A", payer), ("B", inviter)):
        await pool.execute(
            "INSERT INTO shop_order (id, number, member_id, amount_fen, refunded_fen, paid_at) "
            "VALUES (gen_random_uuid(), $3, $1, 100, 0, $2)",
            member_id,
            START + DAY,
            number,
        )
    group = await pool.fetchval(ADD_GROUP, new_id())
    for member_id, at in ((joiner, START + DAY), (late, START + 8 * DAY), (before, START - DAY)):
        await pool.execute(JOINED, group, member_id, at)
    for invited, by, at in ((before, inviter, START + DAY), (late, payer, START + 8 * DAY)):
        await pool.execute(INVITED, invited, by, campaign_id, at)

    for goal in Goal:
        arm = (await arms_of(pool, campaign_id, window_days=7, goal=goal))["a"]
        assert (arm.exposed, arm.converted, arm.revenue_fen) == (6, 2 if goal is Goal.PAYMENT else 1, 200), goal


async def test_who_came_by_a_link_and_did_nothing_counts_and_who_then_plays_counts_once(pool: Pool) -> None:
    campaign_id = await experiment(pool, ("a", 1), ("b", 1))
    members = await add_members(pool, 12)
    async with running(shop_engine(pool)) as engine:
        now = engine.clock()
        for member_id in members[:8]:
            data = {"campaign": member_code(campaign_id)}
            await engine.submit(NewFact(TOUCH_SEEN, member_id, now, data, f"service/s/{new_id()}"))
        for member_id in members[4:]:
            await engine.submit(sign(campaign_id, member_id, now))
    arms = await arms_of(pool, campaign_id)
    drawn = {member_id: draw_arm(campaign_id, member_id, [("a", 1), ("b", 1)]) for member_id in members}
    for key in "ab":
        mine = [place for place, member_id in enumerate(members) if drawn[member_id] == key]
        assert (arms[key].exposed, arms[key].joined) == (len(mine), len([place for place in mine if place >= 4]))
        assert arms[key].crossed == 0


async def test_who_plays_by_another_arm_than_the_link_had_drawn_counts_where_they_play(pool: Pool) -> None:
    campaign_id = await experiment(pool, ("a", 1), ("b", 0))
    [member_id] = await add_members(pool, 1)
    async with running(shop_engine(pool)) as engine:
        now = engine.clock()
        data = {"campaign": member_code(campaign_id)}
        await engine.submit(NewFact(TOUCH_SEEN, member_id, now, data, "service/s/12345678"))
    await weigh(pool, campaign_id, [("a", 0), ("b", 1)], now)
    async with running(shop_engine(pool)) as engine:
        await engine.submit(sign(campaign_id, member_id, engine.clock()))
    arms = await arms_of(pool, campaign_id)
    assert [(arms[key].exposed, arms[key].joined, arms[key].crossed) for key in "ab"] == [(0, 0, 0), (1, 1, 1)]


async def test_what_cannot_be_asked_is_refused(pool: Pool) -> None:
    campaign_id = await experiment(pool, ("a", 1), ("b", 1))
    for asked in ({"level": 0.5}, {"level": 1.0}, {"window_days": 0}, {"control": "z"}):
        with pytest.raises(InvalidInput):
            await experiment_of(pool, ExperimentAsked(campaign_id, **asked))  # type: ignore[arg-type]  # as tests say
    assert await experiment_of(pool, ExperimentAsked(await add_campaign(pool, "check_in"))) is None
