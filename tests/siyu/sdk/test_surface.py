"""What campaigns were written with stays: nothing of the SDK goes before its next major version."""

import json

import pytest

from tests.siyu.sdk.surface import PROMISED, Surface, broken_promises, surface


def test_nothing_that_was_promised_is_gone() -> None:
    assert broken_promises(json.loads(PROMISED.read_text()), surface()) == []


def test_what_is_new_is_promised_too() -> None:
    """Else run `make docs`."""
    promised = json.loads(PROMISED.read_text())

    assert {name: parameters for name, parameters in surface().items() if promised.get(name) != parameters} == {}


BEFORE = {"Grant": {"unit": True, "amount": True, "reference": False}, "View.left": {"counter": True}}


@pytest.mark.parametrize(
    ("now", "broken"),
    [
        pytest.param({"Grant": BEFORE["Grant"]}, ["View.left"], id="a name goes"),
        pytest.param(BEFORE | {"View.left": {}}, ["View.left(counter)"], id="a parameter goes"),
        pytest.param(
            BEFORE | {"View.left": {"counter": True, "day": True}}, ["View.left(day) must be given now"], id="one more"
        ),
        pytest.param(
            BEFORE | {"Grant": {"amount": True, "unit": True, "reference": False}}, ["Grant: another order"], id="order"
        ),
        pytest.param(
            BEFORE | {"View.left": {"*counter": True}},
            ["View.left(*counter) must be given now", "View.left(counter)"],
            id="by keyword",
        ),
        pytest.param(BEFORE | {"View.left": {"*day": False, "counter": True}}, [], id="one more by keyword"),
        pytest.param(BEFORE | {"View.left": {"counter": False, "day": False}, "Tag": {"tag": True}}, [], id="grows"),
    ],
)
def test_a_change_that_breaks_campaigns_is_found(now: Surface, broken: list[str]) -> None:
    assert broken_promises(BEFORE, now) == broken
