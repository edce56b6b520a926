"""Value that a member spends in the shop itself, and what the shop gives back of it."""

from uuid import UUID

from siyu.engine.desk import Verdict, shop_cause
from siyu.engine.desks.logs import returned, taken
from siyu.engine.facts import ArrivedFact
from siyu.engine.outcome import Refusal
from siyu.engine.refusals import NOT_ENOUGH, NOTHING_TO_RETURN, UNIT_NOT_FOUND, WALLET_FROZEN
from siyu.engine.world import World
from siyu.ledger import Purpose

SPENT = "value.spent"
RETURNED = "value.returned"


def unspendable(world: World, member_id: UUID, unit: str, amount: int) -> Refusal | None:
    """Why `amount` may not leave the member's wallet now; None where it may."""
    if unit not in world.routes.units:
        return Refusal(UNIT_NOT_FOUND, {"unit": unit})
    if world.wallets.is_frozen(member_id):
        return Refusal(WALLET_FROZEN, {})
    return unaffordable(world, member_id, unit, amount)


def unaffordable(world: World, member_id: UUID, unit: str, amount: int) -> Refusal | None:
    """The refusal of more than the member has."""
    balance = world.book.balance(member_id, unit)
    if balance < amount:
        return Refusal(NOT_ENOUGH, {"unit": unit, "balance": balance, "missing": amount - balance})
    return None


def spend(world: World, arrived: ArrivedFact) -> Verdict:
    """Take `amount` of `unit` for `reference`, whole or not at all."""
    member_id, data = arrived.new.member_id, arrived.new.data
    unit, amount, reference = data["unit"], data["amount"], data["reference"]
    refusal = unspendable(world, member_id, unit, amount)
    if refusal is not None:
        return refusal
    world.book.spend(shop_cause(Purpose.SPENDING, unit, arrived), member_id, amount, reference)
    return (taken(unit, amount, reference),)


def give_back(world: World, arrived: ArrivedFact) -> Verdict:
    """Give back at most `amount` of what was spent for `reference`, no more than is left of it, and nothing of what an
    open hold keeps: that comes back when it ends."""
    member_id, data = arrived.new.member_id, arrived.new.data
    unit, amount, reference = data["unit"], data["amount"], data["reference"]
    cause = shop_cause(Purpose.SPENDING, unit, arrived)
    left = world.book.granted(cause.owner_id, member_id, unit, reference, of="spend")
    spent = (left.amount if left else 0) - world.wallets.kept(member_id, unit, reference)
    back = world.book.unspend(cause, member_id, min(amount, spent), reference) if spent > 0 else 0
    if not back:
        return Refusal(NOTHING_TO_RETURN, {"unit": unit, "reference": reference})
    return (returned(unit, back, amount, reference),)
