"""Cells read exactly, or refused with a code."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from api.imports.errors import BadRow
from api.imports.values import check_count, read_amount_fen, read_id, read_name, read_time

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "amount_fen"), [("0", 0), ("11.77", 1_177), ("0.1", 10), ("90071992.55", 9_007_199_255), ("007.50", 750)]
)
def test_amounts_are_exact(text: str, amount_fen: int) -> None:
    assert read_amount_fen("amount", text) == amount_fen


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "MISSING_AMOUNT"),
        ("-1", "NEGATIVE_AMOUNT"),
        ("1.001", "TOO_MANY_DECIMALS"),
        ("100000000.01", "AMOUNT_TOO_LARGE"),
        ("1,234.50", "BAD_AMOUNT"),
        ("1e3", "BAD_AMOUNT"),
        ("NaN", "BAD_AMOUNT"),
        ("１２", "BAD_AMOUNT"),
        ("¥5", "BAD_AMOUNT"),
        ("9" * 5_000, "BAD_AMOUNT"),
    ],
)
def test_what_is_no_amount_is_refused(text: str, code: str) -> None:
    with pytest.raises(BadRow) as caught:
        read_amount_fen("amount", text)

    assert caught.value.code == code
    assert len(caught.value.reason) < 200


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("1997-01-01", "1996-12-31T16:00:00Z"),
        ("2024/1/5", "2024-01-04T16:00:00Z"),
        ("2024/1/5 9:05", "2024-01-05T01:05:00Z"),
        ("2024-01-05 13:00:00", "2024-01-05T05:00:00Z"),
        ("2024-01-05T13:00:00.5", "2024-01-05T05:00:00.5Z"),
        ("2024-01-05T13:00:00Z", "2024-01-05T13:00:00Z"),
        ("2024-01-05T13:00:00+09:00", "2024-01-05T04:00:00Z"),
        ("2026-11-22T00:04:00Z", "2026-11-22T00:04:00Z"),
    ],
)
def test_times_are_of_the_shop_unless_they_say_otherwise(text: str, moment: str) -> None:
    assert read_time("paid_at", text, SHANGHAI, NOW) == datetime.fromisoformat(moment)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "MISSING_TIME"),
        ("yesterday", "BAD_TIME"),
        ("2023-02-29", "BAD_TIME"),
        ("2024/13/1", "BAD_TIME"),
        ("45296", "BAD_TIME"),
        ("0001-01-01", "BAD_TIME"),
        ("9999-12-31T23:59:59-12:00", "BAD_TIME"),
        ("2026-11-23", "TIME_IN_FUTURE"),
    ],
)
def test_what_is_no_time_of_an_order_is_refused(text: str, code: str) -> None:
    with pytest.raises(BadRow) as caught:
        read_time("paid_at", text, SHANGHAI, NOW)

    assert caught.value.code == code


@pytest.mark.parametrize(("text", "code"), [("", "MISSING_ID"), ("x" * 65, "TOO_LONG"), ("a\0b", "BAD_CHARACTER")])
def test_what_is_no_id_is_refused(text: str, code: str) -> None:
    with pytest.raises(BadRow) as caught:
        read_id("order_id", text)

    assert caught.value.code == code


def test_ids_and_names_are_kept_as_they_are() -> None:
    assert read_id("order_id", "00001") == "00001"
    assert read_name("nickname", "小红 👨‍👩‍👧") == "小红 👨‍👩‍👧"
    assert read_name("nickname", "") is None


def test_a_count_may_be_left_out_and_is_whole() -> None:
    for text in ("", "0", "12"):
        check_count("quantity", text)
    for text in ("-1", "1.5", "a", "1" * 10):
        with pytest.raises(BadRow, match="quantity"):
            check_count("quantity", text)
