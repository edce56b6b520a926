"""What scanners read, and what is made of it."""

import pytest

from siyu.codes import shown_code
from siyu.coupons.scanning import SCANNED_LENGTH_MAX, qr_text, read_scanned

CODE = "RSDT4YW5VGAN93"


@pytest.mark.parametrize(
    "scanned",
    [
        CODE,
        CODE.lower(),
        shown_code(CODE),
        f"  {CODE}\r\n",
        CODE + CODE,
        f"{CODE}\n{CODE}\n",
        f"{CODE} {CODE}",
        qr_text(CODE),
        qr_text(CODE).upper(),
        qr_text(CODE) * 2,
        f"{qr_text(CODE)}\r\n{qr_text(CODE)}\r\n",
        f"https://shop.example/coupon?utm=x&coupon={CODE}",
    ],
)
def test_a_coupon_is_read_however_it_was_scanned(scanned: str) -> None:
    assert read_scanned(scanned) == CODE


@pytest.mark.parametrize(
    "scanned",
    [
        "",
        " ",
        "x",
        CODE[:-1],
        CODE + "A",
        CODE * 3,
        "https://shop.example/",
        "http://[x",
        "a" * (SCANNED_LENGTH_MAX + 1),
    ],
)
def test_what_is_no_code_is_none(scanned: str) -> None:
    assert read_scanned(scanned) is None
