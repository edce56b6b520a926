"""Batches of unique codes: as many as were asked for, none twice, whatever stops a run."""

import asyncio
from collections.abc import Iterator
from itertools import count
from uuid import UUID

import asyncpg
import pytest

from siyu.codes import read_code
from siyu.coupons.code_batches import CODES_AT_ONCE, add_generic_code, codes_of, generic_codes, make_codes
from siyu.db import Pool
from siyu.errors import InvalidInput, NotFound
from tests.clock import NOON
from tests.siyu.coupons.shop import add_template


def silent(done: int, total: int) -> None:
    """Progress that nobody watches."""


async def all_codes(pool: Pool, batch_id: UUID) -> list[str]:
    """Every code of a batch, as the file gets them."""
    return [code async for some in codes_of(pool, batch_id) for code in some]


async def test_a_batch_has_as_many_codes_as_were_asked_for_and_they_can_be_read(pool: Pool) -> None:
    await add_template(pool)
    seen: list[tuple[int, int]] = []

    batch = await make_codes(pool, "tea", "spring", CODES_AT_ONCE + 10, NOON, lambda *done: seen.append(done))

    codes = await all_codes(pool, batch.id)
    assert batch.codes == len(set(codes)) == CODES_AT_ONCE + 10
    assert all(read_code(code) == code for code in codes[:50])
    assert seen == [(CODES_AT_ONCE, CODES_AT_ONCE + 10), (CODES_AT_ONCE + 10, CODES_AT_ONCE + 10)]


async def test_a_run_goes_on_where_the_last_one_died(pool: Pool) -> None:
    await add_template(pool)

    def dies(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await make_codes(pool, "tea", "spring", CODES_AT_ONCE + 5, NOON, dies)
    batch = await make_codes(pool, "tea", "spring", CODES_AT_ONCE + 5, NOON, silent)
    again = await make_codes(pool, "tea", "spring", CODES_AT_ONCE + 5, NOON, silent)

    assert batch == again
    assert len(await all_codes(pool, batch.id)) == CODES_AT_ONCE + 5


async def test_two_runs_of_one_batch_at_once_make_it_once(pool: Pool) -> None:
    await add_template(pool)

    one, other = await asyncio.gather(*(make_codes(pool, "tea", "spring", 300, NOON, silent) for _ in range(2)))

    assert one == other
    assert len(await all_codes(pool, one.id)) == 300


async def test_a_code_that_is_taken_is_made_anew(pool: Pool) -> None:
    await add_template(pool)
    numbers = count()

    def like_the_last_ones() -> Iterator[str]:
        yield from ("A1", "A2", "A2", "A3")
        yield from (f"B{number}" for number in numbers)

    made = like_the_last_ones()
    first = await make_codes(pool, "tea", "one", 2, NOON, silent, lambda: next(made))
    second = await make_codes(pool, "tea", "two", 2, NOON, silent, lambda: next(made))

    assert await all_codes(pool, first.id) == ["A1", "A2"]
    assert await all_codes(pool, second.id) == ["B0", "B1"]
    with pytest.raises(asyncpg.UniqueViolationError):
        await make_codes(pool, "tea", "three", 2, NOON, silent, lambda: "A1")


async def test_bad_batches_and_codes_are_told(pool: Pool) -> None:
    template = await add_template(pool)
    for name, size in (("", 1), ("x" * 65, 1), ("x", 0), ("x", 1_000_001)):
        with pytest.raises(InvalidInput):
            await make_codes(pool, "tea", name, size, NOON, silent)
    with pytest.raises(NotFound):
        await make_codes(pool, "none", "x", 1, NOON, silent)
    for code, uses in (("abc", 1), ("a" * 33, 1), ("春天二零二六", 1), ("spring", 0)):
        with pytest.raises(InvalidInput):
            await add_generic_code(pool, template.id, code, uses)

    await add_generic_code(pool, template.id, "spring", None)
    assert [(each.code, each.uses_max) for each in (await generic_codes(pool, [template.id]))[0]] == [("SPRING", None)]
