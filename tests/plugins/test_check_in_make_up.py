"""Make-up cards of a check-in: which days, how many, at what cost, and what they bring."""

from datetime import date, timedelta
from typing import Any

import pytest

from plugins.check_in.campaign import CHECK_IN
from plugins.check_in.config import CheckInConfig
from plugins.check_in.state import CheckInState, upcast
from siyu.sdk import Once, Score, SetState, Spend
from siyu.sdk.testing import Played, Stage

TODAY = date(2026, 11, 20)
TABLE = (1, 2, 3, 4, 5, 6, 7, 8)
CheckInStage = Stage[CheckInConfig, CheckInState]


def stage_of(*backs: int, **terms: object) -> CheckInStage:
    """Lin has signed so many days back; now it is noon today, and make-ups are open."""
    config = {"streak_points": TABLE, "make_up": {"days_back": 10, "per_month": 3, **terms}}
    stage = Stage(CHECK_IN, CheckInConfig.model_validate(config))
    for back in sorted(backs, reverse=True):
        stage.go_to(f"{day_of(back)}T12:00")
        stage.act("lin", "sign")
    stage.go_to(f"{TODAY}T12:00")
    return stage


def day_of(back: int) -> date:
    """So many days back."""
    return TODAY - timedelta(days=back)


def make_up(stage: CheckInStage, back: int) -> Played:
    """Try to make up the day so many days back."""
    return stage.act("lin", "makeUp", day=day_of(back))


def test_a_made_up_day_has_these_effects() -> None:
    stage = stage_of(3, 1, 0, cost_points=2)

    assert make_up(stage, 2).effects == (
        Once("2026-11-18", "DAY_IS_SIGNED"),
        Spend("points", 2, "TOO_FEW_POINTS"),
        SetState(CheckInState(last_day=TODAY, streak=4, best_streak=4, days=4, recent="1121", given="2,1,0,1")),
        Score("streak", 4),
    )


def test_later_days_are_worth_what_the_longer_streak_makes_them_and_earlier_ones_are_not_paid_again() -> None:
    stage = stage_of(3, 2, 0)
    assert stage.balance("lin") == 1 + 2 + 1

    assert make_up(stage, 1).granted() == 0
    stage.wait(days=1)

    assert stage.act("lin", "sign").granted() == TABLE[4]


@pytest.mark.parametrize("signs_first", [True, False])
def test_yesterday_can_be_made_up_before_or_after_today_is_signed(signs_first: bool) -> None:
    stage = stage_of(3, 2)

    for action, data in [("sign", {}), ("makeUp", {"day": day_of(1)})][:: 1 if signs_first else -1]:
        assert stage.act("lin", action, **data).refusal is None

    assert (stage.state("lin").streak, stage.state("lin").days) == (4, 4)
    assert stage.state("lin").recent == "1211"


@pytest.mark.parametrize(
    ("back", "code", "missing"),
    [
        pytest.param(0, "DAY_IS_NOT_OVER", {}, id="today"),
        pytest.param(-1, "DAY_IS_NOT_OVER", {}, id="tomorrow"),
        pytest.param(-2_900_000, "DAY_IS_NOT_OVER", {}, id="the end of time"),
        pytest.param(11, "TOO_LONG_AGO", {"days_back": 10}, id="too long ago"),
        pytest.param(700_000, "TOO_LONG_AGO", {"days_back": 10}, id="the beginning of time"),
        pytest.param(9, "BEFORE_FIRST_DAY", {}, id="before the first day"),
        pytest.param(8, "DAY_IS_SIGNED", {}, id="the first day"),
        pytest.param(1, "DAY_IS_SIGNED", {}, id="signed"),
    ],
)
def test_a_day_that_cannot_be_made_up_is_refused_and_changes_nothing(
    back: int, code: str, missing: dict[str, Any]
) -> None:
    stage = stage_of(8, 1)
    before = stage.state("lin"), stage.balance("lin")

    played = make_up(stage, back)

    assert (played.refusal, played.missing, played.effects) == (code, missing, ())
    assert (stage.state("lin"), stage.balance("lin")) == before


def test_who_never_signed_has_nothing_to_make_up() -> None:
    assert make_up(stage_of(), 1).refusal == "BEFORE_FIRST_DAY"


def test_the_farthest_day_back_is_one_of_them() -> None:
    assert make_up(stage_of(11, 0), 10).refusal is None


def test_a_day_is_made_up_once() -> None:
    stage = stage_of(3, 1)

    assert [make_up(stage, 2).refusal for _ in range(2)] == [None, "DAY_IS_SIGNED"]
    assert stage.state("lin").days == 3


def test_a_check_in_without_cards_has_none() -> None:
    stage = stage_of(3, 1)
    stage.config = CheckInConfig()

    assert make_up(stage, 2).refusal == "MAKE_UP_IS_OFF"


def test_the_days_of_each_month_have_cards_of_their_own() -> None:
    stage = stage_of(24, 19, 15, 0, days_back=31, per_month=2)

    # November has the second to the fourth to offer, October the 28th to the 31st.
    assert [make_up(stage, back).refusal for back in (18, 17, 16, 23, 22, 21)] == [
        None,
        None,
        "NO_CARDS_LEFT",
        None,
        None,
        "NO_CARDS_LEFT",
    ]
    assert make_up(stage, 20).missing == {"per_month": 2}


def test_a_card_that_cannot_be_paid_for_is_refused() -> None:
    stage = stage_of(3, 1, cost_points=5)

    played = make_up(stage, 2)

    assert (played.refusal, played.missing["missing"]) == ("TOO_FEW_POINTS", 3)
    stage.give("lin", points=3)
    assert (make_up(stage, 2).refusal, stage.balance("lin")) == (None, 0)


def test_a_streak_that_is_longer_than_what_is_remembered_is_joined_whole() -> None:
    stage = stage_of(*range(2, 202), 0, days_back=31)

    make_up(stage, 1)

    assert stage.state("lin").streak == 202
    assert len(stage.state("lin").recent) == 62


def test_a_streak_does_not_reach_over_the_first_of_a_month_where_months_part_streaks() -> None:
    stage = stage_of(22, 21, 19, 18, days_back=31)
    stage.config = stage.config.model_copy(update={"restart": "month"})

    # The 30th of October was signed, the 31st is missed; November begins with day 19.
    make_up(stage, 20)

    assert (stage.state("lin").streak, stage.state("lin").best_streak) == (2, 3)


def test_a_made_up_first_of_a_month_begins_a_streak_where_months_part_streaks() -> None:
    stage = stage_of(21, 20, days_back=31)
    stage.config = stage.config.model_copy(update={"restart": "month"})

    make_up(stage, 19)

    assert (stage.state("lin").last_day, stage.state("lin").streak) == (date(2026, 11, 1), 1)


def test_a_fact_that_is_told_so_late_that_its_month_is_forgotten_is_refused() -> None:
    stage = stage_of(100, 98, *range(40), days_back=31)
    stage.go_to(f"{day_of(97)}T12:00")

    assert make_up(stage, 99).refusal == "TOO_LONG_AGO"


def test_the_streak_of_version_one_goes_on_and_its_gaps_stay() -> None:
    old = {"last_day": day_of(2).isoformat(), "streak": 3, "best_streak": 5, "days": 40}

    assert upcast(1, old) == {**old, "recent": "111", "run_before": 0}
    assert upcast(1, {**old, "streak": 100})["run_before"] == 38
