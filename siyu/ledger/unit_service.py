"""The shop's terms of its units: read and set."""

from dataclasses import dataclass

from siyu.db import Pool
from siyu.errors import InvalidInput, Problem
from siyu.ledger.expiry import ExpiryPolicy, PeriodEnd

WARNING_DAYS_MAX = 366

LIST = "SELECT key, title_zh, title_en, expiry_months, expiry_until, warning_days FROM unit ORDER BY key"

# What was given before keeps its lot, so a unit that ever expired has lots for good.
SET_EXPIRY = """
UPDATE unit SET expiry_months = $2, expiry_until = $3::text, warning_days = $4,
    has_lots = has_lots OR $3::text IS NOT NULL
WHERE key = $1
"""


@dataclass(frozen=True, slots=True)
class UnitRow:
    """A unit of value; `expiry` is None where it never expires, `warning_days` where nobody is warned."""

    key: str
    title_zh: str
    title_en: str
    expiry: ExpiryPolicy | None
    warning_days: int | None


async def units(pool: Pool) -> list[UnitRow]:
    """All units, by key."""
    rows = await pool.fetch(LIST)
    return [UnitRow(*row[:3], _policy(row[3], row[4]), row[5]) for row in rows]


async def set_expiry(pool: Pool, key: str, policy: ExpiryPolicy | None, warning_days: int | None) -> None:
    """Let what is given from now on expire by this policy, or never. Raises InvalidInput.

    What was given before expires when it was to. Members are warned `warning_days` before, those of a lot at once.
    """
    if warning_days is not None and (policy is None or not 1 <= warning_days <= WARNING_DAYS_MAX):
        raise InvalidInput([Problem(("warning_days",), f"must be 1 to {WARNING_DAYS_MAX}, of a unit that expires")])
    months, until = (policy.months, policy.until.value) if policy is not None else (None, None)
    if await pool.execute(SET_EXPIRY, key, months, until, warning_days) != "UPDATE 1":
        raise InvalidInput([Problem(("unit",), "there is no such unit")])


def _policy(months: int | None, until: str | None) -> ExpiryPolicy | None:
    return None if months is None else ExpiryPolicy(months, PeriodEnd(until))
