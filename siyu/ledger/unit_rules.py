"""Units that the shop adds, and its rules for each."""

import re
from collections.abc import Mapping

from siyu.db import Connection, Pool
from siyu.errors import InvalidInput, NotFound, Problem
from siyu.inputs import check_text
from siyu.ledger.purposes import Purpose, shop_account_id
from siyu.sdk.caps import UNIT_LENGTH_MAX

# As long as the name of a cap leaves room for.
KEY = re.compile(rf"[a-z][a-z0-9_]{{0,{UNIT_LENGTH_MAX - 1}}}")
TITLE_LENGTH_MAX = 32
# All of them are read with every batch of facts.
UNITS_MAX = 32
LIMIT_MAX = 1_000_000_000_000

# Campaigns that are being created wait, and then find the unit; those that are there get an account here.
LOCK = "LOCK TABLE campaign IN SHARE ROW EXCLUSIVE MODE"
INSERT = """
INSERT INTO unit (key, title_zh, title_en) SELECT $1, $2, $3 WHERE (SELECT count(*) FROM unit) < $4
"""
OPEN_CAMPAIGNS = "INSERT INTO account (id, campaign_id, unit) SELECT gen_random_uuid(), id, $1 FROM campaign"
OPEN_PURPOSES = """
INSERT INTO account (id, purpose, unit) SELECT id, purpose, $3 FROM unnest($1::uuid[], $2::text[]) AS own (id, purpose)
"""

UPDATE = """
UPDATE unit SET shortfall = coalesce($2, shortfall), has_debts = has_debts OR coalesce($2 = 'debt', false),
                adjust_limit = coalesce($3, adjust_limit), payout_min = coalesce($4, payout_min)
WHERE key = $1
"""


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
        await connection.execute(LOCK)
        known = await connection.fetchrow("SELECT title_zh, title_en FROM unit WHERE key = $1", key)
        if known is None:
            await _open(connection, key, titles)
        elif tuple(known) != titles:
            raise InvalidInput([Problem(("key",), "is another unit's")])


async def set_rules(pool: Pool, key: str, rules: Mapping[str, int | str | None]) -> None:
    """Change `shortfall`, `adjust_limit` and `payout_min`; None stays. Raises InvalidInput and NotFound.

    What was owed under another policy stays owed.
    """
    for name, least in (("adjust_limit", 0), ("payout_min", 1)):
        limit = rules[name]
        if isinstance(limit, int) and not least <= limit <= LIMIT_MAX:
            raise InvalidInput([Problem((name,), f"must be from {least} to {LIMIT_MAX}")])
    arguments = rules["shortfall"], rules["adjust_limit"], rules["payout_min"]
    if await pool.execute(UPDATE, key, *arguments) == "UPDATE 0":
        raise NotFound("there is no such unit")


async def _open(connection: Connection, key: str, titles: tuple[str, ...]) -> None:
    if await connection.execute(INSERT, key, *titles, UNITS_MAX) == "INSERT 0 0":
        raise InvalidInput([Problem(("key",), f"there are {UNITS_MAX} units already")])
    await connection.execute(OPEN_CAMPAIGNS, key)
    ids = [shop_account_id(purpose, key) for purpose in Purpose]
    await connection.execute(OPEN_PURPOSES, ids, [purpose.value for purpose in Purpose], key)
