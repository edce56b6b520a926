"""A fact's data reads like JSON and cannot be changed."""

import copy
from collections.abc import Callable
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siyu.sdk import ActionInput
from siyu.sdk.frozen import read_only

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(st.characters(codec="utf-8"), max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=10,
)
OBJECTS = st.dictionaries(st.text(max_size=3), JSON, max_size=4)


@given(OBJECTS)
def test_it_is_the_same_json(data: dict[str, Any]) -> None:
    text = orjson.dumps(data)

    frozen = read_only(data)

    assert orjson.loads(orjson.dumps(frozen)) == data
    assert orjson.dumps(data) == text
    assert orjson.loads(orjson.dumps(copy.deepcopy(frozen))) == data


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data.update(a=2),
        lambda data: data.pop("a"),
        lambda data: data.clear(),
        lambda data: data.setdefault("new", 1),
        lambda data: data.popitem(),
        lambda data: data.__setitem__("a", 2),
        lambda data: data.__delitem__("a"),
        lambda data: data.__ior__({"a": 2}),
        lambda data: data["inside"].update(b=3),
        lambda data: data["list"][1].update(c=4),
        lambda data: data["list"].append(5),
    ],
)
def test_nothing_in_it_can_be_changed(change: Callable[[Any], object]) -> None:
    data = {"a": 1, "inside": {"b": 2}, "list": [1, {"c": 3}]}
    frozen = read_only(data)

    with pytest.raises((TypeError, AttributeError)):
        change(frozen)
    assert data == {"a": 1, "inside": {"b": 2}, "list": [1, {"c": 3}]}
    assert frozen["list"] == (1, {"c": 3})


def test_a_model_reads_it_and_a_copy_is_free() -> None:
    class Wish(ActionInput):
        words: tuple[str, ...]

    frozen = read_only({"words": ["luck"]})

    assert Wish.model_validate(frozen) == Wish(words=("luck",))
    free = dict(frozen)
    free["words"] = ()
    assert frozen["words"] == ("luck",)
