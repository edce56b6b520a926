"""Windows: days of the shop, ISO weeks, months."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from siyu.boards import BoardWindow, window_key, window_keys


def test_a_day_has_four_windows() -> None:
    assert window_keys(date(2026, 11, 21)) == ("d:2026-11-21", "w:2026-W47", "m:2026-11", "all")


@pytest.mark.parametrize(
    ("day", "week"),
    [(date(2027, 1, 3), "w:2026-W53"), (date(2027, 1, 4), "w:2027-W01"), (date(2024, 12, 30), "w:2025-W01")],
)
def test_a_week_belongs_to_the_year_of_its_thursday(day: date, week: str) -> None:
    assert window_key(BoardWindow.WEEK, day) == week


def test_midnight_of_the_shop_parts_the_days_and_months() -> None:
    shanghai = ZoneInfo("Asia/Shanghai")
    before = datetime(2026, 11, 30, 15, 59, 59, 999_000, tzinfo=UTC)
    after = datetime(2026, 11, 30, 16, 0, tzinfo=UTC)

    last, first = (window_keys(moment.astimezone(shanghai).date()) for moment in (before, after))

    assert last == ("d:2026-11-30", "w:2026-W49", "m:2026-11", "all")
    assert first == ("d:2026-12-01", "w:2026-W49", "m:2026-12", "all")
