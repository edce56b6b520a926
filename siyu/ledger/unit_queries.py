"""The shop's units as they are read."""

from dataclasses import dataclass

from siyu.db import Pool
from siyu.ledger.debts import Shortfall

UNITS_MAX = 32

ALL = """
SELECT key, title_zh, title_en, shortfall, adjust_limit, payout_min FROM unit ORDER BY key
"""


@dataclass(frozen=True, slots=True)
class UnitRow:
    """One unit and the shop's rules for it."""

    key: str
    title_zh: str
    title_en: str
    shortfall: Shortfall
    adjust_limit: int
    payout_min: int


async def all_units(pool: Pool) -> list[UnitRow]:
    """The units of the shop, at most UNITS_MAX, by key."""
    rows = await pool.fetch(ALL)
    return [UnitRow(key, zh, en, Shortfall(shortfall), *rest) for key, zh, en, shortfall, *rest in rows]
