"""Codes: random enough, and whatever an eye or a hand does to one, it is read, or told from a code that is unknown."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siyu.codes import ALPHABET, CODE_LENGTH, DRAWN, TYPED_LENGTH_MAX, make_code, normalize, read_code, shown_code

BITS_MIN = 60
LOOKALIKES = set("01OILUZ")

codes = st.builds(make_code)


def test_a_code_holds_at_least_sixty_bits_and_nothing_that_looks_like_another() -> None:
    assert len(ALPHABET) ** DRAWN > 2**BITS_MIN
    assert len(set(ALPHABET)) == len(ALPHABET)
    assert not LOOKALIKES & set(ALPHABET)
    assert set(make_code()) <= set(ALPHABET)
    assert len({make_code() for _ in range(1_000)}) == 1_000


def test_a_known_code_stays_what_it_is() -> None:
    """Codes are printed: another weight would make all of them misread."""
    assert read_code("ABCD2EFGHJ2342") is None
    assert read_code("2222222222222" + "2") == "22222222222222"
    assert read_code("3222222222222" + "Y") is None
    assert read_code("3222222222222" + "X") == "3222222222222X"


@given(codes)
def test_a_code_is_read_as_it_is_shown_typed_or_written_in_full_width(code: str) -> None:
    full_width = "".join(chr(ord(character) + 0xFEE0) for character in code)

    for typed in (shown_code(code), code.lower(), f" {code}\n", " ".join(code), "—".join(code), full_width):
        assert read_code(typed) == code
    assert read_code(code.replace("V", "U").replace("2", "z")) == code


@given(codes, st.data())
def test_one_wrong_character_is_always_found(code: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, CODE_LENGTH - 1))
    wrong = data.draw(st.sampled_from([character for character in ALPHABET if character != code[place]]))

    assert read_code(code[:place] + wrong + code[place + 1 :]) is None


@given(codes)
def test_two_characters_that_changed_places_are_always_found(code: str) -> None:
    for first, second in combinations(range(CODE_LENGTH), 2):
        if code[first] != code[second]:
            swapped = list(code)
            swapped[first], swapped[second] = code[second], code[first]
            assert read_code("".join(swapped)) is None


@pytest.mark.parametrize(
    "junk", ["", "2", "2" * 13, "2" * 15, "2" * TYPED_LENGTH_MAX, "2" * 10_000, "0" * 14, "二" * 14]
)
def test_what_is_no_code_is_misread(junk: str) -> None:
    assert read_code(junk) is None


@given(st.text(max_size=200))
def test_whatever_is_typed_is_normalized_within_its_bounds(typed: str) -> None:
    assert len(normalize(typed)) <= TYPED_LENGTH_MAX
    assert read_code(typed) in (None, normalize(typed))
