"""The shop's terms of its units, as each batch of facts reads them."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

import orjson

from siyu.ledger.debts import Shortfall
from siyu.ledger.expiry import ExpiryPolicy, PeriodEnd

# Read with the published campaigns: a trigger counts a change of a unit as one of theirs.
UNITS_AS_JSON = """
SELECT json_agg(json_build_array(key, expiry_months, expiry_until, has_lots, shortfall, has_debts, adjust_limit,
                                 payout_min) ORDER BY key) FROM unit
"""


class UnitTerms(NamedTuple):
    """`expiry` is None where value never expires; `has_lots`: it does, or once did.

    `shortfall` says what becomes of a reversal as far as the value is spent: it is `left`, the member's `debt`, or a
    `write_off`; `has_debts`: it is, or once was, a debt. An operator adjusts up to `adjust_limit` alone; a payout is
    `payout_min` at least.
    """

    expiry: ExpiryPolicy | None
    has_lots: bool
    shortfall: Shortfall
    has_debts: bool
    adjust_limit: int
    payout_min: int


NO_UNITS: Mapping[str, UnitTerms] = MappingProxyType({})


def parse_units(text: str) -> Mapping[str, UnitTerms]:
    """The units as the database tells them, by key."""
    units: dict[str, UnitTerms] = {}
    for key, months, until, has_lots, shortfall, *rest in orjson.loads(text):
        expiry = None if until is None else ExpiryPolicy(months, PeriodEnd(until))
        units[key] = UnitTerms(expiry, has_lots, Shortfall(shortfall), *rest)
    return units
