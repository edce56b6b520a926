"""What the shop says of each unit of value: what it is called and when it expires."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

import orjson

from siyu.ledger.expiry import ExpiryPolicy, PeriodEnd

# Read with the published campaigns: a trigger counts a change of a unit as one of theirs.
UNITS_AS_JSON = "SELECT json_agg(json_build_array(key, expiry_months, expiry_until, has_lots)) FROM unit"


class UnitTerms(NamedTuple):
    """`expiry` is None where value never expires; `has_lots`: it does, or once did."""

    expiry: ExpiryPolicy | None
    has_lots: bool


NO_UNITS: Mapping[str, UnitTerms] = MappingProxyType({})


def parse_units(text: str) -> Mapping[str, UnitTerms]:
    """The units as the database tells them, by key."""
    units: dict[str, UnitTerms] = {}
    for key, months, until, has_lots in orjson.loads(text):
        units[key] = UnitTerms(None if until is None else ExpiryPolicy(months, PeriodEnd(until)), has_lots)
    return units
