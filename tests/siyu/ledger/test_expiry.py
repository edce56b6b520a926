"""Policies of expiry: the last day of value that was given on a day, by the shop's calendar."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from siyu.ledger.expiry import MONTHS_MAX, Expiries, ExpiryPolicy, PeriodEnd

DAY, MONTH, QUARTER, YEAR = PeriodEnd.DAY, PeriodEnd.MONTH, PeriodEnd.QUARTER, PeriodEnd.YEAR
SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    ("months", "until", "given", "last"),
    [
        (1, DAY, date(2026, 1, 31), date(2026, 2, 28)),
        (1, DAY, date(2028, 1, 31), date(2028, 2, 29)),
        (12, DAY, date(2028, 2, 29), date(2029, 2, 28)),
        (12, DAY, date(2026, 12, 31), date(2027, 12, 31)),
        (0, MONTH, date(2026, 2, 1), date(2026, 2, 28)),
        (0, MONTH, date(2026, 12, 31), date(2026, 12, 31)),
        (6, MONTH, date(2026, 8, 31), date(2027, 2, 28)),
        (0, QUARTER, date(2026, 1, 1), date(2026, 3, 31)),
        (0, QUARTER, date(2026, 6, 30), date(2026, 6, 30)),
        (3, QUARTER, date(2026, 11, 1), date(2027, 3, 31)),
        (0, YEAR, date(2026, 1, 1), date(2026, 12, 31)),
        (12, YEAR, date(2026, 12, 31), date(2027, 12, 31)),
    ],
)
def test_the_last_day(months: int, until: PeriodEnd, given: date, last: date) -> None:
    assert ExpiryPolicy(months, until).last_day(given) == last


@pytest.mark.parametrize(("months", "until"), [(0, DAY), (-1, MONTH), (MONTHS_MAX + 1, MONTH)])
def test_policies_that_cannot_be(months: int, until: PeriodEnd) -> None:
    with pytest.raises(ValueError, match="cannot last"):
        ExpiryPolicy(months, until)


def test_value_is_gone_when_its_last_day_is_over_in_the_shops_zone() -> None:
    expiries = Expiries({"points": ExpiryPolicy(0, MONTH)}, SHANGHAI)

    before, after = datetime(2026, 11, 30, 15, 59, tzinfo=UTC), datetime(2026, 11, 30, 16, tzinfo=UTC)
    assert expiries.of("points", before) == after
    assert expiries.of("points", after) == datetime(2026, 12, 31, 16, tzinfo=UTC)
    assert expiries.of("growth", before) is None
