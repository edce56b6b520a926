"""Revelations: nobody sees anything without a row that says who, whom and why."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg
import pytest

from siyu.db import Pool
from siyu.errors import InvalidInput, NotFound
from siyu.ids import new_id
from siyu.members.service import member_known_by
from siyu.privacy import PersonalField, Vault
from siyu.privacy.revealing import (
    REVEALED_MAX,
    REVEALED_WITHIN,
    TooManyRevelations,
    Wish,
    reveal,
    revelation_page,
)
from tests.factories import LONG_AGO, add_members, new_vault

NOW = datetime(2026, 11, 21, 4, tzinfo=UTC)
PHONE, NAME = PersonalField.PHONE, PersonalField.REAL_NAME
WHY = "the parcel came back"


def wish(member_id: UUID, *fields: PersonalField, reason: str = WHY, by: str = "operator/lin") -> Wish:
    """Lin has to see it."""
    return Wish(member_id, fields or (PHONE,), reason, by)


@pytest.fixture
def vault() -> Vault:
    """The shop's keys."""
    return new_vault()


async def test_what_is_shown_leaves_a_row(pool: Pool, vault: Vault) -> None:
    member_id = await member_known_by(pool, "phone", "13812345678", LONG_AGO, vault)

    assert await reveal(pool, vault, wish(member_id), NOW) == {PHONE: "+8613812345678"}
    assert await reveal(pool, vault, wish(member_id, NAME), NOW) == {}
    rows = (await revelation_page(pool, member_id, 10)).rows
    assert [(row.fields, row.reason, row.revealed_by, row.at) for row in rows] == [
        (["real_name"], WHY, "operator/lin", NOW),
        (["phone"], WHY, "operator/lin", NOW),
    ]
    with pytest.raises(asyncpg.RaiseError, match="kept as they are"):
        await pool.execute("DELETE FROM revelation")


@pytest.mark.parametrize(
    ("reason", "fields"), [("short", (PHONE,)), ("x" * 501, (PHONE,)), ("a\0 bad reason", (PHONE,))], ids=range(3)
)
async def test_without_a_reason_nothing_is_shown(
    pool: Pool, vault: Vault, reason: str, fields: tuple[PersonalField, ...]
) -> None:
    [member_id] = await add_members(pool, 1)

    with pytest.raises(InvalidInput):
        await reveal(pool, vault, wish(member_id, *fields, reason=reason), NOW)
    with pytest.raises(InvalidInput):
        await reveal(pool, vault, Wish(member_id, (), WHY, "operator/lin"), NOW)
    with pytest.raises(NotFound):
        await reveal(pool, vault, wish(new_id()), NOW)
    assert await pool.fetchval("SELECT count(*) FROM revelation") == 0


async def test_within_an_hour_one_sees_so_much_and_no_more(pool: Pool, vault: Vault) -> None:
    [member_id] = await add_members(pool, 1)
    await pool.execute(
        "INSERT INTO revelation SELECT gen_random_uuid(), $1, '{phone}', $2, 'operator/lin', $3 "
        "FROM generate_series(2, $4)",
        member_id,
        WHY,
        NOW,
        REVEALED_MAX,
    )
    answers = await asyncio.gather(
        *(reveal(pool, vault, wish(member_id), NOW) for _ in range(5)), return_exceptions=True
    )

    assert sorted(str(type(answer).__name__) for answer in answers) == [*["TooManyRevelations"] * 4, "dict"]
    await reveal(pool, vault, wish(member_id, by="operator/wang"), NOW)
    await reveal(pool, vault, wish(member_id), NOW + REVEALED_WITHIN + timedelta(seconds=1))
    assert issubclass(TooManyRevelations, Exception)
