"""Rotations: whatever they are killed at, everything opens and is found, and the next run ends them."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

from siyu.db import Pool
from siyu.members.queries import member_id_of
from siyu.members.service import member_known_by
from siyu.privacy import PersonalField, PersonalKeys, Purpose, Vault, find_by_index
from siyu.privacy.revealing import own_values
from siyu.privacy.rotation import move_to_present, reindex_some, reseal_some, rows_by_key, seal_what_is_in_clear
from tests.factories import LONG_AGO, add_members
from tests.locks import until_waiting

NOW = datetime(2026, 11, 21, 4, tzinfo=UTC)
PHONE = PersonalField.PHONE
MEMBERS = 25


class Deployment:
    """Processes that share keys."""

    def __init__(self) -> None:
        self.keys = PersonalKeys.new()
        self.vault = Vault(lambda _: self.keys, lambda: NOW)

    def rotate(self, purpose: Purpose) -> list[str]:
        """Begin with another key: the names of the old ones."""
        old = [key.id for key in self.keys.of(purpose)]
        self.keys = self.keys.with_new(purpose, self.keys.of(purpose)[0].begins_at + timedelta(days=365))
        return old

    async def join(self, pool: Pool, count: int = MEMBERS) -> dict[str, UUID]:
        """Members with phones."""
        numbers = [f"138{place:08}" for place in range(count)]
        return {number: await member_known_by(pool, "phone", number, LONG_AGO, self.vault) for number in numbers}

    async def finds_all(self, pool: Pool, members: dict[str, UUID]) -> bool:
        """Whether each is found by their number, and it opens."""
        return all(
            [
                await member_id_of(pool, "phone", number, self.vault) == member_id
                and await own_values(pool, self.vault, member_id) == {PHONE: f"+86{number}"}
                for number, member_id in members.items()
            ]
        )


def nobody(done: int, total: int) -> None:
    """Nobody watches."""


async def test_at_every_step_of_a_rotation_all_is_there(pool: Pool) -> None:
    shop = Deployment()
    members = await shop.join(pool)
    for purpose, step in ((Purpose.CIPHER, reseal_some), (Purpose.INDEX, reindex_some)):
        old = shop.rotate(purpose)
        moved = 0
        while count := await step(pool, shop.vault, old, limit=10):
            moved += count
            assert await shop.finds_all(pool, members)
        assert moved == MEMBERS
        assert set(await rows_by_key(pool, purpose)) == {shop.keys.of(purpose)[0].id}
        shop.keys = shop.keys.without(set(old))
        assert await shop.finds_all(pool, members)


async def test_two_rotators_at_once_move_each_row(pool: Pool) -> None:
    shop = Deployment()
    members = await shop.join(pool)
    for purpose in Purpose:
        shop.rotate(purpose)
        await asyncio.gather(*(move_to_present(pool, shop.vault, purpose, nobody) for _ in range(2)))
        assert len(await rows_by_key(pool, purpose)) == 1
    assert await shop.finds_all(pool, members)


async def test_numbers_that_join_while_they_are_indexed_anew_are_one_member(pool: Pool) -> None:
    shop = Deployment()
    members = await shop.join(pool)
    shop.rotate(Purpose.INDEX)

    again, _ = await asyncio.gather(shop.join(pool), move_to_present(pool, shop.vault, Purpose.INDEX, nobody))

    assert again == members
    assert await pool.fetchval("SELECT count(*) FROM member") == MEMBERS


async def test_a_number_that_somebody_looks_for_is_indexed_anew_when_they_are_done(pool: Pool) -> None:
    shop = Deployment()
    members = await shop.join(pool, 1)
    shop.rotate(Purpose.INDEX)

    async with pool.acquire() as connection, connection.transaction():
        await find_by_index(connection, shop.vault, list(members))
        moving = asyncio.create_task(move_to_present(pool, shop.vault, Purpose.INDEX, nobody))
        await until_waiting(pool)

    assert await moving == 1
    assert await shop.finds_all(pool, members)


async def test_what_is_in_clear_from_before_is_made_blind(pool: Pool) -> None:
    shop = Deployment()
    first, second, third = await add_members(pool, 3)
    await pool.execute("ALTER TABLE identity DROP CONSTRAINT identity_phone_is_blind")
    for member_id, number in ((first, "138 0000 0000"), (second, "none"), (third, "13800000000")):
        await pool.execute(
            "INSERT INTO identity (id, member_id, kind, value) VALUES ($1, $1, 'phone', $2)", member_id, number
        )

    assert await seal_what_is_in_clear(pool, shop.vault) == 2
    assert await member_id_of(pool, "phone", "13800000000", shop.vault) == first
    assert await own_values(pool, shop.vault, first) == {PHONE: "+8613800000000"}
