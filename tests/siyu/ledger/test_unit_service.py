"""The shop's terms of its units: what stays, and two admins at once."""

import asyncio

from siyu.db import Pool, open_database
from siyu.ledger import Shortfall
from siyu.ledger.expiry import ExpiryPolicy, PeriodEnd
from siyu.ledger.unit_service import update_unit
from tests.locks import until_waiting

YEAR = ExpiryPolicy(12, PeriodEnd.MONTH)


async def test_a_unit_that_had_lots_and_debts_has_them_for_good(pool: Pool) -> None:
    await update_unit(pool, "points", {"expiry": YEAR, "shortfall": Shortfall.DEBT})
    await update_unit(pool, "points", {"expiry": None, "shortfall": Shortfall.LEFT})

    kept = await pool.fetchrow("SELECT has_lots, has_debts FROM unit WHERE key = 'points'")

    assert tuple(kept or ()) == (True, True)


async def test_what_two_admins_change_at_once_is_both_changed(pool: Pool, database_url: str) -> None:
    async with open_database(database_url, 1) as other, other.acquire() as connection:
        first = connection.transaction()
        await first.start()
        await connection.execute("UPDATE unit SET shortfall = 'write_off' WHERE key = 'points'")
        second = asyncio.create_task(update_unit(pool, "points", {"adjust_limit": 5}))
        await until_waiting(pool)
        await first.commit()
        changed = await second

    assert (changed.shortfall, changed.adjust_limit) == (Shortfall.WRITE_OFF, 5)
    stored = await pool.fetchrow("SELECT shortfall, adjust_limit FROM unit WHERE key = 'points'")
    assert tuple(stored or ()) == ("write_off", 5)
