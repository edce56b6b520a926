"""Phones and names: the one form that each is kept in, and what staff see of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siyu.errors import InvalidInput
from siyu.privacy import PersonalField, masked, normalised

PHONE, NAME = PersonalField.PHONE, PersonalField.REAL_NAME


@pytest.mark.parametrize(
    ("typed", "kept", "shown"),
    [
        ("13812345678", "+8613812345678", "138****5678"),
        (" 138-1234 5678 ", "+8613812345678", "138****5678"),
        ("8613812345678", "+8613812345678", "138****5678"),
        ("+86 138 1234 5678", "+8613812345678", "138****5678"),
        ("008613812345678", "+8613812345678", "138****5678"),
        ("１３８１２３４５６７８", "+8613812345678", "138****5678"),
        ("+852 5123 4567", "+85251234567", "+85****4567"),
        ("+1 (415) 555-0100", "+14155550100", "+14*****0100"),
    ],
    ids=range(8),
)
def test_a_phone_has_one_form(typed: str, kept: str, shown: str) -> None:
    assert normalised(PHONE, typed, ("phone",)) == kept
    assert masked(PHONE, kept).startswith(shown[:3])
    assert masked(PHONE, kept).endswith(shown[-4:])
    assert kept not in masked(PHONE, kept)


def test_phones_of_china_are_shown_but_for_four_digits() -> None:
    assert masked(PHONE, "+8613812345678") == "138****5678"


@pytest.mark.parametrize(
    "typed",
    ["", "12345678901", "1381234567", "138123456789", "+86123", "+0123456789", "+1234567890123456", "13８a2345678"],
    ids=range(8),
)
def test_what_is_no_phone_is_refused_without_being_repeated(typed: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        normalised(PHONE, typed, ("phone",))

    assert not typed or typed not in str(refused.value)


@given(st.text(max_size=80))
def test_a_form_is_its_own_form_and_the_mask_is_another(text: str) -> None:
    for field in PersonalField:
        try:
            kept = normalised(field, text, ("x",))
        except InvalidInput:
            continue
        assert normalised(field, kept, ("x",)) == kept
        assert masked(field, kept) != kept or set(kept[1:]) == {"*"}


def test_names_are_compared_as_they_are_read() -> None:
    assert normalised(NAME, " 张　小红 ", ("x",)) == "张 小红"
    assert normalised(NAME, "Ａnn", ("x",)) == "Ann"
    assert [masked(NAME, name) for name in ("张三", "李", "欧阳小红")] == ["张*", "李*", "欧***"]
