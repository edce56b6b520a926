"""The check-in decides by days alone."""

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from plugins.check_in.campaign import CHECK_IN, validate
from plugins.check_in.config import CheckInConfig, GroupGoal, Groups, MakeUp, Milestone, Place, TierMultiplier
from plugins.check_in.state import CheckInState, Waiting
from siyu.sdk import Grant, Once, Score, SetState, Text
from siyu.sdk.testing import Played, Stage, campaign_tests, given
from tests.factories import SHANGHAI

FIRST = date(2026, 11, 27)
CheckInStage = Stage[CheckInConfig, CheckInState]

MILESTONES = (Milestone(days=2, points=20), Milestone(days=3, points=30, reward="cup"))
FULL = CheckInConfig(
    streak_points=(0, 7),
    after_table="stay",
    restart="month",
    continuous_milestones=MILESTONES,
    cumulative_milestones=MILESTONES,
    make_up=MakeUp(days_back=5, per_month=2, cost_points=3),
)
OLD_STATES = {
    1: [
        {},
        {"last_day": None, "streak": 0, "best_streak": 0, "days": 0},
        {"last_day": "2026-11-26", "streak": 3, "best_streak": 9, "days": 40},
        {"last_day": "2026-11-26", "streak": 100, "best_streak": 100, "days": 100},
    ],
    2: [
        {},
        {
            "last_day": "2026-11-26",
            "streak": 2,
            "best_streak": 9,
            "days": 40,
            "recent": "1102010000",
            "run_before": 3,
        },
        {
            "last_day": "2026-11-26",
            "streak": 100,
            "best_streak": 100,
            "days": 100,
            "recent": "1" * 62,
            "run_before": 38,
        },
    ],
}
BUND = Place(name="Bund", latitude=31.24, longitude=121.49, radius_m=300)
REVIEWED = FULL.model_copy(
    update={
        "proof": "photo",
        "review": True,
        "groups": Groups(goals=(GroupGoal(group="runners", goal=2),), bonus_points=(1, 2)),
        "tier_multipliers": (TierMultiplier(tier="gold", percent=150),),
    }
)
AT_THE_BUND = CheckInConfig(proof="photo_and_place", places=(BUND,), groups=REVIEWED.groups)
PHOTO = "https://photos.example.com/1.jpg"


def make_one_up(stage: Stage[Any, Any]) -> None:
    """Sign, miss a day, sign and make the day up, until the cards are used up."""
    stage.config = FULL
    stage.give("lin", points=100)
    for offset in (0, 2, 4, 6):
        sign(stage, offset)
        stage.act("lin", "makeUp", day=FIRST + timedelta(days=offset - 1))


def run_together(stage: Stage[Any, Any]) -> None:
    """A group of three whose photos are reviewed, in whatever order, and who make days up meanwhile."""
    stage.config = REVIEWED
    for number, member in enumerate(("lin", "wang", "zhao")):
        stage.member(member, groups=["runners"], tier="gold" if number else "iron")
        stage.give(member, points=10)
    for offset in range(24):
        stage.wait(until=datetime.combine(FIRST + timedelta(days=offset), time(12), SHANGHAI))
        for number, member in enumerate(("lin", "wang", "zhao")):
            if (offset + number) % 4:
                stage.act(member, "sign", photo=PHOTO)
            stage.act(member, "makeUp", day=FIRST + timedelta(days=offset - number - 1))
            for key in list(stage.reviews(member))[: (offset * number) % 3]:
                stage.review(member, key, approved=(offset + number) % 5 > 0)
    stage.wait(days=10)


def come_to_the_bund(stage: Stage[Any, Any]) -> None:
    """From nowhere, from too far away, and to the place; as one of a group."""
    stage.config = AT_THE_BUND
    stage.member("lin", groups=["runners"])
    for shown in ({}, {"latitude": 31.3, "longitude": 121.49}, {"latitude": 31.24, "longitude": 121.49}):
        stage.act("lin", "sign", photo=PHOTO, **shown)
    stage.wait(days=2)


test_conformance = campaign_tests(
    CHECK_IN,
    configs=[FULL, REVIEWED, AT_THE_BUND],
    old_states=OLD_STATES,
    plays=[make_one_up, run_together, come_to_the_bund],
)


def sign(stage: CheckInStage, offset: int) -> Played:
    """Lin signs in at noon, some days from the first."""
    stage.go_to(datetime.combine(FIRST + timedelta(days=offset), time(12), SHANGHAI))
    return stage.act("lin", "sign")


def sign_on(offsets: tuple[int, ...], table: tuple[int, ...]) -> tuple[CheckInStage, list[int]]:
    """Sign in on these days counted from the first; the stage, and the points of each."""
    stage = Stage(CHECK_IN, CheckInConfig(streak_points=table))
    return stage, [sign(stage, offset).granted() for offset in offsets]


@pytest.mark.parametrize(
    ("days", "table", "expected", "streak", "best"),
    [
        pytest.param((0,), (5, 6), [5], 1, 1, id="first day"),
        pytest.param((0, 1, 2), (1, 2, 3), [1, 2, 3], 3, 3, id="rises"),
        pytest.param((0, 1, 2, 3), (1, 2, 3), [1, 2, 3, 1], 4, 4, id="wraps"),
        pytest.param((0, 1, 3), (1, 2, 3), [1, 2, 1], 1, 2, id="breaks"),
        pytest.param((0, 1, 3, 4, 5), (1, 2, 3), [1, 2, 1, 2, 3], 3, 3, id="rises again"),
        pytest.param((0, 1, 2), (1, 0, 3), [1, 0, 3], 3, 3, id="a day without points counts"),
        pytest.param((3, 4, 5), (1, 2, 3), [1, 2, 3], 3, 3, id="over the end of the month"),
        pytest.param((0, 366, 367), (1, 2), [1, 1, 2], 2, 2, id="after a year"),
    ],
)
def test_points_follow_the_streak(
    days: tuple[int, ...], table: tuple[int, ...], expected: list[int], streak: int, best: int
) -> None:
    stage, points = sign_on(days, table)

    assert points == expected
    assert (stage.balance("lin"), stage.best("lin", "streak")) == (sum(expected), best)
    state = stage.state("lin")
    assert (state.last_day, state.days) == (FIRST + timedelta(days=days[-1]), len(days))
    assert (state.streak, state.best_streak) == (streak, best)


def test_a_sign_in_has_these_effects() -> None:
    given(CHECK_IN).at("2026-11-27T00:00").when("lin", "sign").then(
        Once("2026-11-27", "ALREADY_SIGNED"),
        Grant("points", 5),
        SetState(CheckInState(last_day=FIRST, streak=1, best_streak=1, days=1, recent="1", given="5")),
        Score("streak", 1),
    )


def test_a_day_without_points_grants_nothing() -> None:
    stage = Stage(CHECK_IN, CheckInConfig(streak_points=(0,)))

    assert [type(effect) for effect in sign(stage, 0).effects] == [Once, SetState, Score]


@pytest.mark.parametrize(("offset", "code"), [(0, "ALREADY_SIGNED"), (-1, "DAY_IS_PAST"), (-400, "DAY_IS_PAST")])
def test_the_same_day_and_earlier_ones_are_refused_and_change_nothing(offset: int, code: str) -> None:
    stage, _ = sign_on((0,), (5, 6))
    before = stage.state("lin")

    played = sign(stage, offset)

    assert (played.refusal, played.effects) == (code, ())
    assert (stage.state("lin"), stage.balance("lin")) == (before, 5)


def test_the_day_is_the_shops() -> None:
    story = given(CHECK_IN).at("2026-11-27T23:59").when("lin", "sign")

    story.after(minutes=1).when("lin", "sign").then_balance("lin", 10)


def test_the_default_table_is_five_to_ten_over_a_week() -> None:
    _, points = sign_on(tuple(range(8)), CheckInConfig().streak_points)

    assert points == [5, 5, 6, 6, 8, 8, 10, 5]


@pytest.mark.parametrize(
    "config",
    [
        {"streak_points": []},
        {"streak_points": [-1]},
        {"streak_points": [10_001]},
        {"streak_points": [1.5]},
        {"streak_points": [1] * 367},
        {"streak_points": 5},
        {"bonus": 5},
        {"after_table": "stop"},
        {"restart": "year"},
        {"continuous_milestones": [{"days": 7}]},
        {"continuous_milestones": [{"days": 0, "points": 1}]},
        {"continuous_milestones": [{"days": 7, "points": 1}, {"days": 7, "reward": "cup"}]},
        {"cumulative_milestones": [{"days": n, "points": 1} for n in range(1, 14)]},
        {"cumulative_milestones": [{"days": 7, "reward": ""}]},
        {"cumulative_milestones": [{"days": 7, "reward": "a\nb"}]},
        {"make_up": {"days_back": 32}},
        {"make_up": {"per_month": 0}},
        {"make_up": {"cost_points": -1}},
    ],
)
def test_an_impossible_config_is_refused(config: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        CheckInConfig.model_validate(config)


def test_after_the_table_its_last_entry_can_stay() -> None:
    stage = Stage(CHECK_IN, CheckInConfig(streak_points=(1, 2, 3), after_table="stay"))

    assert [sign(stage, offset).granted() for offset in (0, 1, 2, 3, 4, 6)] == [1, 2, 3, 3, 3, 1]


@pytest.mark.parametrize(
    ("restart", "expected"),
    [
        # From Friday, November 27th to Wednesday, December 2nd.
        pytest.param("never", [1, 2, 3, 4, 5, 6], id="never"),
        pytest.param("week", [1, 2, 3, 1, 2, 3], id="on Monday"),
        pytest.param("month", [1, 2, 3, 4, 1, 2], id="on the first"),
    ],
)
def test_a_streak_starts_anew_with_the_calendar(restart: Any, expected: list[int]) -> None:
    stage = Stage(CHECK_IN, CheckInConfig(streak_points=(1, 2, 3, 4, 5, 6), restart=restart))

    assert [sign(stage, offset).granted() for offset in range(6)] == expected
    assert stage.state("lin").best_streak == max(expected)


def test_the_config_of_version_one_is_what_it_was() -> None:
    stored = CheckInConfig.model_validate_json('{"streak_points": [1, 2]}')

    assert stored == CheckInConfig(
        streak_points=(1, 2),
        after_table="wrap",
        restart="never",
        continuous_milestones=(),
        cumulative_milestones=(),
        make_up=None,
        proof="none",
        places=(),
        review=False,
        groups=None,
    )


@pytest.mark.parametrize(
    ("restart", "days", "found"),
    [("never", 3_660, 0), ("week", 7, 0), ("week", 8, 1), ("month", 31, 0), ("month", 32, 1)],
)
def test_a_milestone_that_no_streak_reaches_is_told(restart: Any, days: int, found: int) -> None:
    config = CheckInConfig(restart=restart, continuous_milestones=(Milestone(days=days, points=1),))

    problems = list(validate(config))

    assert len(problems) == found
    assert all(problem.path == ("continuous_milestones", "0", "days") for problem in problems)


def test_progress_is_the_streak() -> None:
    progress = CHECK_IN.describe(CheckInConfig(), CheckInState(streak=3))

    assert (progress.current, progress.target) == (3, 7)
    assert progress.text == Text(zh="已连续签到 3 天", en="Days in a row: 3")


def test_progress_tells_of_days_that_wait() -> None:
    waiting = (Waiting(day=FIRST), Waiting(day=FIRST + timedelta(days=1)))

    progress = CHECK_IN.describe(CheckInConfig(), CheckInState(streak=3, waiting=waiting))

    assert progress.text == Text(zh="已连续签到 3 天，另有 2 天待审核", en="Days in a row: 3; 2 more to be reviewed")
