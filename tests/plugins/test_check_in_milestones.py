"""Milestones of a check-in: paid each time that a streak gets there, and once for days in all."""

from datetime import date, timedelta

import pytest

from plugins.check_in.campaign import CHECK_IN
from plugins.check_in.config import CheckInConfig, MakeUp, Milestone
from plugins.check_in.state import CheckInState
from siyu.sdk import Grant, Issue
from siyu.sdk.testing import Stage

FIRST = date(2026, 11, 2)
CheckInStage = Stage[CheckInConfig, CheckInState]


def stage_of(**config: object) -> CheckInStage:
    """A check-in whose days are worth nothing by themselves."""
    return Stage(CHECK_IN, CheckInConfig.model_validate({"streak_points": [0], **config}))


def sign(stage: CheckInStage, offset: int) -> int:
    """Sign some days from the first; the points."""
    stage.go_to(f"{FIRST + timedelta(days=offset)}T12:00")
    return stage.act("lin", "sign").granted()


def make_up(stage: CheckInStage, offset: int) -> int:
    """Make the day up, on the day that it is; the points."""
    played = stage.act("lin", "makeUp", day=FIRST + timedelta(days=offset))
    assert played.refusal is None
    return played.granted()


def test_a_streak_is_paid_each_time_it_gets_there() -> None:
    stage = stage_of(continuous_milestones=[{"days": 3, "points": 30}])

    assert [sign(stage, offset) for offset in (0, 1, 2, 3, 5, 6, 7)] == [0, 0, 30, 0, 0, 0, 30]


def test_days_in_all_are_paid_once() -> None:
    stage = stage_of(cumulative_milestones=[{"days": 3, "points": 30}])

    assert [sign(stage, offset) for offset in (0, 2, 4, 6, 7, 8)] == [0, 0, 30, 0, 0, 0]


def test_a_milestone_gives_points_and_a_reward_by_name() -> None:
    stage = stage_of(
        continuous_milestones=[Milestone(days=2, points=5, reward="cup")],
        cumulative_milestones=[Milestone(days=2, reward="tea")],
    )
    sign(stage, 0)
    stage.wait(days=1)

    effects = stage.act("lin", "sign").effects

    assert [effect for effect in effects if isinstance(effect, Grant | Issue)] == [
        Grant("points", 5),
        Issue("cup", "2026-11-03-streak-2", "ALREADY_SIGNED"),
        Issue("tea", "2026-11-03-days-2", "ALREADY_SIGNED"),
    ]
    assert sorted(stage.rewards("lin").values()) == ["cup", "tea"]


MADE_UP = {"make_up": MakeUp(days_back=31, per_month=31), "continuous_milestones": [{"days": 3, "points": 30}]}


@pytest.mark.parametrize(
    ("signed", "paid", "missed", "expected", "streak"),
    [
        pytest.param((0, 2), [0, 0], 1, 30, 3, id="the joined streak gets there"),
        pytest.param((0, 2, 3, 4), [0, 0, 0, 30], 1, 0, 5, id="the later one was there"),
        pytest.param((0, 1, 2, 4), [0, 0, 30, 0], 3, 0, 5, id="the earlier one was there"),
        pytest.param((0, 1, 2, 4, 5, 6), [0, 0, 30, 0, 0, 30], 3, 0, 7, id="both were there"),
        pytest.param((0, 1, 3, 5), [0, 0, 0, 0], 2, 30, 1, id="an earlier streak gets there"),
    ],
)
def test_a_made_up_day_pays_what_no_part_of_the_streak_has_had(
    signed: tuple[int, ...], paid: list[int], missed: int, expected: int, streak: int
) -> None:
    stage = stage_of(**MADE_UP)

    assert [sign(stage, offset) for offset in signed] == paid
    assert make_up(stage, missed) == expected
    assert stage.state("lin").streak == streak


def test_a_made_up_day_counts_in_all() -> None:
    stage = stage_of(make_up=MakeUp(), cumulative_milestones=[{"days": 3, "points": 30}])

    assert [sign(stage, 0), sign(stage, 2), make_up(stage, 1), sign(stage, 3)] == [0, 0, 30, 0]


def test_as_many_milestones_as_there_can_be_fit_into_a_decision() -> None:
    rewarded = [{"days": days, "points": 1, "reward": "cup"} for days in range(16, 28)]
    stage = stage_of(
        make_up={"days_back": 31, "cost_points": 1},
        continuous_milestones=rewarded,
        cumulative_milestones=[{"days": 31, "points": 1, "reward": "cup"}],
    )
    stage.give("lin", points=1)
    for offset in (*range(15), *range(16, 31)):
        sign(stage, offset)

    assert make_up(stage, 15) == 13
    assert len(stage.rewards("lin")) == 13
