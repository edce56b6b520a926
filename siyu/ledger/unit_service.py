"""The shop's units of value: listed, added, and its terms for each changed."""

import re
from dataclasses import dataclass, replace
from typing import TypedDict

import asyncpg

from siyu.db import Connection, Pool
from siyu.errors import InvalidInput, NotFound, Problem
from siyu.inputs import check_text
from siyu.ledger.debts import Shortfall
from siyu.ledger.expiry import ExpiryPolicy, PeriodEnd
from siyu.ledger.purposes import Purpose, shop_account_id
from siyu.sdk.caps import UNIT_LENGTH_MAX

# As long as the name of a cap leaves room for.
KEY = re.compile(rf"[a-z][a-z0-9_]{{0,{UNIT_LENGTH_MAX - 1}}}")
TITLE_LENGTH_MAX = 32
# All of them are read with every batch of facts.
UNITS_MAX = 32
LIMIT_MAX = 1_000_000_000_000
WARNING_DAYS_MAX = 366

SELECT = """
SELECT key, title_zh, title_en, expiry_months, expiry_until, warning_days, shortfall, adjust_limit, payout_min FROM unit
"""
LIST = f"{SELECT} ORDER BY key"
LOCK_ONE = f"{SELECT} WHERE key = $1 FOR NO KEY UPDATE"

# Campaigns that are being created wait, and then find the unit; those that are there get an account here.
LOCK_CAMPAIGNS = "LOCK TABLE campaign IN SHARE ROW EXCLUSIVE MODE"
INSERT = """
INSERT INTO unit (key, title_zh, title_en) SELECT $1, $2, $3 WHERE (SELECT count(*) FROM unit) < $4
"""
OPEN_CAMPAIGNS = "INSERT INTO account (id, campaign_id, unit) SELECT gen_random_uuid(), id, $1 FROM campaign"
OPEN_PURPOSES = """
INSERT INTO account (id, purpose, unit) SELECT id, purpose, $3 FROM unnest($1::uuid[], $2::text[]) AS own (id, purpose)
"""

# What was given keeps its lot, and what is owed stays owed: a unit that ever had lots or debts has them for good.
UPDATE = """
UPDATE unit SET expiry_months = $2, expiry_until = $3::text, warning_days = $4, shortfall = $5::text, adjust_limit = $6,
                payout_min = $7, has_lots = has_lots OR $3::text IS NOT NULL, has_debts = has_debts OR $5::text = 'debt'
WHERE key = $1
"""


@dataclass(frozen=True, slots=True)
class UnitRow:
    """A unit of value; `expiry` is None where it never expires, `warning_days` where nobody is warned. The last three
    are as in `siyu.ledger.units`."""

    key: str
    title_zh: str
    title_en: str
    expiry: ExpiryPolicy | None
    warning_days: int | None
    shortfall: Shortfall
    adjust_limit: int
    payout_min: int


class UnitChanges(TypedDict, total=False):
    """What to change of a unit's terms, as in UnitRow; what is left out stays."""

    expiry: ExpiryPolicy | None
    warning_days: int | None
    shortfall: Shortfall
    adjust_limit: int
    payout_min: int


async def units(pool: Pool) -> list[UnitRow]:
    """All units, by key."""
    return [_row(record) for record in await pool.fetch(LIST)]


async def create_unit(pool: Pool, key: str, title_zh: str, title_en: str) -> None:
    """Add a unit, with an account of every campaign and purpose. Nothing happens where it is there under these titles.

    Raises InvalidInput for a key that is no key or another unit's, and for a unit too many.
    """
    if not KEY.fullmatch(key):
        raise InvalidInput(
            [Problem(("key",), f"must have 1 to {UNIT_LENGTH_MAX} letters, digits or underscores, a letter first")]
        )
    titles = (
        check_text(title_zh, ("title_zh",), TITLE_LENGTH_MAX),
        check_text(title_en, ("title_en",), TITLE_LENGTH_MAX),
    )
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute(LOCK_CAMPAIGNS)
        known = await connection.fetchrow("SELECT title_zh, title_en FROM unit WHERE key = $1", key)
        if known is None:
            await _open(connection, key, titles)
        elif tuple(known) != titles:
            raise InvalidInput([Problem(("key",), "is another unit's")])


async def update_unit(pool: Pool, key: str, changes: UnitChanges) -> UnitRow:
    """Change the terms of a unit. Raises InvalidInput and NotFound.

    They are those of what is given from now on: what was given before expires when it was to, and what was owed stays
    owed. Members are warned `warning_days` before; where nothing expires any more, nobody is.
    """
    async with pool.acquire() as connection, connection.transaction():
        record = await connection.fetchrow(LOCK_ONE, key)
        if record is None:
            raise NotFound("there is no such unit")
        old = _row(record)
        new = replace(old, **changes)
        if new.expiry is None and "warning_days" not in changes:
            new = replace(new, warning_days=None)
        _check(new)
        # Whatever is written has every process read the campaigns again.
        if new != old:
            policy = (new.expiry.months, new.expiry.until.value) if new.expiry is not None else (None, None)
            limits = new.shortfall.value, new.adjust_limit, new.payout_min
            await connection.execute(UPDATE, key, *policy, new.warning_days, *limits)
    return new


def _check(new: UnitRow) -> None:
    """Raises InvalidInput for terms that cannot be."""
    problems = []
    days = new.warning_days
    if days is not None and (new.expiry is None or not 1 <= days <= WARNING_DAYS_MAX):
        problems.append(Problem(("warning_days",), f"must be 1 to {WARNING_DAYS_MAX}, of a unit that expires"))
    for name, least, limit in (("adjust_limit", 0, new.adjust_limit), ("payout_min", 1, new.payout_min)):
        if not least <= limit <= LIMIT_MAX:
            problems.append(Problem((name,), f"must be from {least} to {LIMIT_MAX}"))
    if problems:
        raise InvalidInput(problems)


async def _open(connection: Connection, key: str, titles: tuple[str, ...]) -> None:
    if await connection.execute(INSERT, key, *titles, UNITS_MAX) == "INSERT 0 0":
        raise InvalidInput([Problem(("key",), f"there are {UNITS_MAX} units already")])
    await connection.execute(OPEN_CAMPAIGNS, key)
    ids = [shop_account_id(purpose, key) for purpose in Purpose]
    await connection.execute(OPEN_PURPOSES, ids, [purpose.value for purpose in Purpose], key)


def _row(record: asyncpg.Record) -> UnitRow:
    key, zh, en, months, until, warning_days, shortfall, *limits = record
    expiry = None if until is None else ExpiryPolicy(months, PeriodEnd(until))
    return UnitRow(key, zh, en, expiry, warning_days, Shortfall(shortfall), *limits)
