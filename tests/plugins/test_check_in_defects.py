"""Mistakes that others have made with check-ins, one test each, numbered as in the list that they come from."""

import time
from copy import deepcopy
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from plugins.check_in.campaign import CHECK_IN
from plugins.check_in.config import CheckInConfig, GroupGoal, Groups, MakeUp, Milestone, Place, TierMultiplier
from siyu.db import Pool
from siyu.sdk.testing import Stage
from tests.factories import add_campaign, add_members, points_of, shop_engine, sign
from tests.plugins.test_check_in_on_a_shop import codes

NOON = datetime(2026, 11, 21, 4, tzinfo=UTC)  # noon in Shanghai
PHOTO = "https://photos.example.com/1.jpg"


async def test_defect_9_a_day_is_rewarded_once_even_where_the_state_was_lost(pool: Pool) -> None:
    [member] = await add_members(pool, 1)
    campaign, engine = await add_campaign(pool, "check_in"), shop_engine(pool)
    await engine.submit(sign(campaign, member, NOON))
    await pool.execute("UPDATE participation SET state = '{}'")

    again = await engine.submit(sign(campaign, member, NOON + timedelta(hours=1)))

    assert (codes([again]), await points_of(pool, member)) == ({"ALREADY_SIGNED": 1}, 5)


def test_defect_10_an_empty_table_is_refused_and_one_of_nothing_answers() -> None:
    with pytest.raises(ValidationError):
        CheckInConfig(streak_points=())

    stage = Stage(CHECK_IN, CheckInConfig(streak_points=(0,)))
    assert stage.act("lin", "sign").refusal is None
    assert stage.read("lin", "calendar", month="2026-11").signed_today


@pytest.mark.parametrize("server", ["UTC", "Pacific/Kiritimati", "America/New_York"])
def test_defect_11_a_minute_before_and_after_midnight_are_two_days_whatever_the_servers_zone_is(
    server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", server)
    time.tzset()
    try:
        stage = Stage(CHECK_IN, at="2026-11-21T23:59")
        before = stage.act("lin", "sign").refusal
        stage.wait(minutes=1)
        calendar = stage.read("lin", "calendar", month="2026-11")
        after = [stage.act("lin", "sign").refusal for _ in range(2)]
    finally:
        monkeypatch.undo()
        time.tzset()

    assert (before, after) == (None, [None, "ALREADY_SIGNED"])
    assert (calendar.today, calendar.signed_today) == (date(2026, 11, 22), False)


def test_defect_12_whether_today_is_signed_is_told_by_what_is_recorded() -> None:
    stage = Stage(CHECK_IN, CheckInConfig(proof="photo", review=True))
    told = []

    def tell() -> None:
        told.append(stage.read("lin", "calendar", month="2026-11").signed_today)

    tell()
    stage.act("lin", "sign", photo=PHOTO)
    tell()
    stage.review("lin", "2026-11-22", approved=False)
    tell()
    stage.act("lin", "sign", photo=PHOTO)
    stage.review("lin", "2026-11-22-2", approved=True)
    tell()
    stage.wait(days=1)
    tell()

    assert told == [False, True, False, True, False]


USUAL: dict[str, Any] = {
    "streak_points": [1, 2, 3],
    "after_table": "wrap",
    "restart": "never",
    "continuous_milestones": [{"days": 5, "points": 1_000, "reward": "cup"}],
    "cumulative_milestones": [{"days": 6, "points": 2_000, "reward": "tea"}],
    "tier_multipliers": [{"tier": "gold", "percent": 200}],
    "make_up": {"days_back": 3, "per_month": 2, "cost_points": 1},
    "proof": "photo_and_place",
    "places": [{"name": "Bund", "latitude": 31.24, "longitude": 121.49, "radius_m": 300}],
    "review": False,
    "groups": {"goals": [{"group": "runners", "goal": 1}], "bonus_points": [10_000]},
}
# Where in the config, and what is there instead.
OPTIONS: dict[tuple[str | int, ...], Any] = {
    ("streak_points",): [1, 1],
    ("after_table",): "stay",
    ("restart",): "month",
    ("continuous_milestones",): [],
    ("continuous_milestones", 0, "days"): 4,
    ("continuous_milestones", 0, "points"): 1_001,
    ("continuous_milestones", 0, "reward"): "mug",
    ("cumulative_milestones",): [],
    ("tier_multipliers",): [],
    ("tier_multipliers", 0, "tier"): "iron",
    ("tier_multipliers", 0, "percent"): 300,
    ("make_up",): None,
    ("make_up", "days_back"): 1,
    ("make_up", "per_month"): 1,
    ("make_up", "cost_points"): 2,
    ("proof",): "place",
    ("places",): [{"name": "Lake", "latitude": 30.25, "longitude": 120.16}],
    ("places", 0, "name"): "River",
    ("places", 0, "latitude"): 31.25,
    ("places", 0, "longitude"): 121.5,
    ("places", 0, "radius_m"): 5_000,
    ("review",): True,
    ("groups",): None,
    ("groups", "goals", 0, "group"): "readers",
    ("groups", "goals", 0, "goal"): 2,
    ("groups", "goals", 0, "share_percent"): 50,
    ("groups", "bonus_points"): [9_000],
}
MODELS: tuple[type[BaseModel], ...] = (CheckInConfig, Milestone, TierMultiplier, MakeUp, Place, Groups, GroupGoal)


def changed(path: tuple[str | int, ...], value: Any) -> CheckInConfig:
    """The usual config with another value at a place."""
    config: Any = deepcopy(USUAL)
    at = config
    for step in path[:-1]:
        at = at[step]
    if path[-1] == "share_percent":
        del at["goal"]
    at[path[-1]] = value
    return CheckInConfig.model_validate(config)


def met(config: CheckInConfig) -> tuple[Any, ...]:
    """What a member meets who comes on most days around the end of a month, and tries what they can."""
    stage = Stage(CHECK_IN, config, at="2026-11-27T12:00")
    stage.member("lin", tier="gold", groups=["runners"])
    stage.group("runners", members=4)
    refusals = []
    for offset, longitude in (
        (0, 121.49),
        (0, 121.49),
        (1, 121.51),
        (1, 121.49),
        (4, 121.49),
        (5, 121.49),
        (6, 121.49),
    ):
        stage.wait(until=f"{date(2026, 11, 27) + timedelta(days=offset)}T12:00")
        played = stage.act("lin", "sign", photo=PHOTO, latitude=31.24, longitude=longitude)
        refusals.append((played.refusal, *played.missing.items()))
        for back in (3, 2, 1):
            played = stage.act("lin", "makeUp", day=date(2026, 11, 27) + timedelta(days=offset - back))
            refusals.append((played.refusal, *played.missing.items()))
    without_photo = stage.act("bo", "sign", latitude=31.24, longitude=121.49).refusal
    stage.wait(days=3)
    return (stage.balance("lin"), stage.rewards("lin"), stage.state("lin").streak, refusals, without_photo)


def test_defects_33_and_59_every_option_has_a_behaviour() -> None:
    named = {step for path in OPTIONS for step in path if isinstance(step, str)}
    assert named == {name for model in MODELS for name in model.model_fields}

    usual = met(CheckInConfig.model_validate(USUAL))

    assert [path for path, value in OPTIONS.items() if met(changed(path, value)) == usual] == []
