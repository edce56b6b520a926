"""The pytest plugin tells which effects differ; tests/test_packaging.py has its fixture found by the entry point."""

import pytest

from siyu.sdk import Grant, Once
from siyu.sdk.testing.pytest_plugin import pytest_assertrepr_compare


def test_effects_are_compared_line_by_line() -> None:
    happened, expected = (
        (Once("a", "NO"), Grant("points", 5), Grant("points", 6)),
        [Once("a", "NO"), Grant("points", 7)],
    )

    lines = pytest_assertrepr_compare("==", happened, expected)

    assert lines == [
        "the effects differ (- happened, + expected)",
        "  Once(key='a', code='NO')",
        "- Grant(unit='points', amount=5, reference=None)",
        "+ Grant(unit='points', amount=7, reference=None)",
        "- Grant(unit='points', amount=6, reference=None)",
    ]


@pytest.mark.parametrize(
    ("op", "left", "right"),
    [("!=", [Grant("points", 1)], []), ("==", 1, 2), ("==", ["a"], ["b"]), ("==", [Grant("points", 1)], "text")],
)
def test_of_anything_else_it_says_nothing(op: str, left: object, right: object) -> None:
    assert pytest_assertrepr_compare(op, left, right) is None
