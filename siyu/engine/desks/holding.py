"""Holds of a member's own value: kept for something, then spent in whole or part, given back, or timed out."""

from datetime import timedelta
from uuid import UUID

from siyu.engine.desk import Verdict, shop_cause
from siyu.engine.desks.logs import changed, returned, taken
from siyu.engine.desks.spending import unspendable
from siyu.engine.facts import ArrivedFact
from siyu.engine.outcome import Refusal
from siyu.engine.refusals import HOLD_ENDED, HOLD_TOO_SMALL, REFERENCE_USED, TOO_MANY_HOLDS
from siyu.engine.scene import Logged
from siyu.engine.world import World
from siyu.ledger import Purpose
from siyu.wallets import ValueHold

HELD = "value.held"
POSTED = "value.posted"
VOIDED = "value.voided"
TIMED_OUT = "value.timed_out"
# Open ones of one member: all of them are read with each new one.
HOLDS_OPEN_MAX = 100


def hold(world: World, arrived: ArrivedFact) -> Verdict:
    """Keep `amount` of `unit` for `reference`, for which nothing was held before."""
    member_id, data = arrived.new.member_id, arrived.new.data
    unit, amount, reference = data["unit"], data["amount"], data["reference"]
    refusal = unspendable(world, member_id, unit, amount)
    if refusal is not None:
        return refusal
    if world.wallets.is_used(member_id, unit, reference):
        return Refusal(REFERENCE_USED, {"reference": reference})
    if len(world.wallets.open_holds(member_id)) >= HOLDS_OPEN_MAX:
        return Refusal(TOO_MANY_HOLDS, {"most": HOLDS_OPEN_MAX})
    world.book.spend(shop_cause(Purpose.SPENDING, unit, arrived), member_id, amount, reference)
    until = arrived.new.at + timedelta(seconds=data["lasts_s"])
    held = ValueHold(world.new_id(), member_id, unit, amount, reference, "open", 0, arrived.new.at, until)
    world.wallets.holds.add(held)
    return taken(unit, amount, reference), changed("hold", held.id, held.state)


def post(world: World, arrived: ArrivedFact) -> Verdict:
    """Spend `amount` of what is held, all of it by default, and give back the rest."""
    held, amount = _open(world, arrived), arrived.new.data.get("amount")
    if isinstance(held, Refusal):
        return held
    if held.expires_at <= arrived.new.at:
        return Refusal(HOLD_ENDED, {"state": "timed_out"})
    if amount is not None and amount > held.amount:
        return Refusal(HOLD_TOO_SMALL, {"held": held.amount})
    held.posted = held.amount if amount is None else amount
    return end(world, arrived, held, "posted")


def void(world: World, arrived: ArrivedFact) -> Verdict:
    """Give back all that is held."""
    held = _open(world, arrived)
    return held if isinstance(held, Refusal) else end(world, arrived, held, "void")


def time_out(world: World, arrived: ArrivedFact) -> Verdict:
    """Give back what is held for too long."""
    held = _open(world, arrived)
    if isinstance(held, Refusal):
        return held
    if held.expires_at > arrived.new.at:
        return Refusal(HOLD_ENDED, {"state": held.state})
    return end(world, arrived, held, "timed_out")


def end(world: World, arrived: ArrivedFact, held: ValueHold, state: str) -> tuple[Logged, ...]:
    """Give back what is not posted of an open hold."""
    rest = held.amount - held.posted
    logs: list[Logged] = []
    if rest:
        cause = shop_cause(Purpose.SPENDING, held.unit, arrived)
        back = world.book.unspend(cause, held.member_id, rest, held.reference)
        assert back == rest, f"hold {held.id} keeps {held.amount}, of which {back} came back"  # noqa: S101 - an invariant
        logs.append(returned(held.unit, back, rest, held.reference))
    held.state, held.ended_at = state, arrived.new.at
    world.wallets.holds.change(held)
    return *logs, changed("hold", held.id, state)


def _open(world: World, arrived: ArrivedFact) -> ValueHold | Refusal:
    held = world.wallets.holds.get(UUID(arrived.new.data["hold"]))
    if held is None or held.member_id != arrived.new.member_id:
        return Refusal(HOLD_ENDED, {"state": "none"})
    return held if held.state == "open" else Refusal(HOLD_ENDED, {"state": held.state})
