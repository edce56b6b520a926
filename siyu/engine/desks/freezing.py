"""Frozen wallets, out of which nothing goes, and wallets that are emptied for good."""

from siyu.engine.desk import Verdict, shop_cause
from siyu.engine.desks import holding, paying_out
from siyu.engine.desks.logs import changed, taken
from siyu.engine.facts import ArrivedFact
from siyu.engine.outcome import Refusal
from siyu.engine.refusals import PAYOUT_STATE, WALLET_FROZEN, WALLET_NOT_FROZEN
from siyu.engine.scene import Logged
from siyu.engine.world import World
from siyu.ledger import Purpose
from siyu.wallets import Freeze

FROZEN = "wallet.frozen"
UNFROZEN = "wallet.unfrozen"
FORFEITED = "value.forfeited"


def freeze(world: World, arrived: ArrivedFact) -> Verdict:
    """Let nothing out of the member's wallets from now on; grants still come in."""
    member_id, data = arrived.new.member_id, arrived.new.data
    if world.wallets.is_frozen(member_id):
        return Refusal(WALLET_FROZEN, {})
    begun = Freeze(world.new_id(), member_id, data["reason"], data["made_by"], arrived.new.at)
    world.wallets.freezes.add(begun)
    return (changed("freeze", begun.id, "frozen"),)


def unfreeze(world: World, arrived: ArrivedFact) -> Verdict:
    """End the freeze."""
    data, begun = arrived.new.data, world.wallets.freeze_of(arrived.new.member_id)
    if begun is None:
        return Refusal(WALLET_NOT_FROZEN, {})
    begun.lifted_by, begun.lifted_at, begun.lifted_for = data["made_by"], arrived.new.at, data["reason"]
    world.wallets.freezes.change(begun)
    return (changed("freeze", begun.id, "lifted"),)


def forfeit(world: World, arrived: ArrivedFact) -> Verdict:
    """Book out all that the member can spend, frozen or not; holds end before, and payouts that nobody has approved.

    One that is approved may be paid already: it has to end first.
    """
    member_id, data = arrived.new.member_id, arrived.new.data
    payouts = world.wallets.pending_payouts(member_id)
    if any(payout.state == "approved" for payout in payouts):
        return Refusal(PAYOUT_STATE, {"state": "approved"})
    logs: list[Logged] = []
    for held in world.wallets.open_holds(member_id):
        logs += holding.end(world, arrived, held, "void")
    for payout in payouts:
        logs += paying_out.undo(world, arrived, payout, "rejected", data["reason"])
    for unit in sorted(world.routes.units):
        balance = world.book.balance(member_id, unit)
        if balance:
            world.book.spend(shop_cause(Purpose.ADJUSTMENT, unit, arrived), member_id, balance, None)
            logs.append(taken(unit, balance, None))
    return tuple(logs)
