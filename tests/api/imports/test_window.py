"""Facts enter the engine in order and in bounded number, however busy it is."""

import asyncio
from datetime import UTC, datetime
from uuid import UUID

import pytest

from api.imports import window as module
from api.imports.window import Answer, Window
from siyu.db import Pool
from siyu.engine import BatchLimits, NewFact
from siyu.errors import NotFound
from siyu.ids import new_id
from tests.factories import add_members, paid, shop_engine

THEN = datetime(2024, 1, 5, tzinfo=UTC)


def orders(member_id: UUID, count: int) -> list[tuple[int, NewFact]]:
    return [(n, paid(member_id, str(n), 100, THEN)) for n in range(count)]


async def test_a_full_queue_changes_neither_order_nor_number(pool: Pool) -> None:
    (member_id,) = await add_members(pool, 1)
    engine = shop_engine(pool, BatchLimits(facts_max=16, queue_max=20))
    settled: list[int] = []
    window: Window[int] = Window(engine, lambda origin, answer, was_known: settled.append(origin))

    await window.enter(orders(member_id, 300))
    await window.drain()

    assert settled == list(range(300))
    # Ids are made on entering, so they tell the order of the decisions.
    numbers = await pool.fetch("SELECT number FROM shop_order ORDER BY id")
    assert [int(row[0]) for row in numbers] == list(range(300))


async def test_no_more_facts_are_in_flight_than_allowed(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FACTS_IN_FLIGHT_MAX", 64)
    monkeypatch.setattr(module, "FACTS_ENTERED_AT_ONCE", 16)
    (member_id,) = await add_members(pool, 1)
    settled: list[int] = []
    window: Window[int] = Window(shop_engine(pool), lambda origin, answer, was_known: settled.append(origin))

    await window.enter(orders(member_id, 300))

    assert 300 - len(settled) <= 64
    await window.drain()


async def test_what_was_known_is_told_apart(pool: Pool) -> None:
    (member_id,) = await add_members(pool, 1)
    engine = shop_engine(pool)
    known: dict[int, bool] = {}

    def settle(origin: int, answer: Answer, was_known: bool) -> None:
        known[origin] = was_known

    first: Window[int] = Window(engine, settle)
    await first.enter(orders(member_id, 3))
    await first.drain()
    assert known == {0: False, 1: False, 2: False}
    second: Window[int] = Window(engine, settle)
    await second.enter(orders(member_id, 4))
    await second.drain()

    assert known == {0: True, 1: True, 2: True, 3: False}


async def test_what_the_engine_fails_with_is_raised(pool: Pool) -> None:
    window: Window[int] = Window(shop_engine(pool), lambda origin, answer, was_known: None)

    await window.enter(orders(new_id(), 1))

    with pytest.raises(NotFound):
        await window.drain()


async def test_what_settling_fails_with_is_raised(pool: Pool) -> None:
    (member_id,) = await add_members(pool, 1)

    def settle(origin: int, answer: Answer, was_known: bool) -> None:
        raise asyncio.InvalidStateError(origin)

    window: Window[int] = Window(shop_engine(pool), settle)
    await window.enter(orders(member_id, 1))

    with pytest.raises(asyncio.InvalidStateError):
        await window.drain()
