"""The shop's terms of its units: what stays, and two admins at once."""

import asyncio

from siyu.db import Pool, open_database
from siyu.ledger import Shortfall
from siyu.ledger.expiry import ExpiryPolicy, PeriodEnd
from siyu.ledger.unit_service import update_unit

WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
WAIT_S_MAX = 60
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
        # Not by this connection: a transaction goes on seeing who was waiting when it first looked.
        async with asyncio.timeout(WAIT_S_MAX):
            while not await pool.fetchval(WAITING):
                await asyncio.sleep(0.01)
        await first.commit()
        changed = await second

    assert (changed.shortfall, changed.adjust_limit) == (Shortfall.WRITE_OFF, 5)
    stored = await pool.fetchrow("SELECT shortfall, adjust_limit FROM unit WHERE key = 'points'")
    assert tuple(stored or ()) == ("write_off", 5)
