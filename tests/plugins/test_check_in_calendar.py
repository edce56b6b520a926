"""The calendar of a check-in: what became of a month's days, and what today and the coming days are worth."""

from datetime import date, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from plugins.check_in.calendar import CalendarDay, DayStatus
from plugins.check_in.campaign import CHECK_IN
from plugins.check_in.config import CheckInConfig
from plugins.check_in.state import CheckInState
from siyu.sdk.testing import Stage

PHOTO = "https://photos.example.com/1.jpg"
TABLE = [1, 2, 3, 4, 5, 6, 7, 8, 9]


def stage_of(**config: Any) -> Stage[CheckInConfig, CheckInState]:
    """A check-in in November."""
    return Stage(CHECK_IN, CheckInConfig.model_validate({"streak_points": TABLE, **config}), at="2026-11-01T12:00")


def sign(stage: Stage[Any, Any], *days: int) -> None:
    """Lin signs on these days of November."""
    for day in days:
        stage.go_to(f"2026-11-{day:02}T12:00")
        assert stage.act("lin", "sign", photo=PHOTO).refusal is None


def days_of(stage: Stage[Any, Any], month: str = "2026-11") -> dict[int, CalendarDay]:
    """The days of a month by their numbers."""
    return {each.day.day: each for each in stage.read("lin", "calendar", month=month).days}


def statuses(stage: Stage[Any, Any], *days: int, month: str = "2026-11") -> str:
    """The first letters of what became of these days."""
    told = days_of(stage, month)
    return "".join(told[day].status.name[:2].lower() + " " for day in days).strip()


def test_every_day_of_the_month_is_told_of() -> None:
    stage = stage_of()

    for month, count in (("2026-11", 30), ("2027-02", 28), ("2028-02", 29), ("2026-12", 31)):
        days = [each.day for each in stage.read("lin", "calendar", month=month).days]
        assert (len(days), f"{days[0]:%Y-%m-%d}", f"{days[-1]:%Y-%m}") == (count, f"{month}-01", month)


def test_what_became_of_days_and_what_they_brought() -> None:
    milestone = {"days": 3, "points": 30, "reward": "cup"}
    stage = stage_of(continuous_milestones=[milestone], make_up={"days_back": 9})
    sign(stage, 2, 3, 5, 7)
    stage.act("lin", "makeUp", day=date(2026, 11, 4))
    stage.go_to("2026-11-08T12:00")

    days = days_of(stage)
    assert statuses(stage, *range(1, 10)) == "no si si ma si mi si op co"
    assert [days[day].points for day in range(1, 8)] == [None, 1, 2, 30, 1, None, 1]
    assert [day for day in days if days[day].rewarded] == [2, 3, 4, 5, 7]
    assert [day for day in days if days[day].can_make_up] == [6]


def test_today_and_the_coming_days_go_on_from_where_the_member_stands() -> None:
    stage = stage_of(continuous_milestones=[{"days": 5, "points": 100, "reward": "cup"}])
    sign(stage, 1, 2, 3)
    stage.go_to("2026-11-04T09:00")

    before = stage.read("lin", "calendar", month="2026-11")
    assert (before.signed_today, before.streak, before.today) == (False, 3, date(2026, 11, 4))
    days = {each.day.day: each for each in before.days}
    assert [days[day].points for day in (4, 5, 6, 9, 10)] == [4, 105, 6, 9, 1]
    assert [day for day in days if days[day].rewards] == [5]
    assert days[5].rewards == ("cup",)
    assert not any(days[day].rewarded for day in range(4, 31))
    for day in (4, 5, 6):
        had = stage.balance("lin")
        sign(stage, day)
        assert stage.balance("lin") - had == days[day].points

    after = stage.read("lin", "calendar", month="2026-11")
    assert (after.signed_today, after.streak) == (True, 6)
    assert (after.days[5].status, after.days[6].status) == (DayStatus.SIGNED, DayStatus.COMING)


def test_a_streak_that_is_broken_is_none() -> None:
    stage = stage_of()
    sign(stage, 1, 2)

    stage.go_to("2026-11-04T12:00")

    assert stage.read("lin", "calendar", month="2026-11").streak == 0
    assert days_of(stage)[4].points == 1


@pytest.mark.parametrize(("restart", "streak", "points"), [("never", 2, 3), ("week", 0, 1), ("month", 2, 3)])
def test_a_streak_that_the_calendar_ends_is_none(restart: Any, streak: int, points: int) -> None:
    stage = stage_of(restart=restart)
    sign(stage, 7, 8)

    stage.go_to("2026-11-09T12:00")  # a Monday

    assert (stage.read("lin", "calendar", month="2026-11").streak, days_of(stage)[9].points) == (streak, points)


def test_days_that_wait_tell_what_they_bring_if_all_are_approved() -> None:
    stage = stage_of(proof="photo", review=True, make_up={"days_back": 9})
    sign(stage, 1)
    stage.review("lin", "2026-11-01", approved=True)
    sign(stage, 2, 4)
    stage.act("lin", "makeUp", day=date(2026, 11, 3))
    stage.review("lin", "2026-11-04", approved=True)

    days = days_of(stage)
    assert statuses(stage, 1, 2, 3, 4, 5) == "si wa wa wa co"
    assert [days[day].points for day in range(1, 6)] == [1, 2, 0, 4, 5]
    assert [days[day].rewarded for day in range(1, 5)] == [True, False, False, False]
    assert stage.read("lin", "calendar", month="2026-11").signed_today
    stage.review("lin", "2026-11-02", approved=False)
    assert (statuses(stage, 1, 2, 3, 4), days_of(stage)[2].can_make_up) == ("si mi ma si", True)


def test_the_first_day_that_waits_is_not_missed_before() -> None:
    stage = stage_of(proof="photo", review=True)
    sign(stage, 3)

    assert statuses(stage, 1, 2, 3, 4) == "no no wa co"


def test_coming_days_are_worth_what_the_members_tier_makes_of_them() -> None:
    stage = stage_of(streak_points=[10], tier_multipliers=[{"tier": "gold", "percent": 150}])
    before = days_of(stage)[1].points
    stage.member("lin", tier="gold")

    assert (before, days_of(stage)[1].points) == (10, 15)


def test_what_is_beyond_two_months_is_not_known() -> None:
    stage = stage_of()
    for day in range(70):
        stage.wait(until=f"{date(2026, 11, 1) + timedelta(days=day)}T12:00")
        stage.act("lin", "sign")

    # Signed up to January 9th; of November, the days before the 9th are forgotten.
    assert statuses(stage, 8, 9) == "no si"
    assert statuses(stage, 9, 10, month="2027-01") == "si co"
    assert days_of(stage, "2027-03")[12].points is not None
    assert days_of(stage, "2027-03")[13].points is None
    assert days_of(stage, "2099-12")[31].status is DayStatus.COMING


def test_days_of_older_versions_are_signed_without_what_they_brought() -> None:
    stored = {"last_day": "2026-11-03", "streak": 2, "best_streak": 2, "days": 2, "recent": "11", "run_before": 0}
    state = CheckInState.model_validate(CHECK_IN.upcast(2, stored))
    stage = stage_of(make_up={})
    stage.go_to("2026-11-05T12:00")
    stage._shop.states[stage.member("lin").id] = state.model_dump_json()

    stage.act("lin", "makeUp", day=date(2026, 11, 4))

    days = days_of(stage)
    assert [(days[day].status.name, days[day].points) for day in (2, 3, 4)] == [
        ("SIGNED", None),
        ("SIGNED", None),
        ("MADE_UP", 0),
    ]


@pytest.mark.parametrize("month", ["2026-13", "2026-00", "2026-1", "1999-12", "0000-01", "November", "2026-11-01"])
def test_there_is_no_such_month(month: str) -> None:
    with pytest.raises(ValidationError):
        stage_of().read("lin", "calendar", month=month)
