"""unitCreate and unitRulesUpdate: for admins."""

import strawberry

from schema.context import Info
from schema.errors import MENDABLE, UserError, user_errors
from schema.fields import field_for
from schema.permissions import ForAdmins
from schema.scalars import BigInt, WalletUnit
from schema.types.unit import Unit
from siyu.ledger import Shortfall
from siyu.ledger.unit_rules import create_unit, set_rules


@strawberry.input
class UnitCreateInput:
    """A unit that the shop adds. It stays for ever."""

    key: WalletUnit
    title_zh: str
    title_en: str


@strawberry.input
class UnitRulesUpdateInput:
    """What is to change; what is left out stays."""

    unit: WalletUnit
    shortfall: Shortfall | None = None
    adjust_limit: BigInt | None = None
    payout_min: BigInt | None = None


@strawberry.type
class UnitPayload:
    """The unit as it is now; not a type of the schema itself."""

    unit: Unit | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.type
class UnitCreatePayload(UnitPayload):
    """The new unit."""


@strawberry.type
class UnitRulesUpdatePayload(UnitPayload):
    """The unit as it is now."""


@strawberry.type
class UnitRuleMutations:
    """The shop's units."""

    @field_for(ForAdmins, "Add a unit of value. Safe to repeat: a key has one unit, whose titles stay.")
    async def unit_create(self, info: Info, input: UnitCreateInput) -> UnitCreatePayload:
        try:
            await create_unit(info.context.pool, input.key, input.title_zh, input.title_en)
        except MENDABLE as error:
            return UnitCreatePayload(user_errors=user_errors(error))
        return UnitCreatePayload(unit=await _unit(info, input.key))

    @field_for(ForAdmins, "Change the shop's rules for a unit. Safe to repeat.")
    async def unit_rules_update(self, info: Info, input: UnitRulesUpdateInput) -> UnitRulesUpdatePayload:
        shortfall = input.shortfall.value if input.shortfall else None
        rules = {"shortfall": shortfall, "adjust_limit": input.adjust_limit, "payout_min": input.payout_min}
        try:
            await set_rules(info.context.pool, input.unit, rules)
        except MENDABLE as error:
            return UnitRulesUpdatePayload(user_errors=user_errors(error))
        return UnitRulesUpdatePayload(unit=await _unit(info, input.unit))


async def _unit(info: Info, key: str) -> Unit | None:
    info.context.loaders.forget()
    rows = await info.context.loaders.units.load(None)
    return next((Unit(row=row) for row in rows if row.key == key), None)
