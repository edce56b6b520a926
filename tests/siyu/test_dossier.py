"""A dossier has whatever table tells of a member, and nothing of anybody else."""

import json

from siyu.db import Pool
from siyu.dossier import EXCUSED, parts_of_database, read_some
from siyu.engine import running
from siyu.ids import new_id
from tests.factories import add_campaign, add_members, paid, shop_engine, sign
from tests.schema.conftest import NOON

# Whatever has a column for a member, by name or by a foreign key; not asked as the dossier asks.
TELLING = """
SELECT DISTINCT table_name FROM information_schema.columns
WHERE table_schema = 'public' AND column_name = 'member_id'
UNION SELECT DISTINCT conrelid::regclass::text FROM pg_constraint WHERE contype = 'f' AND confrelid = 'member'::regclass
"""
BEHIND = {"decision", "lot", "member", "participation", "transfer"}


async def test_no_table_that_tells_of_a_member_is_forgotten(pool: Pool) -> None:
    telling = {row[0] for row in await pool.fetch(TELLING)}
    parts = {part.table for part in await parts_of_database(pool)}

    assert telling <= parts | EXCUSED.keys()
    assert parts >= BEHIND
    # Nothing is both, and nothing secret.
    assert not parts & EXCUSED.keys()
    assert not parts & {"refresh_token", "api_key", "audit_entry"}


async def test_a_table_of_tomorrow_is_told_without_being_named(pool: Pool) -> None:
    [member] = await add_members(pool, 1)
    await pool.execute("CREATE TABLE tomorrow (owner_id uuid REFERENCES member, note text, secret bytea)")
    await pool.execute("INSERT INTO tomorrow VALUES ($1, 'x', '\\x00')", member)
    told = {part.table: part for part in await read_some(pool, member) or ()}

    assert json.loads(told["tomorrow"].rows[0]) == {"owner_id": str(member), "note": "x"}


async def test_a_member_is_told_what_is_theirs_alone(pool: Pool) -> None:
    member, other = await add_members(pool, 2)
    campaign = await add_campaign(pool, "check_in")
    async with running(shop_engine(pool, clock=lambda: NOON)) as engine:
        for who in (member, other):
            await engine.submit(sign(campaign, who, NOON))
            await engine.submit(paid(who, f"A-{who}", 500, NOON))
    told = {part.table: [json.loads(row) for row in part.rows] for part in await read_some(pool, member) or ()}

    assert {"member", "member_feature", "fact", "decision", "account", "transfer", "participation"} <= told.keys()
    assert [len(told[table]) for table in ("member", "fact", "participation")] == [1, 2, 1]
    assert other.hex not in json.dumps(told).replace("-", "")
    assert "fingerprint" not in told["fact"][0]
    assert await read_some(pool, new_id()) is None
