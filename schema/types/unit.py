"""Units of value: what each is called and when it expires."""

import strawberry

from schema.context import Info
from schema.errors import invalid_argument
from schema.fields import field
from schema.scalars import BigInt, WalletUnit
from siyu.ledger import UNITS, Shortfall
from siyu.ledger.expiry import PeriodEnd
from siyu.ledger.unit_service import UnitRow
from siyu.sdk import Text

strawberry.enum(
    PeriodEnd,
    name="ExpiryEnd",
    description="With what value expires: its day, or when its month, quarter or year ends.",
)


strawberry.enum(Shortfall, name="UnitShortfall")


@strawberry.type(description="How long value lasts: so many months, and then until the period of that day is over.")
class Expiry:
    """A policy as a GraphQL object."""

    months: int
    until: PeriodEnd


@strawberry.type(description="A unit of value and the shop's terms for it.")
class Unit:
    """A unit as a GraphQL object."""

    row: strawberry.Private[UnitRow]

    @strawberry.field
    def unit(self) -> WalletUnit:
        return WalletUnit(self.row.key)

    @field("In your language.")
    def title(self, info: Info) -> str:
        return Text(zh=self.row.title_zh, en=self.row.title_en).in_language(info.context.language)

    @field("What is given now expires by it; null: never.")
    def expiry(self) -> Expiry | None:
        policy = self.row.expiry
        return None if policy is None else Expiry(months=policy.months, until=policy.until)

    @field("How many days before members are warned; null: they are not.")
    def warning_days(self) -> int | None:
        return self.row.warning_days

    @field(
        "What becomes of a reversal whose value is spent: it is left to the member, is their debt, which later grants "
        "repay first, or is written off by the shop."
    )
    def shortfall(self) -> Shortfall:
        return self.row.shortfall

    @field("How much of a wallet an operator may adjust alone in 24 hours.")
    def adjust_limit(self) -> BigInt:
        return BigInt(self.row.adjust_limit)

    @field("The least that is paid out at once; of commission alone.")
    def payout_min(self) -> BigInt:
        return BigInt(self.row.payout_min)


async def known_unit(info: Info, unit: WalletUnit) -> WalletUnit:
    """The unit, if it is one of the shop's. Raises ApiError."""
    # Every shop has the first three: no need to ask.
    if unit not in UNITS and all(known.key != unit for known in await info.context.loaders.units.load(None)):
        raise invalid_argument(f"the shop has no unit {unit.upper()}")
    return unit
