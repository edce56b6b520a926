"""unitCreate and unitUpdate: for admins."""

import strawberry

from schema.context import Info
from schema.errors import MENDABLE, UserError, user_errors
from schema.fields import field_for
from schema.permissions import ForAdmins
from schema.scalars import BigInt, WalletUnit
from schema.types.unit import Unit
from siyu.errors import InvalidInput, Problem
from siyu.ledger import Shortfall
from siyu.ledger.expiry import MONTHS_MAX, ExpiryPolicy, PeriodEnd
from siyu.ledger.unit_service import UnitChanges, create_unit, units, update_unit


@strawberry.input
class UnitCreateInput:
    """A unit that the shop adds. It stays for ever."""

    key: WalletUnit
    title_zh: str
    title_en: str


@strawberry.input
class ExpiryInput:
    """How long value lasts: so many months (0 to 1,200), and then until the period of that day is over."""

    months: int
    until: PeriodEnd


@strawberry.input
class UnitUpdateInput:
    """The terms of a unit for what is given from now on; what is left out stays."""

    unit: WalletUnit
    expiry: ExpiryInput | None = strawberry.field(default=strawberry.UNSET, description="Null: it never expires.")
    warning_days: int | None = strawberry.field(default=strawberry.UNSET, description="Null: nobody is warned.")
    shortfall: Shortfall | None = None
    adjust_limit: BigInt | None = None
    payout_min: BigInt | None = None


@strawberry.type
class UnitPayload:
    """The unit as it is now, null where nothing was done; not a type of the schema itself."""

    unit: Unit | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.type
class UnitCreatePayload(UnitPayload):
    """The new unit."""


@strawberry.type
class UnitUpdatePayload(UnitPayload):
    """The unit as it is now; null where nothing was changed."""


@strawberry.type
class UnitMutations:
    """The shop's units."""

    @field_for(ForAdmins, "Add a unit of value. Safe to repeat: a key has one unit, whose titles stay.")
    async def unit_create(self, info: Info, input: UnitCreateInput) -> UnitCreatePayload:
        info.context.loaders.forget()
        try:
            await create_unit(info.context.pool, input.key, input.title_zh, input.title_en)
        except MENDABLE as error:
            return UnitCreatePayload(user_errors=user_errors(error))
        made = next(row for row in await units(info.context.pool) if row.key == input.key)
        return UnitCreatePayload(unit=Unit(row=made))

    @field_for(
        ForAdmins,
        "Change the shop's terms for a unit: when it expires, what becomes of a reversal whose value is spent, how "
        "much operators adjust alone, the least payout. What was given or is owed keeps its terms. Safe to repeat.",
    )
    async def unit_update(self, info: Info, input: UnitUpdateInput) -> UnitUpdatePayload:
        info.context.loaders.forget()
        try:
            row = await update_unit(info.context.pool, input.unit, _changes(input))
        except MENDABLE as error:
            return UnitUpdatePayload(user_errors=user_errors(error))
        return UnitUpdatePayload(unit=Unit(row=row))


def _changes(given: UnitUpdateInput) -> UnitChanges:
    """What was said. Raises InvalidInput."""
    changes = UnitChanges()
    if given.expiry is not strawberry.UNSET:
        changes["expiry"] = _policy(given.expiry)
    if given.warning_days is not strawberry.UNSET:
        changes["warning_days"] = given.warning_days
    if given.shortfall is not None:
        changes["shortfall"] = given.shortfall
    if given.adjust_limit is not None:
        changes["adjust_limit"] = given.adjust_limit
    if given.payout_min is not None:
        changes["payout_min"] = given.payout_min
    return changes


def _policy(expiry: ExpiryInput | None) -> ExpiryPolicy | None:
    """Raises InvalidInput for one that cannot be."""
    if expiry is None:
        return None
    try:
        return ExpiryPolicy(expiry.months, expiry.until)
    except ValueError as error:
        problem = f"must be 0 to {MONTHS_MAX}, and at least 1 until the end of a day"
        raise InvalidInput([Problem(("expiry", "months"), problem)]) from error
