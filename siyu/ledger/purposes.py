"""The shop's own accounts: what value is for that no campaign gives or takes."""

from enum import Enum
from functools import lru_cache
from uuid import UUID, uuid5

# Every purpose of every unit that a shop may have (siyu.ledger.unit_rules), and some.
REMEMBERED_MAX = 256
SHOP_ACCOUNTS = UUID("0b7c5f6e-9d3a-5f11-8a51-1f2d9e1c7a40")


class Purpose(Enum):
    """What the other side of a member's transfer is. Each has an account of every unit."""

    SPENDING = "spending"
    REDEMPTION = "redemption"
    DELIVERY = "delivery"
    ADJUSTMENT = "adjustment"
    EXPIRY = "expiry"
    WRITE_OFF = "write_off"
    PAYOUT = "payout"
    # Between members that became one: what goes in comes out with the same fact.
    MERGE = "merge"


@lru_cache(REMEMBERED_MAX)
def shop_account_id(purpose: Purpose, unit: str) -> UUID:
    """The id of the account, which follows from what it is for; migrations and new units open it."""
    return uuid5(SHOP_ACCOUNTS, f"{purpose.value}/{unit}")
