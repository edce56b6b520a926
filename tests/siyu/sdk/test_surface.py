"""What campaigns were written with stays: nothing of the SDK goes before its next major version."""

import inspect
import json
from collections.abc import Mapping
from enum import Enum
from pathlib import Path

import pytest

import siyu.sdk
import siyu.sdk.testing

# One file a major version, which grows with what is added. By name: its parameters, each with whether it must be given.
PROMISED = Path(__file__).parent / f"surface_{siyu.sdk.SDK_VERSION.split('.')[0]}.json"
MODULES = (siyu.sdk, siyu.sdk.testing)
STARRED = {inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD}
Surface = Mapping[str, Mapping[str, bool]]


def surface() -> Surface:
    """All that campaigns can call or name: functions, classes with their methods, constants."""
    found: dict[str, dict[str, bool]] = {}
    for module in MODULES:
        for name in module.__all__:
            value = getattr(module, name)
            found[name] = parameters(value)
            if inspect.isclass(value):
                members = {part: member for part, member in vars(value).items() if part[0] != "_"}
                found |= {f"{name}.{part}": parameters(member) for part, member in members.items() if is_named(member)}
    return found


def is_named(member: object) -> bool:
    """Whether a class's own attribute is a method, a property or a member of an Enum; fields are parameters already."""
    has_name = inspect.isfunction(member) and member.__name__ != "<lambda>"
    return has_name or isinstance(member, property | Enum)


def parameters(value: object) -> dict[str, bool]:
    """The parameters by name, in their order, and which of them must be given; none of what is not called."""
    if not inspect.isfunction(value) and (not inspect.isclass(value) or issubclass(value, Enum | Exception)):
        return {}
    found = inspect.signature(value).parameters.values()
    return {each.name: each.default is each.empty and each.kind not in STARRED for each in found}


def broken_promises(promised: Surface, now: Surface) -> list[str]:
    """What a campaign that was written before would miss."""
    gone = [name for name in promised if name not in now]
    for name in promised.keys() & now.keys():
        before, after = promised[name], now[name]
        gone += [f"{name}({parameter})" for parameter in before if parameter not in after]
        new = [parameter for parameter, must in after.items() if must and not before.get(parameter)]
        gone += [f"{name}({parameter}) must be given now" for parameter in new]
        if list(after)[: len(before)] != list(before) and before.keys() <= after.keys():
            gone.append(f"{name}: another order")
    return sorted(gone)


def test_nothing_that_was_promised_is_gone() -> None:
    assert broken_promises(json.loads(PROMISED.read_text()), surface()) == []


def test_what_is_new_is_promised_too() -> None:
    """Else add what the assertion shows to the file."""
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
        pytest.param(BEFORE | {"View.left": {"counter": False, "day": False}, "Tag": {"tag": True}}, [], id="grows"),
    ],
)
def test_a_change_that_breaks_campaigns_is_found(now: Surface, broken: list[str]) -> None:
    assert broken_promises(BEFORE, now) == broken
