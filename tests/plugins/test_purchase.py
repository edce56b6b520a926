"""Points for purchases: rounding, the multiplier, the daily cap, lateness, refunds."""

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given as for_every
from hypothesis import strategies as st
from pydantic import ValidationError

from plugins.purchase.campaign import PURCHASE, PurchaseConfig, PurchaseState
from siyu.sdk import Grant, SetState
from siyu.sdk.testing import Played, Stage, campaign_tests, given, stage_of
from tests.factories import SHANGHAI

TODAY = date(2026, 11, 27)


PurchaseStage = Stage[PurchaseConfig, PurchaseState]

test_conformance = campaign_tests(
    PURCHASE, configs=[PurchaseConfig(cap_per_day=100), PurchaseConfig(lateness_days=None)]
)


def pay(stage: PurchaseStage, number: str, amount_fen: int, offset: int = 0) -> Played:
    """Lin pays an order at noon, some days from today."""
    stage.go_to(datetime.combine(TODAY + timedelta(days=offset), time(12), SHANGHAI))
    return stage.fact("lin", "order.paid", order=number, amount_fen=amount_fen)


def refund(stage: PurchaseStage, number: str, amount_fen: int) -> Played:
    """So much of Lin's order goes back."""
    return stage.fact("lin", "order.refunded", order=number, amount_fen=amount_fen)


@pytest.mark.parametrize(
    ("config", "amount_fen", "expected"),
    [
        ({}, 0, 0),
        ({}, 99, 0),
        ({}, 100, 1),
        ({}, 199, 1),
        ({}, 10_000_000_000, 100_000_000),
        ({"points_per_yuan": "0.01"}, 9_999, 0),
        ({"points_per_yuan": "0.01"}, 10_000, 1),
        ({"points_per_yuan": "1.5"}, 133, 1),
        ({"points_per_yuan": "1.5"}, 134, 2),
        ({"multiplier": "2"}, 149, 2),
        ({"multiplier": "2"}, 150, 3),
        ({"points_per_yuan": "0.33", "multiplier": "2.5"}, 1_000, 8),
        ({"points_per_yuan": "0.1", "multiplier": "0.7"}, 100_000, 70),
    ],
)
def test_points_are_whole_and_rounded_down(config: dict[str, str], amount_fen: int, expected: int) -> None:
    assert pay(stage_of(PURCHASE, **config), "A1", amount_fen).granted() == expected


@for_every(
    amount_fen=st.integers(0, 10_000_000_000),
    rate_hundredths=st.integers(1, 10_000),
    multiplier_hundredths=st.integers(1, 10_000),
)
def test_points_are_exact_for_every_amount(amount_fen: int, rate_hundredths: int, multiplier_hundredths: int) -> None:
    rate, multiplier = (f"{number // 100}.{number % 100:02}" for number in (rate_hundredths, multiplier_hundredths))
    config = PurchaseConfig.model_validate({"points_per_yuan": rate, "multiplier": multiplier})

    assert config.points_for(amount_fen) == amount_fen * rate_hundredths * multiplier_hundredths // 1_000_000


def test_every_order_is_rounded_for_itself() -> None:
    stage = stage_of(PURCHASE)

    assert [pay(stage, number, 199).granted() for number in ("A1", "A2", "A3")] == [1, 1, 1]


def test_a_paid_order_has_these_effects() -> None:
    given(PURCHASE).at("2026-11-27").when("lin", "order.paid", order="A1", amount_fen=1_250).then(
        Grant("points", 12, reference="A1"),
        SetState(PurchaseState(newest_day=TODAY, orders=1)),
    )


def test_an_order_without_points_is_counted_only() -> None:
    stage = stage_of(PURCHASE)

    assert [type(effect) for effect in pay(stage, "A1", 99).effects] == [SetState]
    assert stage.state("lin") == PurchaseState(newest_day=TODAY, orders=1)


@pytest.mark.parametrize(
    ("orders", "expected"),
    [
        pytest.param([(600, 0), (600, 0), (600, 0)], [6, 4, 0], id="one day"),
        pytest.param([(1_500, 0), (1, 0)], [10, 0], id="one great order"),
        pytest.param([(1_500, 0), (1_500, 1)], [10, 10], id="each day its own"),
        pytest.param([(700, 0), (700, 2), (700, 0), (700, 2), (700, -1)], [7, 7, 3, 3, 7], id="days mixed"),
    ],
)
def test_the_cap_holds_for_each_day_of_payment(orders: list[tuple[int, int]], expected: list[int]) -> None:
    stage = stage_of(PURCHASE, cap_per_day=10)

    played = [pay(stage, f"A{number}", amount_fen, offset) for number, (amount_fen, offset) in enumerate(orders)]

    assert [one.granted() for one in played] == expected


def test_a_cap_that_was_lowered_takes_nothing_back() -> None:
    stage = stage_of(PURCHASE, cap_per_day=100)
    pay(stage, "A1", 6_000)
    stage.config = PurchaseConfig(cap_per_day=10)

    assert pay(stage, "A2", 6_000).granted() == 0


@pytest.mark.parametrize(("offset", "is_late"), [(-31, False), (-32, True), (40, False)])
def test_an_order_may_be_as_late_as_the_config_says(offset: int, is_late: bool) -> None:
    stage = stage_of(PURCHASE)
    pay(stage, "A1", 1_000)
    before = stage.state("lin")

    played = pay(stage, "A2", 1_000, offset)

    assert played.refusal == ("TOO_LATE" if is_late else None)
    assert (stage.state("lin") == before) == is_late
    assert played.granted() == (0 if is_late else 10)


def test_lateness_counts_from_the_newest_order_whatever_came_last() -> None:
    stage = stage_of(PURCHASE, lateness_days=3)
    played = [pay(stage, f"A{number}", 100, offset) for number, offset in enumerate((0, -3, -3, -4))]

    assert [one.granted() for one in played] == [1, 1, 1, 0]


def test_without_a_bound_any_order_counts() -> None:
    stage = stage_of(PURCHASE, lateness_days=None)

    assert [pay(stage, f"A{number}", 100, offset).granted() for number, offset in enumerate((0, -10_000))] == [1, 1]


def test_a_capped_state_keeps_the_days_that_can_still_earn_alone() -> None:
    stage = stage_of(PURCHASE, cap_per_day=10, lateness_days=2)

    for offset in range(10):
        pay(stage, f"A{offset}", 300, offset)

    assert stage.state("lin") == PurchaseState(
        newest_day=TODAY + timedelta(days=9),
        earned_by_day={TODAY + timedelta(days=offset): 3 for offset in (7, 8, 9)},
        orders=10,
    )


@pytest.mark.parametrize(
    ("config", "amount_fen", "refunds_fen", "expected"),
    [
        pytest.param({}, 1_000, (1_000,), [10], id="full"),
        pytest.param({}, 1_000, (350, 650), [4, 6], id="what is left keeps its points"),
        pytest.param({}, 1_000, (1, 99, 1), [1, 0, 1], id="fen by fen"),
        pytest.param({}, 199, (99,), [0], id="what rounding had dropped"),
        pytest.param({"multiplier": "2"}, 1_000, (500,), [10], id="with a multiplier"),
        pytest.param({"cap_per_day": 4}, 1_000, (600, 1, 399), [0, 1, 3], id="with a cap"),
    ],
)
def test_a_refund_takes_back_what_is_no_longer_deserved(
    config: dict[str, Any], amount_fen: int, refunds_fen: tuple[int, ...], expected: list[int]
) -> None:
    stage = stage_of(PURCHASE, **config)
    pay(stage, "A1", amount_fen)

    assert [-refund(stage, "A1", refund_fen).granted() for refund_fen in refunds_fen] == expected


def test_a_refund_of_an_order_that_earned_nothing_has_no_effect() -> None:
    story = given(PURCHASE).when("lin", "order.paid", order="A1", amount_fen=99)

    story.when("lin", "order.refunded", order="A1", amount_fen=99).then()


def test_a_refund_after_the_end_is_honoured() -> None:
    stage = stage_of(PURCHASE)
    pay(stage, "A1", 1_000)
    stage.running = False

    assert (pay(stage, "A2", 1_000).granted(), refund(stage, "A1", 1_000).granted()) == (0, -10)


@pytest.mark.parametrize(
    "config",
    [
        {"points_per_yuan": "0"},
        {"points_per_yuan": "-1"},
        {"points_per_yuan": "100.01"},
        {"points_per_yuan": "1.001"},
        {"points_per_yuan": "NaN"},
        {"multiplier": "0"},
        {"cap_per_day": 0},
        {"lateness_days": -1},
        {"lateness_days": 36_501},
        {"cap_per_day": 5, "lateness_days": None},
        {"cap_per_day": 5, "lateness_days": 367},
        {"colour": "red"},
    ],
)
def test_an_impossible_config_is_refused(config: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        PurchaseConfig.model_validate(config)


@pytest.mark.parametrize("config", [{"cap_per_day": 5, "lateness_days": 366}, {"lateness_days": 36_500}])
def test_the_greatest_lateness_can_be_decided_with(config: dict[str, Any]) -> None:
    assert pay(stage_of(PURCHASE, **config), "A1", 100).granted() == 1
