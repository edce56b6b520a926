"""The stage: clocks, members, orders, windows; what it refuses to play."""

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from pydantic import ValidationError

from plugins.check_in.campaign import CHECK_IN
from plugins.check_in.state import CheckInState
from plugins.purchase.campaign import PURCHASE
from siyu.boards import BOARDS
from siyu.boards.registry import BoardKind
from siyu.campaigns import counting
from siyu.campaigns.participations import STATE_LENGTH_MAX
from siyu.campaigns.pending import EMIT_DEPTH_MAX
from siyu.campaigns.reservations import RESERVATIONS_MAX
from siyu.engine import effects as engine
from siyu.engine import references, reviewing, scene, scheduling, value_effects
from siyu.inputs import JSON_DEPTH_MAX, JSON_INTEGER_MAX
from siyu.ledger.book import UNITS
from siyu.orders import CORE_FACTS, ORDER_FACTS
from siyu.sdk import Grant, Refuse
from siyu.sdk.reviews import REVIEW_KEY_LENGTH_MAX
from siyu.sdk.testing import InvalidEffect, NotHeard, Stage, given, limits, orders, stage_of
from tests.siyu.sdk.testing.planted import SOUND, only

NOON = datetime(2026, 11, 22, 4, tzinfo=UTC)


def test_it_knows_the_shops_names_and_numbers() -> None:
    """The kit cannot import them; here they are compared."""
    assert (limits.EFFECTS_MAX, limits.AMOUNT_MAX) == (engine.EFFECTS_MAX, scene.AMOUNT_MAX)
    assert (limits.KEY_LENGTH_MAX, limits.REFERENCE_LENGTH_MAX) == (
        scene.KEY_LENGTH_MAX,
        references.REFERENCE_LENGTH_MAX,
    )
    assert (limits.JSON_DEPTH_MAX, limits.JSON_INTEGER_MAX) == (JSON_DEPTH_MAX, JSON_INTEGER_MAX)
    assert frozenset(UNITS) == limits.UNITS
    assert (limits.EMIT_DEPTH_MAX, limits.KEY_LENGTH_MAX) == (EMIT_DEPTH_MAX, scheduling.TIMER_KEY_LENGTH_MAX)
    assert (limits.PAUSE_MIN, limits.AHEAD_MAX) == (scheduling.PAUSE_MIN, scheduling.AHEAD_MAX)
    assert limits.DATA_BYTES_MAX == scheduling.DATA_BYTES_MAX
    assert (limits.PARAMS_MAX, limits.PARAM_LENGTH_MAX) == (value_effects.PARAMS_MAX, value_effects.PARAM_LENGTH_MAX)
    assert limits.HOLDS_OPEN_MAX == value_effects.HOLDS_OPEN_MAX
    assert limits.JSON_INTEGER_MAX == scene.INTEGER_MAX
    assert (limits.EVIDENCE_MAX, limits.EVIDENCE_LENGTH_MAX) == (reviewing.EVIDENCE_MAX, reviewing.EVIDENCE_LENGTH_MAX)
    assert limits.REVIEWS_OPEN_MAX == reviewing.REVIEWS_OPEN_MAX
    assert limits.KEY_LENGTH_MAX == REVIEW_KEY_LENGTH_MAX
    assert (limits.SUBJECT_LENGTH_MAX, limits.SUBJECTS_NAMED_MAX) == (
        counting.SUBJECT_LENGTH_MAX,
        counting.SUBJECTS_NAMED_MAX,
    )
    assert limits.SLOT_LENGTH_MAX == counting.SLOT_LENGTH_MAX
    assert (limits.RESERVATIONS_MAX, limits.STATE_LENGTH_MAX) == (RESERVATIONS_MAX, STATE_LENGTH_MAX)
    assert {board.key for board in BOARDS.values() if board.kind is BoardKind.BEST} == limits.BEST_BOARDS


def test_it_takes_the_orders_that_the_shop_takes() -> None:
    assert set(orders.ORDER_FACTS) == set(ORDER_FACTS)
    assert set(orders.CORE_FACTS) == set(CORE_FACTS)
    for fact_type, model in CORE_FACTS.items():
        ours, theirs = orders.CORE_FACTS[fact_type].model_json_schema(), model.model_json_schema()
        assert ours["properties"] == theirs["properties"]
        assert ours["required"] == theirs["required"]


def test_a_fact_happens_now_and_on_the_shops_day() -> None:
    stage = Stage(CHECK_IN, at="2026-11-22T23:30")

    first = stage.act("lin", "sign").fact
    stage.wait(minutes=30)
    second = stage.act("lin", "sign").fact

    assert (first.at, first.day) == (datetime(2026, 11, 22, 15, 30, tzinfo=UTC), date(2026, 11, 22))
    assert (second.at, second.day) == (datetime(2026, 11, 22, 16, tzinfo=UTC), date(2026, 11, 23))
    assert first.id != second.id
    assert first.member_id == second.member_id == stage.member("lin").id


def test_the_same_play_has_the_same_ids_in_every_process() -> None:
    first, second = (Stage(CHECK_IN).act("lin", "sign").fact for _ in range(2))

    assert (first.seed, first.member_id) == (second.seed, second.member_id)


def test_another_zone_has_other_days() -> None:
    stage = Stage(CHECK_IN, at=NOON, zone=timezone(timedelta(hours=-10)))

    assert stage.act("lin", "sign").fact.day == date(2026, 11, 21)


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        (NOON, NOON),
        ("2026-11-22T12:00", NOON),
        ("2026-11-22T12:00+08:00", NOON),
        ("2026-11-22T04:00Z", NOON),
        ("2026-11-22", NOON - timedelta(hours=12)),
    ],
)
def test_a_moment_is_aware_or_the_shops(when: datetime | str, expected: datetime) -> None:
    assert Stage(CHECK_IN, at=when).now == expected


def test_a_naive_moment_is_refused() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        Stage(CHECK_IN, at=datetime(2026, 11, 22))  # noqa: DTZ001 - on purpose


def test_time_goes_forward_unless_it_is_set_back() -> None:
    stage = Stage(CHECK_IN, at=NOON)

    assert stage.wait(days=1, hours=2, minutes=3) == ()
    assert stage.now == NOON + timedelta(days=1, hours=2, minutes=3)
    stage.wait(until="2026-11-25")
    assert stage.now == datetime(2026, 11, 24, 16, tzinfo=UTC)
    with pytest.raises(ValueError, match="does not go back"):
        stage.wait(until=NOON)
    assert stage.go_to(NOON) == NOON


def test_a_member_joins_once() -> None:
    stage = Stage(CHECK_IN, at=NOON)
    lin = stage.member("lin", joined_at="2026-01-01")

    stage.wait(days=1)

    assert stage.member("lin") == lin
    assert lin.joined_at == datetime(2025, 12, 31, 16, tzinfo=UTC)
    assert stage.member("wang").joined_at == NOON + timedelta(days=1)


def test_members_have_their_own_states_and_points() -> None:
    stage = Stage(CHECK_IN)
    stage.act("lin", "sign")

    assert (stage.balance("lin"), stage.balance("wang")) == (5, 0)
    assert (stage.state("wang"), stage.best("wang", "streak")) == (CheckInState(), None)


def test_a_window_is_half_open() -> None:
    stage = Stage(CHECK_IN, at=NOON, starts_at=NOON, ends_at="2026-11-23T12:00")

    assert stage.act("lin", "sign").refusal is None
    stage.wait(days=1)
    assert stage.act("lin", "sign").refusal == "CAMPAIGN_NOT_OPEN"
    stage.go_to(NOON - timedelta(seconds=1))
    assert stage.act("wang", "sign").refusal == "CAMPAIGN_NOT_OPEN"


@pytest.mark.parametrize(
    ("facts", "refusal"),
    [
        ([("lin", "order.paid", 100), ("lin", "order.paid", 100)], "ORDER_ALREADY_PAID"),
        ([("lin", "order.refunded", 100)], "ORDER_NOT_FOUND"),
        ([("lin", "order.paid", 100), ("wang", "order.refunded", 100)], "ORDER_NOT_FOUND"),
        ([("lin", "order.paid", 100), ("lin", "order.refunded", 101)], "REFUND_EXCEEDS_ORDER"),
    ],
)
def test_the_core_refuses_orders_that_cannot_be(facts: list[tuple[str, str, int]], refusal: str) -> None:
    stage = Stage(PURCHASE)
    *_, last = [stage.fact(who, what, order="A-1", amount_fen=amount_fen) for who, what, amount_fen in facts]

    assert (last.refusal, last.effects) == (refusal, ())


def test_an_order_that_a_campaign_does_not_hear_is_an_order() -> None:
    stage = Stage(CHECK_IN)

    assert stage.fact("lin", "order.paid", order="A-1", amount_fen=5).effects == ()
    assert stage.fact("lin", "order.paid", order="A-1", amount_fen=5).refusal == "ORDER_ALREADY_PAID"


def test_what_cannot_happen_is_not_played() -> None:
    stage = Stage(CHECK_IN)

    with pytest.raises(NotHeard, match=r"no action 'sing'; it has: sign"):
        stage.act("lin", "sing")
    with pytest.raises(NotHeard, match=r"member\.joined"):
        stage.fact("lin", "member.joined")
    with pytest.raises(ValidationError):
        stage.act("lin", "sign", how="loudly")
    with pytest.raises(ValidationError):
        stage.fact("lin", "order.paid", order="A-1", amount_fen="5")
    assert stage.fact("lin", "check_in.sign").granted() == 5


@pytest.mark.parametrize("effects", [[Refuse("NO")], [Grant("gold", 5)], [Grant("points", 1)] * 33])
def test_what_the_engine_would_not_carry_out_raises_and_changes_nothing(effects: list[Any]) -> None:
    stage = Stage(only(lambda fact, view: iter([Grant("points", 1), *effects])))

    with pytest.raises(InvalidEffect):
        stage.act("lin", "wave", hand="left")
    assert stage.balance("lin") == 0


def test_a_story_says_what_happened_instead() -> None:
    story = given(SOUND, points=7).member("lin", joined_at="2026-01-01").when("lin", "wave", hand="left")
    story.then_balance("lin", 7).then_state("lin", SOUND.state(times=1, days=["2026-11-22"]))
    story.when("lin", "wave", hand="left").then_refused("TOO_SOON", day="2026-11-22")

    with pytest.raises(AssertionError, match="refused: TOO_SOON"):
        story.then()
    with pytest.raises(AssertionError, match="not refused with TOO_LATE"):
        story.then_refused("TOO_LATE")
    with pytest.raises(AssertionError):
        story.then_refused("TOO_SOON", day="2026-11-23")
    with pytest.raises(AssertionError):
        story.after(days=1).when("lin", "wave", hand="left").then()
    with pytest.raises(AssertionError):
        story.then_balance("lin", 7)
    with pytest.raises(AssertionError, match="nothing has happened"):
        _ = given(SOUND).last


def test_an_impossible_config_is_refused() -> None:
    with pytest.raises(ValidationError):
        stage_of(SOUND, points=0)


def test_a_refund_takes_no_more_than_the_member_has() -> None:
    stage = Stage(PURCHASE)
    stage.fact("lin", "order.paid", order="A-1", amount_fen=1_000)

    played = stage.fact("lin", "order.refunded", order="A-1", amount_fen=1_000)

    assert played.log == ({"kind": "reverse", "unit": "points", "amount": 10, "reference": "A-1", "asked": 10},)
    assert (played.granted(), stage.balance("lin")) == (-10, 0)
