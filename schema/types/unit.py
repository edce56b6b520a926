"""Units of value."""

import strawberry

from schema.scalars import BigInt, WalletUnit
from siyu.ledger import Shortfall
from siyu.ledger.unit_queries import UnitRow

strawberry.enum(Shortfall, name="UnitShortfall")


@strawberry.type(description="What wallets hold, and the shop's rules for it.")
class Unit:
    """A unit as a GraphQL object."""

    key: WalletUnit
    title_zh: str
    title_en: str
    shortfall: Shortfall = strawberry.field(
        description="What becomes of a reversal whose value is spent: it is left to the member, is their debt, which "
        "later grants repay first, or is written off by the shop."
    )
    adjust_limit: BigInt = strawberry.field(description="What an operator may adjust of a wallet in 24 hours alone.")
    payout_min: BigInt = strawberry.field(description="The least that is paid out at once; of commission alone.")


def unit_object(row: UnitRow) -> Unit:
    """A unit."""
    return Unit(
        key=WalletUnit(row.key),
        title_zh=row.title_zh,
        title_en=row.title_en,
        shortfall=row.shortfall,
        adjust_limit=BigInt(row.adjust_limit),
        payout_min=BigInt(row.payout_min),
    )
