"""Members' codes: an id in 26 characters that a link and a mini program's scene can carry."""

import string
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siyu.ids import new_id
from siyu.sdk import member_code, member_of_code

# What a mini program's scene may hold, and how much of it (getUnlimitedQRCode).
SCENE = frozenset(string.ascii_letters + string.digits + "!#$&'()*+,/:;=?@-._~")
SCENE_LENGTH_MAX = 32
LAST = UUID(int=2**128 - 1)


@given(st.uuids(version=None))
def test_a_code_is_one_members_and_fits_a_scene(member_id: UUID) -> None:
    code = member_code(member_id)

    assert member_of_code(code) == member_id
    assert len(code) == 26
    assert set(code) <= SCENE
    assert len(f"in={code}") <= SCENE_LENGTH_MAX


def test_the_first_and_the_last_code_are_those_they_must_be() -> None:
    """They are kept by members for ever: links are printed."""
    assert member_code(UUID(int=0)) == "0" * 26
    assert member_code(LAST) == "7" + "z" * 25
    assert member_code(UUID("0199d5a0-1c3b-7abc-9def-0123456789ab")) == "01k7at071vfay9vvr14d2pf2db"


def test_codes_are_in_the_order_of_ids() -> None:
    ids = [new_id() for _ in range(100)]

    assert sorted(ids) == sorted(ids, key=member_code)


@given(st.uuids(version=None))
def test_a_code_that_was_read_out_and_typed_is_the_same(member_id: UUID) -> None:
    code = member_code(member_id)

    assert member_of_code(code.upper()) == member_id
    assert member_of_code(code.replace("1", "I").replace("0", "O")) == member_id
    assert member_of_code(code.replace("1", "l")) == member_id


@pytest.mark.parametrize(
    "junk",
    [None, 5, b"0" * 26, "", "0" * 25, "0" * 27, "8" + "0" * 25, "z" * 26, "u" * 26, " " * 26, "-" * 26, "０" * 26,
     "İ" + "0" * 25, "0" * 25 + "\0", "0" * 25 + "\n", str(LAST), LAST.hex],
)  # fmt: skip
def test_what_is_no_code_is_nobodys(junk: object) -> None:
    assert member_of_code(junk) is None


@given(st.text(max_size=30) | st.text(string.ascii_letters + string.digits, min_size=26, max_size=26))
def test_whatever_is_sent_is_a_code_or_nobodys(text: str) -> None:
    found = member_of_code(text)

    assert found is None or member_of_code(member_code(found)) == found
