"""What a thousand of a unit, or of a reward, cost the shop: presets, and what operators say."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from siyu.db import Connection, Pool
from siyu.errors import InvalidInput, Problem
from siyu.inputs import check_text

UNIT, REWARD = "unit", "reward"
KEY_LENGTH_MAX = 64
# A hundred thousand yuan for one.
FEN_PER_THOUSAND_MAX = 100_000_000_000

# A hundred points for a yuan is usual; growth buys nothing. Commission is money, whose rate nobody sets.
PRESET: Mapping[tuple[str, str], int] = {(UNIT, "points"): 1_000, (UNIT, "growth"): 0}
MONEY: Mapping[tuple[str, str], int] = {(UNIT, "commission"): 1_000}

LOAD = "SELECT kind, key, fen_per_thousand FROM value_cost"
SET = """
INSERT INTO value_cost (kind, key, fen_per_thousand, made_at, made_by) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (kind, key) DO UPDATE SET (fen_per_thousand, made_at, made_by)
    = ROW (EXCLUDED.fen_per_thousand, EXCLUDED.made_at, EXCLUDED.made_by)
"""
KNOWN = {UNIT: "SELECT EXISTS (SELECT FROM unit WHERE key = $1)", REWARD: "SELECT $1::text IS NOT NULL"}


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate as operators see it."""

    kind: str
    key: str
    fen_per_thousand: int


async def load_rates(connection: Connection | Pool) -> Mapping[tuple[str, str], int]:
    """All rates, by kind and key."""
    said = {(row[0], row[1]): row[2] for row in await connection.fetch(LOAD)}
    return {**PRESET, **said, **MONEY}


async def set_rate(pool: Pool, rate: Rate, now: datetime, made_by: str) -> None:
    """Say what a thousand cost; figures of any time count by it from now on. Raises InvalidInput."""
    key = check_text(rate.key, ("key",), KEY_LENGTH_MAX)
    if not 0 <= rate.fen_per_thousand <= FEN_PER_THOUSAND_MAX:
        raise InvalidInput([Problem(("fen_per_thousand",), f"must be from 0 to {FEN_PER_THOUSAND_MAX}")])
    if (rate.kind, key) in MONEY:
        raise InvalidInput([Problem(("key",), "is money, and costs what it is")])
    if not await pool.fetchval(KNOWN[rate.kind], key):
        raise InvalidInput([Problem(("key",), "there is no such unit")])
    await pool.execute(SET, rate.kind, key, rate.fen_per_thousand, now, made_by)
