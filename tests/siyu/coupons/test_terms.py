"""Terms of coupons: what makes no sense is told with its place, and windows end with the shop's days."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from siyu.coupons.terms import CouponTerms, terms_of
from siyu.errors import InvalidInput
from siyu.inputs import parse_json
from tests.clock import NOON
from tests.factories import SHANGHAI
from tests.siyu.coupons.offers import amount

SEVEN_DAYS = {"kind": "from_receipt", "days": 7}
OFF = {"kind": "amount_off", "amount_fen": 1}
STEP, SAME = {"from_fen": 100, "amount_fen": 50}, {"from_fen": 200, "amount_fen": 50}


@pytest.mark.parametrize(
    ("given", "place"),
    [
        ({"validity": SEVEN_DAYS}, "benefit"),
        ({"benefit": {"kind": "gift"}, "validity": SEVEN_DAYS}, "benefit"),
        ({"benefit": {"kind": "percent_off", "percent": 100}, "validity": SEVEN_DAYS}, "benefit.percent_off.percent"),
        ({"benefit": OFF, "validity": {"kind": "from_receipt", "days": 0}}, "validity.from_receipt.days"),
        ({"benefit": OFF, "validity": SEVEN_DAYS, "undo_minutes": 1_441}, "undo_minutes"),
        ({"benefit": OFF, "validity": SEVEN_DAYS, "colour": "red"}, "colour"),
        ({"benefit": {"kind": "full_reduction", "steps": []}, "validity": SEVEN_DAYS}, "benefit.full_reduction.steps"),
        (
            {"benefit": {"kind": "full_reduction", "steps": [STEP, SAME]}, "validity": SEVEN_DAYS},
            "benefit.full_reduction",
        ),
        (
            {
                "benefit": {"kind": "full_reduction", "steps": [{"from_fen": 5, "amount_fen": 6}]},
                "validity": SEVEN_DAYS,
            },
            "benefit.full_reduction.steps.0",
        ),
        (
            {
                "benefit": OFF,
                "validity": {"kind": "fixed", "starts_at": "2026-11-02T00:00:00Z", "ends_at": "2026-11-02T00:00:00Z"},
            },
            "validity.fixed",
        ),
        (
            {
                "benefit": OFF,
                "validity": {"kind": "fixed", "starts_at": "2026-11-02T00:00:00", "ends_at": "2026-11-03T00:00:00Z"},
            },
            "validity.fixed.starts_at",
        ),
    ],
)
def test_terms_that_make_no_sense_are_told_with_their_place(given: dict[str, Any], place: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_json(CouponTerms, given, ())

    assert place in {".".join(problem.path) for problem in caught.value.problems}


def test_days_from_receipt_end_with_the_shops_day() -> None:
    before_midnight = datetime(2026, 11, 21, 15, 59, tzinfo=UTC)
    until = datetime(2026, 11, 28, 16, tzinfo=UTC)

    assert amount(1).window(NOON, SHANGHAI) == (NOON, until)
    assert amount(1).window(before_midnight, SHANGHAI)[1] == until
    assert amount(1).window(before_midnight + timedelta(minutes=1), SHANGHAI)[1] == until + timedelta(days=1)


def test_what_is_given_back_is_good_for_some_days_at_least() -> None:
    late, never = NOON + timedelta(days=365), amount(1, returned_days=0)

    assert amount(1, returned_days=1).prolonged(NOON, NOON, SHANGHAI) == datetime(2026, 11, 22, 16, tzinfo=UTC)
    assert amount(1, returned_days=1).prolonged(late, NOON, SHANGHAI) == late
    assert never.prolonged(NOON, NOON, SHANGHAI) == NOON


def test_terms_are_the_same_after_a_round_through_the_database() -> None:
    window = {"kind": "fixed", "starts_at": "2026-11-01T00:00:00+08:00", "ends_at": "2026-11-02T00:00:00Z"}
    given = parse_json(CouponTerms, {"benefit": OFF, "validity": window, "scope": {"products": ["tea"]}}, ())

    assert terms_of(given.model_dump_json()) == given
