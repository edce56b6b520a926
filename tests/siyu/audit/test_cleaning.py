"""What the audit log keeps of JSON whose shape nobody knows."""

from typing import Any

import pytest

from siyu.audit import HIDDEN, cleaned


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("call 138 1234 5678", f"call {HIDDEN}"),
        (13812345678, HIDDEN),
        (13812345678.0, HIDDEN),
        ([8613812345678, "x"], [HIDDEN, "x"]),
        (
            {"items": [{"contact": 13812345678, "Real_Name": "张小红"}]},
            {"items": [{"contact": HIDDEN, "Real_Name": HIDDEN}]},
        ),
        (1_380, 1_380),
        (99_900.5, 99_900.5),
        (1_700_000_000_000, 1_700_000_000_000),
        (True, True),
        (None, None),
    ],
    ids=str,
)
def test_no_phone_number_is_kept(given: Any, kept: Any) -> None:
    assert cleaned(given) == kept
