"""Value that operators give or take by hand: alone up to the unit's limit, beyond it when a second one agrees."""

from uuid import UUID

from siyu.engine.desk import Verdict, shop_cause
from siyu.engine.desks.logs import changed, given, taken
from siyu.engine.desks.spending import unaffordable
from siyu.engine.facts import ArrivedFact
from siyu.engine.outcome import Refusal
from siyu.engine.refusals import ADJUSTMENT_DECIDED, OWN_ADJUSTMENT, UNIT_NOT_FOUND
from siyu.engine.scene import Logged
from siyu.engine.world import World
from siyu.ledger import Purpose
from siyu.wallets import Adjustment

ADJUSTED = "value.adjusted"
DECIDED = "value.adjustment_decided"


def adjust(world: World, arrived: ArrivedFact) -> Verdict:
    """Give or take at once; or, where it is beyond the limit with what the operator adjusted there lately, ask for a
    second operator's agreement."""
    member_id, data = arrived.new.member_id, arrived.new.data
    unit, amount, made_by = data["unit"], data["amount"], data["made_by"]
    if unit not in world.routes.units:
        return Refusal(UNIT_NOT_FOUND, {"unit": unit})
    refusal = unaffordable(world, member_id, unit, -amount)
    if refusal is not None:
        return refusal
    lately, alone = (made_by, member_id, unit), world.routes.units[unit].adjust_limit
    state = "done" if world.wallets.adjusted[lately] + abs(amount) <= alone else "open"
    asked = Adjustment(world.new_id(), member_id, unit, amount, data["reason"], state, made_by, arrived.new.at)
    world.wallets.adjustments.add(asked)
    if state == "open":
        return (changed("adjustment", asked.id, state),)
    world.wallets.adjusted[lately] += abs(amount)
    return _move(world, arrived, asked)


def decide(world: World, arrived: ArrivedFact) -> Verdict:
    """A second operator's word on an open adjustment. What the member no longer has leaves it open."""
    data = arrived.new.data
    asked = world.wallets.adjustments.get(UUID(data["adjustment"]))
    if asked is None or asked.member_id != arrived.new.member_id or asked.state != "open":
        return Refusal(ADJUSTMENT_DECIDED, {"state": asked.state if asked else "none"})
    if asked.requested_by == data["made_by"]:
        return Refusal(OWN_ADJUSTMENT, {})
    refusal = unaffordable(world, asked.member_id, asked.unit, -asked.amount) if data["approved"] else None
    if refusal is not None:
        return refusal
    asked.state = "approved" if data["approved"] else "rejected"
    asked.decided_by, asked.decided_at, asked.note = data["made_by"], arrived.new.at, data["note"]
    world.wallets.adjustments.change(asked)
    if data["approved"]:
        return _move(world, arrived, asked)
    return (changed("adjustment", asked.id, asked.state),)


def _move(world: World, arrived: ArrivedFact, asked: Adjustment) -> tuple[Logged, ...]:
    cause, noted = shop_cause(Purpose.ADJUSTMENT, asked.unit, arrived), changed("adjustment", asked.id, asked.state)
    if asked.amount > 0:
        repaid = world.book.grant(cause, asked.member_id, asked.amount, None).repaid
        return given(asked.unit, asked.amount, repaid, None), noted
    world.book.spend(cause, asked.member_id, -asked.amount, None)
    return taken(asked.unit, -asked.amount, None), noted
