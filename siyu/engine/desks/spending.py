"""Value that a member spends in the shop itself, and what the shop gives back of it."""

from siyu.engine.desk import Verdict, shop_cause
from siyu.engine.facts import ArrivedFact
from siyu.engine.outcome import Refusal
from siyu.engine.refusals import NOT_ENOUGH, NOTHING_TO_RETURN
from siyu.engine.world import World
from siyu.ledger import Purpose

SPENT = "value.spent"
RETURNED = "value.returned"


def spend(world: World, arrived: ArrivedFact) -> Verdict:
    """Take `amount` of `unit` for `reference`, whole or not at all."""
    member_id, data = arrived.new.member_id, arrived.new.data
    unit, amount, reference = data["unit"], data["amount"], data["reference"]
    balance = world.book.balance(member_id, unit)
    if balance < amount:
        return Refusal(NOT_ENOUGH, {"unit": unit, "balance": balance, "missing": amount - balance})
    world.book.spend(shop_cause(Purpose.SPENDING, unit, arrived), member_id, amount, reference)
    return ({"kind": "spend", "unit": unit, "amount": amount, "reference": reference},)


def give_back(world: World, arrived: ArrivedFact) -> Verdict:
    """Give back at most `amount` of what was spent for `reference`, and no more than is left of it."""
    member_id, data = arrived.new.member_id, arrived.new.data
    unit, amount, reference = data["unit"], data["amount"], data["reference"]
    cause = shop_cause(Purpose.SPENDING, unit, arrived)
    returned = world.book.unspend(cause, member_id, amount, reference)
    if not returned:
        return Refusal(NOTHING_TO_RETURN, {"unit": unit, "reference": reference})
    log = {"kind": "reverse", "of": "spend", "unit": unit, "amount": returned, "asked": amount, "reference": reference}
    return (log,)
