"""Groups that sign in together: their streak, and everybody's bonus."""

from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from plugins.check_in.campaign import CHECK_IN
from plugins.check_in.config import CheckInConfig
from plugins.check_in.groups import GROUP_DAYS_MAX, GroupDay, GroupState, closing
from plugins.check_in.state import CheckInState
from siyu.sdk.testing import Stage
from tests.plugins.check_in_model import ModelGroup

PHOTO = "https://photos.example.com/1.jpg"
FIRST = date(2026, 11, 2)
DAY = timedelta(days=1)
MEMBERS = ("lin", "wang", "zhao", "chen", "bo")


def stage_of(goal: int = 2, **config: Any) -> Stage[CheckInConfig, CheckInState]:
    """A check-in that is worth what the group makes of it; everybody is of the group."""
    groups = {"goals": [{"group": "runners", "goal": goal}], "bonus_points": [10, 20, 30]}
    given = CheckInConfig.model_validate({"streak_points": [0], "groups": groups, **config})
    stage = Stage(CHECK_IN, given, at=f"{FIRST}T12:00")
    for member in MEMBERS:
        stage.member(member, groups=["runners", "others"])
    return stage


def come(stage: Stage[Any, Any], offset: int, *members: str) -> None:
    """These members sign in on a day, at noon."""
    stage.wait(until=f"{FIRST + offset * DAY}T12:00")
    for member in members:
        assert stage.act(member, "sign", photo=PHOTO).refusal is None


def bonuses(stage: Stage[Any, Any], *members: str) -> list[int]:
    """What they have."""
    return [stage.balance(member) for member in members or MEMBERS]


def test_everybody_who_came_on_a_day_that_reached_the_goal_has_a_bonus() -> None:
    stage = stage_of(goal=3)

    come(stage, 0, "lin", "wang")
    assert (bonuses(stage), stage.team("runners").streak) == ([0] * 5, 0)
    come(stage, 0, "zhao", "chen")

    # Who reached the goal or came later has it at once, the others when the day is closed.
    assert bonuses(stage) == [0, 0, 10, 10, 0]
    stage.wait(until=datetime(2026, 11, 3, 13, tzinfo=UTC))
    assert bonuses(stage) == [10, 10, 10, 10, 0]
    day = GroupDay(day=FIRST, signed=4, streak=1, bonus=10)
    assert stage.team("runners") == GroupState(group="runners", streak=1, best_streak=1, reached=1, days=(day,))


def test_a_day_that_does_not_reach_the_goal_breaks_the_streak_and_brings_nothing() -> None:
    stage = stage_of()
    for offset, members in enumerate((("lin", "wang"), ("lin", "zhao"), ("lin",), ("lin", "wang"))):
        come(stage, offset, *members)
    stage.wait(days=2)

    team = stage.team("runners")
    assert [(each.signed, each.streak, each.bonus) for each in team.days] == [
        (2, 1, 10),
        (1, 0, 0),
        (2, 2, 20),
        (2, 1, 10),
    ]
    assert (team.streak, team.best_streak, team.reached) == (1, 2, 3)
    assert bonuses(stage) == [10 + 20 + 10, 10 + 10, 20, 0, 0]


def test_the_last_bonus_stays_and_the_streak_begins_anew_with_the_calendar() -> None:
    stage = stage_of(goal=1, restart="week")
    for offset in range(8):
        come(stage, offset, "lin")

    # From a Monday to the next.
    assert [each.bonus for each in stage.team("runners").days] == [10, 30, 30, 30, 30, 30, 20, 10]


def test_a_member_of_several_groups_signs_in_for_the_first_that_has_a_goal() -> None:
    goals = [{"group": "readers", "goal": 1}, {"group": "others", "goal": 1}, {"group": "runners", "goal": 1}]
    stage = stage_of(groups={"goals": goals})

    come(stage, 0, "lin")
    stage.member("wang", groups=["strangers"])
    come(stage, 0, "wang")

    assert [stage.team(each["group"]) is not None for each in goals] == [False, True, False]
    assert (stage.team("others").days[0].signed, bonuses(stage, "wang")) == (1, [0])


def test_a_made_up_day_is_for_the_member_alone() -> None:
    stage = stage_of(goal=2, make_up={})
    come(stage, 0, "lin", "wang")
    come(stage, 2, "lin", "wang")

    stage.act("lin", "makeUp", day=FIRST + DAY)

    assert [each.day for each in stage.team("runners").days] == [FIRST + 2 * DAY, FIRST]


def test_where_photos_are_reviewed_a_member_counts_once_they_are_approved() -> None:
    stage = stage_of(proof="photo", review=True)
    come(stage, 0, "lin", "wang", "zhao")
    assert stage.team("runners") is None

    stage.review("lin", FIRST.isoformat(), approved=True)
    stage.review("zhao", FIRST.isoformat(), approved=False)
    assert stage.team("runners").days[0].signed == 1
    stage.wait(days=3)
    stage.review("wang", FIRST.isoformat(), approved=True)

    assert bonuses(stage) == [0, 10, 0, 0, 0]
    stage.wait(until=closing(stage.config, FIRST))
    assert bonuses(stage) == [10, 10, 0, 0, 0]


def test_a_day_that_reaches_its_goal_late_joins_the_runs_before_and_after_it() -> None:
    stage = stage_of(proof="photo", review=True)
    for offset in range(3):
        come(stage, offset, "lin", "wang")
    for member, offset in (("lin", 0), ("wang", 0), ("lin", 1), ("lin", 2)):
        stage.review(member, (FIRST + offset * DAY).isoformat(), approved=True)
    come(stage, 2, "zhao")
    stage.review("zhao", (FIRST + 2 * DAY).isoformat(), approved=True)
    assert [each.streak for each in stage.team("runners").days] == [1, 0, 1]

    stage.review("wang", (FIRST + DAY).isoformat(), approved=True)

    assert [(each.streak, each.bonus) for each in stage.team("runners").days] == [(3, 10), (2, 20), (1, 10)]
    assert (stage.team("runners").streak, stage.team("runners").best_streak) == (3, 3)


def test_who_is_approved_after_the_day_is_closed_counts_for_themselves_alone() -> None:
    stage = stage_of(goal=1, proof="photo", review=True, streak_points=[1])
    come(stage, 0, "lin")
    stage.wait(until=closing(stage.config, FIRST))

    stage.review("lin", FIRST.isoformat(), approved=True)

    assert (bonuses(stage, "lin"), stage.team("runners")) == ([1], None)


def test_a_group_that_has_no_goal_any_more_counts_nobody() -> None:
    stage = stage_of(goal=1)
    come(stage, 0, "lin")
    stage.config = stage.config.model_copy(update={"groups": None})

    come(stage, 1, "lin")

    assert len(stage.team("runners").days) == 1


def test_so_many_days_of_a_group_are_remembered() -> None:
    stage = stage_of(goal=1)
    for offset in range(GROUP_DAYS_MAX + 3):
        come(stage, offset, "lin")

    team = stage.team("runners")
    assert (len(team.days), team.streak, team.reached) == (GROUP_DAYS_MAX, GROUP_DAYS_MAX + 3, GROUP_DAYS_MAX + 3)


def test_a_groups_progress_is_its_latest_day_against_the_goal() -> None:
    stage = stage_of(goal=3)
    come(stage, 0, "lin", "wang")
    assert CHECK_IN.describe_team is not None

    told = CHECK_IN.describe_team(stage.config, stage.team("runners"))
    nobody = CHECK_IN.describe_team(CheckInConfig(), GroupState())

    assert (told.current, told.target, told.text.en) == (2, 3, "Days in a row that reached the goal: 0")
    assert (nobody.current, nobody.target) == (0, None)


@pytest.mark.parametrize(
    "groups",
    [
        {},
        {"goals": []},
        {"goals": [{"group": "", "goal": 1}]},
        {"goals": [{"group": "g", "goal": 0}]},
        {"goals": [{"group": "g", "goal": 1}] * 2},
        {"goals": [{"group": f"g{number}", "goal": 1} for number in range(201)]},
        {"goals": [{"group": "g", "goal": 1}], "bonus_points": []},
        {"goals": [{"group": "g", "goal": 1}], "bonus_points": [10_001]},
    ],
)
def test_impossible_groups_are_refused(groups: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        CheckInConfig.model_validate({"groups": groups})


def signed_days(state: CheckInState) -> set[date]:
    """The days that count, as far back as they are remembered."""
    last_day = state.last_day
    return set() if last_day is None else {last_day - n * DAY for n, mark in enumerate(state.recent) if mark == "1"}


def live_together(reviewed: bool, goal: int, seed: int, days: int) -> None:
    """Let members come and go for so many days, and hold what they have against the plain group."""
    stage = stage_of(goal, proof="photo", review=reviewed)
    model, random = ModelGroup(goal, [10, 20, 30]), Random(seed)  # noqa: S311 - to be the same again is its purpose
    likely = random.choice([0.5, 0.8])
    for offset in range(days):
        for member in MEMBERS:
            # Few enough wait.
            if random.random() < likely and len(stage.state(member).waiting) < 5:
                come(stage, offset, member)
                if not reviewed:
                    model.count(member, FIRST + offset * DAY)
        for member in random.sample(MEMBERS, len(MEMBERS)):
            for key in sorted(stage.reviews(member)):
                if random.random() < 0.4:
                    before = signed_days(stage.state(member))
                    stage.review(member, key, approved=random.random() < 0.8)
                    for day in sorted(signed_days(stage.state(member)) - before):
                        if stage.now < closing(stage.config, day):
                            model.count(member, day)
    stage.wait(days=10)

    assert {member: stage.balance(member) for member in MEMBERS} == {m: model.points_of(m) for m in MEMBERS}
    latest = sorted(model.members, reverse=True)[:GROUP_DAYS_MAX]
    assert [(each.day, each.signed, each.streak) for each in stage.team("runners").days] == [
        (day, len(model.members[day]), model.run_to(day)) for day in latest
    ]
    assert stage.team("runners").reached == len(model.reached)


@settings(max_examples=15, deadline=None)
@given(st.booleans(), st.integers(1, 4), st.integers(0, 2**32))
def test_every_member_has_the_bonuses_of_a_plain_group(reviewed: bool, goal: int, seed: int) -> None:
    live_together(reviewed, goal, seed, 25)


@pytest.mark.prove
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.booleans(), st.integers(1, 4), st.integers(0, 2**32))
def test_every_member_of_three_years_has_the_bonuses_of_a_plain_group(reviewed: bool, goal: int, seed: int) -> None:
    live_together(reviewed, goal, seed, 3 * 365 + 1)


def test_a_group_that_is_no_more_counts_nobody_and_gives_nothing() -> None:
    stage = stage_of(goal=2)
    come(stage, 0, "lin")
    with_groups, stage.config = stage.config, CheckInConfig(streak_points=(0,))

    come(stage, 1, "lin", "wang")
    fired = stage.wait(days=3)

    assert [(played.effects, played.refusal) for played in fired] == [((), None)]
    assert bonuses(stage, "lin", "wang") == [0, 0]
    stage.config = with_groups
    come(stage, 5, "lin", "wang")
    stage.wait(days=2)
    assert bonuses(stage, "lin", "wang") == [10, 10]
