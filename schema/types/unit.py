"""Units of value: what each is called and when it expires."""

import strawberry

from schema.context import Info
from schema.fields import field
from schema.types.enums import WalletUnit
from siyu.ledger.expiry import PeriodEnd
from siyu.ledger.unit_service import UnitRow
from siyu.sdk import Text

ExpiryEnd = strawberry.enum(
    PeriodEnd,
    name="ExpiryEnd",
    description="With what value expires: its day, or when its month, quarter or year ends.",
)


@strawberry.type(description="How long value lasts: so many months, and then until the period of that day is over.")
class Expiry:
    """A policy as a GraphQL object."""

    months: int
    until: ExpiryEnd


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
