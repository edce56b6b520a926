"""Loaders of a request: made when they are asked for, asked once for many keys, and forgetful when told so."""

from typing import Any, cast

import pytest

from schema.lazy_loaders import LazyLoaders, Loader, Sources, by_key, in_order, one_by_one
from schema.loaders import Loaders
from siyu.db import Pool

# Nobody here reads a database.
NO_SOURCES = Sources(*cast(Any, [None] * len(Sources._fields)))
asked: list[list[int]] = []


async def squares(pool: Pool, keys: list[int]) -> list[int]:
    asked.append(keys)
    return [key * key for key in keys]


async def names(pool: Pool, keys: list[int]) -> dict[int, str]:
    return {key: str(key) for key in keys if key % 2}


async def half(sources: Sources, key: int) -> int:
    asked.append([key])
    return key // 2


class Some(LazyLoaders):
    square = in_order(squares)
    name = by_key(names)
    half: Loader[int, int] = one_by_one(half)


@pytest.fixture
def loaders() -> Some:
    asked.clear()
    return Some(NO_SOURCES)


def test_a_request_has_no_loader_that_it_does_not_ask_for() -> None:
    of_request = Loaders(NO_SOURCES)

    assert list(vars(of_request)) == ["_sources", "_made"]
    assert of_request.member is of_request.member
    assert of_request.member is not of_request.group
    assert set(vars(of_request)) == {"_sources", "_made", "member", "group"}


async def test_many_keys_are_one_question(loaders: Some) -> None:
    assert await loaders.square.load_many([3, 1, 3, 2]) == [9, 1, 9, 4]
    assert asked == [[3, 1, 2]]


async def test_what_does_not_exist_is_nothing(loaders: Some) -> None:
    assert await loaders.name.load_many([2, 1]) == [None, "1"]


async def test_what_is_dear_is_read_one_by_one(loaders: Some) -> None:
    assert await loaders.half.load_many([4, 6]) == [2, 3]
    assert asked == [[4], [6]]


async def test_what_was_read_is_read_anew_once_it_is_forgotten(loaders: Some) -> None:
    await loaders.square.load(3)
    await loaders.square.load(3)
    loaders.forget()
    await loaders.square.load(3)

    assert asked == [[3], [3]]
