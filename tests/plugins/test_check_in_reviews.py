"""Photos that an operator looks at before a check-in counts."""

from datetime import date
from typing import Any

import pytest

from plugins.check_in.campaign import CHECK_IN
from plugins.check_in.config import CheckInConfig
from plugins.check_in.state import CheckInState, Waiting
from plugins.check_in.waiting import DAYS_A_SETTLE, WAITING_MAX
from siyu.sdk import Grant, Once, Review, Schedule, Score, SetState
from siyu.sdk.testing import Played, Stage

PHOTO = "https://photos.example.com/1.jpg"
DAY = "2026-11-{:02}"


def stage_of(**config: Any) -> Stage[CheckInConfig, CheckInState]:
    """A check-in with reviewed photos."""
    given = {"streak_points": [1, 2, 3, 4, 5, 6, 7, 8], "proof": "photo", "review": True, **config}
    return Stage(CHECK_IN, CheckInConfig.model_validate(given), at="2026-11-01T12:00")


def sign(stage: Stage[Any, Any], day: int) -> Played:
    """Lin signs on a day of November."""
    stage.wait(until=f"{DAY.format(day)}T12:00")
    return stage.act("lin", "sign", photo=PHOTO)


def review(stage: Stage[Any, Any], key: int | str, *, approved: bool = True) -> Played:
    """An operator looks at the photo of a day."""
    return stage.review("lin", DAY.format(key) if isinstance(key, int) else key, approved=approved)


def test_a_day_is_claimed_at_once_and_counts_once_it_is_approved() -> None:
    stage = stage_of()
    waiting = Waiting(day=date(2026, 11, 1), review="2026-11-01")

    claimed = sign(stage, 1)
    again = stage.act("lin", "sign", photo=PHOTO)
    before = stage.balance("lin"), stage.best("lin", "streak")
    approved = review(stage, 1)

    assert claimed.effects == (
        Once("2026-11-01-claim", "ALREADY_SIGNED"),
        Review("2026-11-01", "photo", {"day": "2026-11-01", "photo": PHOTO}),
        SetState(CheckInState(waiting=(waiting,), tried_on=date(2026, 11, 1), tries=1)),
    )
    assert (again.refusal, before) == ("ALREADY_SIGNED", (0, None))
    counted = CheckInState(
        last_day=date(2026, 11, 1), streak=1, best_streak=1, days=1, recent="1", given="1",
        tried_on=date(2026, 11, 1), tries=1,
    )  # fmt: skip
    assert [type(effect) for effect in approved.effects] == [SetState, Schedule]
    assert approved.followed[0].effects == (
        Once("2026-11-01", "ALREADY_SIGNED"),
        Grant("points", 1),
        SetState(counted),
        Score("streak", 1),
    )


def test_an_operator_sees_the_photo_and_the_place() -> None:
    place = {"name": "Bund", "latitude": 31.24, "longitude": 121.49, "radius_m": 300}
    stage = stage_of(proof="photo_and_place", places=[place])

    stage.act("lin", "sign", photo=PHOTO, latitude=31.241, longitude=121.49)

    [seen] = stage.reviews("lin").values()
    assert seen.evidence == {"day": "2026-11-01", "photo": PHOTO, "place": "Bund", "metres": 111}


def test_a_rejected_day_can_be_signed_again_while_it_is_that_day() -> None:
    stage = stage_of()
    sign(stage, 1)

    review(stage, 1, approved=False)
    tried = [sign(stage, 1).refusal, stage.act("lin", "sign", photo=PHOTO).refusal]
    review(stage, "2026-11-01-2", approved=False)
    third = sign(stage, 1).refusal
    review(stage, "2026-11-01-3")

    assert (tried, third) == ([None, "ALREADY_SIGNED"], None)
    assert (stage.balance("lin"), stage.state("lin").days) == (1, 1)
    assert [message.en for message in stage.messages("lin")] == [
        "Your photo of 2026-11-01 was not accepted: the day does not count"
    ] * 2


def test_a_rejected_day_is_a_missed_day() -> None:
    stage = stage_of(make_up={"days_back": 5, "cost_points": 0})
    for day in (1, 2, 3):
        sign(stage, day)
    for day, approved in ((1, True), (2, False), (3, True)):
        review(stage, day, approved=approved)

    assert (stage.state("lin").recent, stage.state("lin").streak, stage.balance("lin")) == ("101", 1, 2)
    stage.act("lin", "makeUp", day=DAY.format(2))
    assert (stage.state("lin").recent, stage.state("lin").streak) == ("121", 3)


def test_days_count_in_their_own_order_whatever_the_order_of_the_verdicts() -> None:
    stage = stage_of()
    for day in (1, 2, 3, 4):
        sign(stage, day)

    review(stage, 3)
    review(stage, 2)
    assert (stage.balance("lin"), stage.state("lin").streak) == (0, 0)
    review(stage, 1)

    assert (stage.balance("lin"), stage.state("lin").streak) == (1 + 2 + 3, 3)
    review(stage, 4)
    assert (stage.balance("lin"), stage.state("lin").streak) == (10, 4)


def test_a_rejected_day_lets_the_later_ones_count_without_it() -> None:
    stage = stage_of()
    for day in (1, 2, 3):
        sign(stage, day)
    review(stage, 1)
    review(stage, 3)

    review(stage, 2, approved=False)

    assert (stage.balance("lin"), stage.state("lin").streak) == (1 + 1, 1)


def test_milestones_and_the_tier_are_those_of_the_day() -> None:
    stage = stage_of(
        streak_points=[10],
        tier_multipliers=[{"tier": "gold", "percent": 150}],
        continuous_milestones=[{"days": 2, "points": 100, "reward": "cup"}],
    )
    sign(stage, 1)
    stage.member("lin", tier="gold")
    sign(stage, 2)
    stage.member("lin", tier="iron")

    review(stage, 2)
    review(stage, 1)

    assert (stage.balance("lin"), list(stage.rewards("lin").values())) == (10 + 15 + 100, ["cup"])
    assert stage.state("lin").given == "115+,10"


def test_a_card_for_a_day_after_one_that_waits_is_paid_at_once_and_counts_in_turn() -> None:
    stage = stage_of(make_up={"days_back": 5, "per_month": 1, "cost_points": 1})
    sign(stage, 1)
    review(stage, 1)
    for day in (2, 4):
        sign(stage, day)
    stage.wait(until="2026-11-05T12:00")

    card = stage.act("lin", "makeUp", day=DAY.format(3))
    assert (card.refusal, stage.balance("lin"), stage.state("lin").days) == (None, 0, 1)
    assert stage.act("lin", "makeUp", day=DAY.format(3)).refusal == "DAY_IS_SIGNED"
    assert stage.act("lin", "makeUp", day=DAY.format(2)).refusal == "DAY_IS_SIGNED"
    review(stage, 4)
    review(stage, 2)

    assert (stage.state("lin").recent, stage.state("lin").streak) == ("1211", 4)
    # The second and the fourth day of the streak.
    assert stage.balance("lin") == 2 + 4


def test_a_card_that_waits_is_one_of_the_months() -> None:
    stage = stage_of(make_up={"days_back": 9, "per_month": 1})
    sign(stage, 1)
    review(stage, 1)
    sign(stage, 3)
    stage.wait(until="2026-11-06T12:00")

    made_up = [stage.act("lin", "makeUp", day=DAY.format(day)).refusal for day in (4, 5, 2)]

    assert made_up == [None, "NO_CARDS_LEFT", "NO_CARDS_LEFT"]


def test_a_card_for_a_day_before_all_that_wait_counts_at_once() -> None:
    stage = stage_of(make_up={"days_back": 9})
    sign(stage, 1)
    review(stage, 1)
    sign(stage, 3)
    stage.wait(until="2026-11-06T12:00")

    stage.act("lin", "makeUp", day=DAY.format(2))

    assert (stage.state("lin").recent, stage.state("lin").streak) == ("21", 2)
    review(stage, 3)
    assert (stage.state("lin").streak, stage.balance("lin")) == (3, 1 + 3)


def test_where_reviews_are_switched_off_days_after_one_that_waits_wait_with_it() -> None:
    stage = stage_of()
    sign(stage, 1)
    stage.config = stage.config.model_copy(update={"review": False})

    assert sign(stage, 2).refusal is None
    assert (stage.balance("lin"), len(stage.reviews("lin"))) == (0, 1)
    review(stage, 1)

    assert (stage.balance("lin"), stage.state("lin").waiting) == (3, ())
    assert sign(stage, 3).granted() == 3


def test_no_more_days_wait_than_can_be_settled() -> None:
    stage = stage_of(streak_points=[1], continuous_milestones=[{"days": 1, "reward": "tea"}])
    last = WAITING_MAX
    assert [sign(stage, day).refusal for day in range(1, last + 1)] == [None] * last

    refused = sign(stage, last + 1)
    for day in range(last, 1, -1):
        review(stage, day)
    settled = review(stage, 1)

    assert (refused.refusal, refused.missing) == ("TOO_MANY_WAIT", {"waiting": last})
    assert [step.fact.type for step in settled.followed] == ["check_in.settle"] * (last // DAYS_A_SETTLE)
    assert (stage.balance("lin"), stage.state("lin").streak, stage.state("lin").waiting) == (last, last, ())
    assert sign(stage, last + 1).refusal is None


def test_one_decision_settles_days_with_as_many_effects_as_there_can_be() -> None:
    """Each day reaches a milestone of both kinds, and counts for a group."""
    milestones = [{"days": days, "reward": f"r{days}"} for days in range(1, DAYS_A_SETTLE + 1)]
    groups = {"goals": [{"group": "g", "goal": 1}]}
    stage = stage_of(continuous_milestones=milestones, cumulative_milestones=milestones, groups=groups)
    stage.member("lin", groups=["g"])
    for day in range(1, DAYS_A_SETTLE + 2):
        sign(stage, day)
    for day in range(DAYS_A_SETTLE + 1, 1, -1):
        review(stage, day)

    settled = review(stage, 1).followed[0]

    assert len(settled.effects) == 32
    assert len(stage.rewards("lin")) == 2 * DAYS_A_SETTLE
    assert stage.state("lin").days == DAYS_A_SETTLE + 1


@pytest.mark.parametrize("approved", [True, False])
def test_a_verdict_is_heard_after_the_end(approved: bool) -> None:
    stage = stage_of()
    sign(stage, 1)
    stage.running = False

    review(stage, 1, approved=approved)

    assert stage.balance("lin") == (1 if approved else 0)
