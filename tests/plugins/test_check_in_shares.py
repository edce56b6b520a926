"""Groups whose goal is a share of their members: what it is of, and when that is fixed."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from pydantic import ValidationError

from plugins.check_in.campaign import CHECK_IN
from plugins.check_in.config import CheckInConfig, GroupGoal
from siyu.db import Pool
from siyu.sdk.testing import Stage, given
from tests.clock import NOON, TestClock
from tests.factories import add_campaign, add_members, points_of, shop_engine, sign
from tests.siyu.engine.relay import fire_all
from tests.siyu.groups.shop import add_group, joined

MEMBERS = ("lin", "wang", "zhao", "chen")
TEAM = "SELECT state FROM participation WHERE team = 'runners'"


def half(**goal: Any) -> dict[str, Any]:
    """A check-in that is worth what the group makes of it."""
    goals = [{"group": "runners", "share_percent": 50, **goal}]
    return {"streak_points": [0], "groups": {"goals": goals, "bonus_points": [10]}}


def stage_of(members: int | None) -> Stage[Any, Any]:
    """A stage on whose group so much is known."""
    stage: Stage[Any, Any] = Stage(CHECK_IN, CheckInConfig.model_validate(half()), at="2026-11-02T12:00")
    for member in MEMBERS:
        stage.member(member, groups=["runners"])
    if members is not None:
        stage.group("runners", members=members)
    return stage


@pytest.mark.parametrize(
    ("size", "percent", "needed"),
    [(1, 1, 1), (5, 50, 3), (3, 100, 3), (100, 29, 29), (101, 29, 30), (0, 50, 0), (None, 50, 0)],
)
def test_a_share_is_rounded_up(size: int | None, percent: int, needed: int) -> None:
    assert GroupGoal(group="runners", share_percent=percent).share_of(size) == needed


@pytest.mark.parametrize("goal", [{"goal": 2}, {"share_percent": None}, {"share_percent": 0}, {"share_percent": 101}])
def test_a_goal_is_a_number_or_a_share(goal: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        CheckInConfig.model_validate(half(**goal))


def test_who_comes_to_half_of_the_group_has_the_bonus() -> None:
    stage = stage_of(members=5)
    for member in MEMBERS[:2]:
        stage.act(member, "sign")
    before = stage.team("runners").days[0]

    stage.act("zhao", "sign")

    assert ((before.signed, before.needed, before.streak), stage.balance("zhao")) == ((2, 3, 0), 10)
    assert CHECK_IN.describe_team is not None
    progress = CHECK_IN.describe_team(stage.config, stage.team("runners"))
    assert (progress.current, progress.target) == (3, 3)


def test_the_share_is_of_those_in_the_group_when_the_first_is_counted_each_day() -> None:
    stage = stage_of(members=4)
    stage.act("lin", "sign")
    stage.group("runners", members=400)
    stage.act("wang", "sign")
    stage.wait(days=1)
    stage.act("lin", "sign")

    assert [(each.needed, each.streak) for each in stage.team("runners").days] == [(200, 0), (2, 1)]


def test_of_a_group_that_siyu_does_not_know_a_day_reaches_no_goal_until_it_does() -> None:
    stage = stage_of(members=0)
    stage.act("lin", "sign")
    unknown = stage.team("runners")
    stage.group("runners", members=4)
    stage.act("wang", "sign")

    assert (unknown.days[0].signed, unknown.days[0].needed, unknown.reached) == (1, 0, 0)
    assert CHECK_IN.describe_team is not None
    assert CHECK_IN.describe_team(stage.config, unknown).target is None
    assert (stage.team("runners").days[0].needed, stage.team("runners").reached) == (2, 1)


def test_only_groups_with_a_share_are_looked_at() -> None:
    goals = [{"group": "runners", "goal": 2}, {"group": "readers", "share_percent": 10}]
    config = CheckInConfig.model_validate({"groups": {"goals": goals}})
    assert CHECK_IN.group_sizes is not None

    assert list(CHECK_IN.group_sizes(config)) == ["readers"]
    assert list(CHECK_IN.group_sizes(CheckInConfig())) == []
    story = given(CHECK_IN, groups={"goals": goals}).group("readers", members=30)
    story.stage.member("lin", groups=["readers"])
    assert story.when("lin", "sign").stage.team("readers").days[0].needed == 3


async def test_of_a_real_group_two_who_joined_sign_in_and_one_more_makes_the_goal(pool: Pool, clock: TestClock) -> None:
    members = await add_members(pool, 5)
    await add_group(pool, "runners")
    campaign, engine = await add_campaign(pool, "check_in", half()), shop_engine(pool, clock=clock)
    for member in members:
        await engine.submit(joined(member, "runners"))

    await asyncio.gather(*(engine.submit(sign(campaign, member, NOON)) for member in members[:2]))
    await engine.drain()
    [before] = orjson.loads(await pool.fetchval(TEAM))["days"]
    await engine.submit(sign(campaign, members[2], NOON))
    await engine.drain()

    assert (before["signed"], before["needed"], before["streak"]) == (2, 3, 0)
    assert [await points_of(pool, member) for member in members] == [0, 0, 10, 0, 0]
    clock.now = datetime(2026, 11, 22, 13, tzinfo=UTC)
    await fire_all(engine)
    assert [await points_of(pool, member) for member in members] == [10, 10, 10, 0, 0]
