"""Reasons and notes are kept without phone numbers, however these are written."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siyu.coupons.facts import CouponRevoked
from siyu.engine.desks.data import WalletFrozen
from siyu.errors import InvalidInput
from siyu.ids import new_id
from siyu.inputs import check_words, without_phones

NUMBERS = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)
NO_DIGITS = st.text(st.characters(exclude_categories=["Nd", "Cs"]), max_size=20)
FOUND = re.compile(r"(?<![0-9])1[3-9][0-9]{9}(?![0-9])")


@pytest.mark.parametrize(
    "number",
    [
        "13812345678",
        "138 1234 5678",
        "138-1234-5678",
        "138.1234.5678",
        "138- 1234 5678",
        "+86 138 1234 5678",
        "+86-13812345678",
        "008613812345678",
        "86 138 1234 5678",
        "１３８１２３４５６７８",
        "+44 7911 123456",
    ],
)
def test_a_number_is_blacked_out(number: str) -> None:
    assert without_phones(f"call {number}, she waits") == "call •, she waits"
    assert without_phones(f"电话{number}打不通") == "电话•打不通"
    assert without_phones(f"x{number}x") == "x•x"


@pytest.mark.parametrize(
    "words",
    [
        "order 20261123139123456789",
        "150 points of 2026-11-20",
        "+1000000 fen",
        "12812345678",
        "parcel 17",
        "退货（第２次）",
    ],
)
def test_what_is_no_number_stays(words: str) -> None:
    assert without_phones(words) == words


@given(st.lists(st.tuples(NO_DIGITS, NUMBERS), max_size=4), NO_DIGITS)
def test_no_number_is_left(parts: list[tuple[str, str]], end: str) -> None:
    kept = without_phones("".join(f"{words} {number}" for words, number in parts) + end)

    assert not FOUND.search(kept)
    assert without_phones(kept) == kept


def test_reasons_of_desks_and_coupons_are_kept_so() -> None:
    why = "she called from 13812345678"
    frozen = WalletFrozen(reason=why, made_by="operator/lin")
    revoked = CouponRevoked.model_validate_json(f'{{"coupon": "{new_id()}", "reason": "{why}", "made_by": "lin"}}')

    assert frozen.reason == revoked.reason == "she called from •"
    assert check_words(f" {why} ", (), 30) == "she called from •"
    with pytest.raises(InvalidInput):
        check_words(why, (), 20)
