"""unitUpdate: for operators."""

import strawberry

from schema.context import Info
from schema.errors import MENDABLE, UserError, user_errors
from schema.fields import field_for
from schema.permissions import ForOperators
from schema.types.enums import WalletUnit
from schema.types.unit import ExpiryEnd, Unit
from siyu.errors import InvalidInput, Problem
from siyu.ledger.expiry import MONTHS_MAX, ExpiryPolicy
from siyu.ledger.unit_service import set_expiry, units


@strawberry.input
class ExpiryInput:
    """How long value lasts: so many months (0 to 1,200), and then until the period of that day is over."""

    months: int
    until: ExpiryEnd


@strawberry.input
class UnitUpdateInput:
    """The terms of a unit for what is given from now on; without `expiry` it never expires."""

    unit: WalletUnit
    expiry: ExpiryInput | None = None
    warning_days: int | None = None


@strawberry.type
class UnitUpdatePayload:
    """The unit as it is now; null where nothing was changed."""

    unit: Unit | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.type
class UnitMutations:
    """What is changed about units."""

    @field_for(ForOperators, "Set when value of a unit expires. What was given before keeps its time.")
    async def unit_update(self, info: Info, input: UnitUpdateInput) -> UnitUpdatePayload:
        pool, key = info.context.pool, input.unit.value
        try:
            await set_expiry(pool, key, _policy(input.expiry), input.warning_days)
        except MENDABLE as error:
            return UnitUpdatePayload(user_errors=user_errors(error))
        return UnitUpdatePayload(unit=next(Unit(row=row) for row in await units(pool) if row.key == key))


def _policy(expiry: ExpiryInput | None) -> ExpiryPolicy | None:
    """Raises InvalidInput for one that cannot be."""
    if expiry is None:
        return None
    try:
        return ExpiryPolicy(expiry.months, expiry.until)
    except ValueError as error:
        problem = f"must be 0 to {MONTHS_MAX}, and at least 1 until the end of a day"
        raise InvalidInput([Problem(("expiry", "months"), problem)]) from error
