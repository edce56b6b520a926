"""Members of identities, found or made."""

import asyncio
from datetime import UTC, datetime, timedelta

from siyu.db import Pool
from siyu.members.joining import Joiner, ensure_members

THEN = datetime(2024, 1, 5, tzinfo=UTC)


async def count(pool: Pool, table: str) -> int:
    found: int = await pool.fetchval(f"SELECT count(*) FROM {table}")
    return found


async def test_an_unknown_identity_gets_a_member(pool: Pool) -> None:
    async with pool.acquire() as connection:
        members = await ensure_members(connection, [Joiner("shop", "1", THEN, "小红")])

    rows = await pool.fetch("SELECT id, nickname, joined_at FROM member")
    assert [tuple(row) for row in rows] == [(members["shop", "1"], "小红", THEN)]


async def test_a_known_identity_keeps_its_member_as_it_was(pool: Pool) -> None:
    async with pool.acquire() as connection:
        first = await ensure_members(connection, [Joiner("shop", "1", THEN, "小红")])
        second = await ensure_members(connection, [Joiner("shop", "1", THEN - timedelta(days=9), "小明")])

    assert first == second
    rows = await pool.fetch("SELECT nickname, joined_at FROM member")
    assert [tuple(row) for row in rows] == [("小红", THEN)]


async def test_of_one_identity_named_twice_the_earliest_counts(pool: Pool) -> None:
    joiners = [Joiner("shop", "1", THEN + timedelta(days=days)) for days in (3, 1, 2)]
    async with pool.acquire() as connection:
        members = await ensure_members(connection, joiners)

    assert len(members) == 1
    assert await pool.fetchval("SELECT joined_at FROM member") == THEN + timedelta(days=1)


async def test_the_same_value_of_another_kind_is_another_member(pool: Pool) -> None:
    async with pool.acquire() as connection:
        members = await ensure_members(connection, [Joiner("shop", "1", THEN), Joiner("openid", "1", THEN)])

    assert members["shop", "1"] != members["openid", "1"]


async def test_nobody_is_nobody(pool: Pool) -> None:
    async with pool.acquire() as connection:
        assert await ensure_members(connection, []) == {}


async def test_many_at_once_agree_and_leave_no_member_without_an_identity(pool: Pool) -> None:
    async def ensure(order: int) -> dict[tuple[str, str], object]:
        joiners = [Joiner("shop", str(value), THEN) for value in range(500)][:: 1 - 2 * (order % 2)]
        async with pool.acquire() as connection:
            return dict(await ensure_members(connection, joiners))

    answers = await asyncio.gather(*(ensure(order) for order in range(8)))

    assert all(answer == answers[0] for answer in answers)
    assert (await count(pool, "member"), await count(pool, "identity")) == (500, 500)


async def test_who_loses_the_race_finds_the_winners_member(pool: Pool) -> None:
    async with pool.acquire() as winner, pool.acquire() as loser:
        transaction = winner.transaction()
        await transaction.start()
        made = await ensure_members(winner, [Joiner("shop", "1", THEN)])
        waiting = asyncio.create_task(ensure_members(loser, [Joiner("shop", "1", THEN), Joiner("shop", "2", THEN)]))
        await asyncio.sleep(0.1)
        assert not waiting.done()
        await transaction.commit()
        found = await waiting

    assert found["shop", "1"] == made["shop", "1"]
    assert await count(pool, "member") == 2
