"""Phones as identities: one member each, known by a blind index, at whatever door and while keys change."""

import asyncio
from datetime import UTC, datetime
from uuid import UUID

import asyncpg
import pytest

from siyu.db import Pool
from siyu.errors import InvalidInput
from siyu.members.joining import Joiner, ensure_members
from siyu.members.queries import member_id_of
from siyu.members.service import member_known_by, update_profile
from siyu.privacy import PersonalField, PersonalKeys, PhoneTaken, Purpose, Unreadable, Vault
from siyu.privacy.revealing import UNREADABLE, Wish, masked_of, own_values, reveal
from siyu.privacy.store import PersonalChanges
from tests.factories import LONG_AGO, add_members, new_vault

THEN = datetime(2026, 11, 1, tzinfo=UTC)
PHONE, NAME = PersonalField.PHONE, PersonalField.REAL_NAME
NUMBER = "138 1234 5678"


async def known(pool: Pool, vault: Vault, typed: str = NUMBER) -> UUID:
    """The member with this number."""
    return await member_known_by(pool, "phone", typed, THEN, vault)


async def set_personal(pool: Pool, vault: Vault, member_id: UUID, **values: str | None) -> None:
    """Write personal data of a member."""
    changes = PersonalChanges(vault, {PersonalField(name): value for name, value in values.items()})
    await update_profile(pool, member_id, {}, None, changes)


async def test_a_number_is_one_member_however_it_is_typed(pool: Pool) -> None:
    vault = new_vault()
    first = await known(pool, vault)

    assert {await known(pool, vault, typed) for typed in ("13812345678", "+8613812345678")} == {first}
    assert await member_id_of(pool, "phone", "8613812345678", vault) == first
    assert await member_id_of(pool, "phone", "13912345678", vault) is None
    assert await own_values(pool, vault, first) == {PHONE: "+8613812345678"}
    [value] = await pool.fetchrow("SELECT value FROM identity WHERE member_id = $1", first)
    assert value == vault.index(PHONE, "+8613812345678").value


async def test_members_who_join_at_once_by_one_number_are_one(pool: Pool) -> None:
    vault = new_vault()

    assert len(set(await asyncio.gather(*(known(pool, vault) for _ in range(8))))) == 1
    assert await pool.fetchval("SELECT count(*) FROM personal") == 1


async def test_phones_and_other_identities_join_together(pool: Pool) -> None:
    vault = new_vault()
    joiners = [Joiner("phone", "13812345678", THEN), Joiner("shop", "1", THEN), Joiner("phone", NUMBER, LONG_AGO)]
    async with pool.acquire() as connection:
        members = await ensure_members(connection, joiners, vault)

    assert len(set(members.values())) == 2
    assert members["phone", NUMBER] == members["phone", "13812345678"]
    joined_at = await pool.fetchval("SELECT joined_at FROM member WHERE id = $1", members["phone", NUMBER])
    assert joined_at == LONG_AGO


async def test_what_is_no_number_makes_no_member(pool: Pool) -> None:
    with pytest.raises(InvalidInput):
        await known(pool, new_vault(), "12345")

    assert await pool.fetchval("SELECT count(*) FROM member") == 0


async def test_the_database_holds_no_number_as_an_identity(pool: Pool) -> None:
    [member_id] = await add_members(pool, 1)

    with pytest.raises(asyncpg.CheckViolationError, match="identity_phone_is_blind"):
        await pool.execute(
            "INSERT INTO identity (id, member_id, kind, value) VALUES ($1, $1, 'phone', '13812345678')", member_id
        )


async def test_a_number_moves_with_its_member_and_is_nobody_elses(pool: Pool) -> None:
    vault = new_vault()
    first, [second] = await known(pool, vault), await add_members(pool, 1)
    with pytest.raises(PhoneTaken):
        await set_personal(pool, vault, second, phone=NUMBER)
    await set_personal(pool, vault, first, phone="13900000000", real_name="张小红")
    await set_personal(pool, vault, second, phone=NUMBER)

    assert await known(pool, vault) == second
    assert await known(pool, vault, "13900000000") == first
    assert (await masked_of(pool, vault, [first]))[first] == {PHONE: "139****0000", NAME: "张**"}
    await set_personal(pool, vault, first, phone=None, real_name=None)
    assert await own_values(pool, vault, first) == {}
    assert await member_id_of(pool, "phone", "13900000000", vault) is None


@pytest.mark.parametrize("damage", ["cipher_key = 'gone'", "cipher = set_byte(cipher, 20, get_byte(cipher, 20) # 1)"])
async def test_what_cannot_be_read_hides_nobody_else(pool: Pool, damage: str, caplog: pytest.LogCaptureFixture) -> None:
    vault = new_vault()
    broken, sound = await known(pool, vault), await known(pool, vault, "13900000000")
    await set_personal(pool, vault, broken, real_name="张小红")
    await pool.execute(f"UPDATE personal SET {damage} WHERE member_id = $1 AND field = 'phone'", broken)

    found = await masked_of(pool, vault, [broken, sound])

    assert found == {broken: {PHONE: UNREADABLE, NAME: "张**"}, sound: {PHONE: "139****0000"}}
    [told] = caplog.messages
    assert str(broken) in told
    assert "1381234" not in told
    with pytest.raises(Unreadable):
        await reveal(pool, vault, Wish(broken, (PHONE,), "the parcel came back", "operator/lin"), THEN)


async def test_of_members_who_take_one_number_at_once_one_has_it(pool: Pool) -> None:
    vault, members = new_vault(), await add_members(pool, 6)
    took = [set_personal(pool, vault, member_id, phone=NUMBER) for member_id in members]
    answers = await asyncio.gather(*took, return_exceptions=True)

    assert sorted(map(type, answers), key=str) == [PhoneTaken] * 5 + [type(None)] or answers.count(None) == 1
    assert await pool.fetchval("SELECT count(*) FROM identity WHERE kind = 'phone'") == 1


async def test_a_cipher_that_was_moved_to_another_row_does_not_open(pool: Pool) -> None:
    vault, members = new_vault(), await add_members(pool, 2)
    for member_id, name in zip(members, ("张小红", "李四"), strict=True):
        await set_personal(pool, vault, member_id, real_name=name)
    await pool.execute(
        "UPDATE personal SET cipher = (SELECT cipher FROM personal WHERE member_id = $2) WHERE member_id = $1", *members
    )

    with pytest.raises(Unreadable):
        await own_values(pool, vault, members[0])


async def test_while_index_keys_change_a_number_stays_one_member(pool: Pool) -> None:
    old = PersonalKeys.new()
    both = old.with_new(Purpose.INDEX, LONG_AGO.replace(year=2001))
    before, during = Vault(lambda _: old, lambda: THEN), Vault(lambda _: both, lambda: THEN)
    first = await known(pool, before)

    assert await known(pool, during) == first
    newcomers = await asyncio.gather(*(known(pool, during, "13711111111") for _ in range(8)))
    assert len(set(newcomers)) == 1
    assert await pool.fetchval("SELECT count(DISTINCT index_key) FROM personal") == 2
