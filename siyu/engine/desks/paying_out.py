"""Payouts of commission: what a member asks for is taken at once, and comes back once where it is not paid."""

from uuid import UUID

from siyu.engine.desk import Verdict, shop_cause
from siyu.engine.desks.logs import changed, returned, taken
from siyu.engine.desks.spending import unspendable
from siyu.engine.facts import ArrivedFact
from siyu.engine.outcome import Refusal
from siyu.engine.refusals import PAYOUT_STATE, PAYOUT_TOO_SMALL, REFERENCE_USED, TOO_MANY_PAYOUTS
from siyu.engine.scene import Logged
from siyu.engine.world import World
from siyu.ledger import Purpose
from siyu.wallets import Payout

REQUESTED = "payout.requested"
APPROVED = "payout.approved"
REJECTED = "payout.rejected"
PAID = "payout.paid"
FAILED = "payout.failed"
COMMISSION = "commission"
# Of one member, neither paid nor undone: all of them are read with each new one.
PAYOUTS_PENDING_MAX = 10


def request(world: World, arrived: ArrivedFact) -> Verdict:
    """Take `amount_fen` out of the member's commission, for an operator to approve."""
    member_id, amount_fen = arrived.new.member_id, arrived.new.data["amount_fen"]
    refusal = unspendable(world, member_id, COMMISSION, amount_fen)
    if refusal is not None:
        return refusal
    least_fen = world.routes.units[COMMISSION].payout_min
    if amount_fen < least_fen:
        return Refusal(PAYOUT_TOO_SMALL, {"least": least_fen})
    if len(world.wallets.pending_payouts(member_id)) >= PAYOUTS_PENDING_MAX:
        return Refusal(TOO_MANY_PAYOUTS, {"most": PAYOUTS_PENDING_MAX})
    payout = Payout(world.new_id(), member_id, amount_fen, "requested", arrived.new.at)
    world.wallets.payouts.add(payout)
    cause = shop_cause(Purpose.PAYOUT, COMMISSION, arrived)
    world.book.spend(cause, member_id, amount_fen, str(payout.id))
    return taken(COMMISSION, amount_fen, str(payout.id)), changed("payout", payout.id, payout.state)


def approve(world: World, arrived: ArrivedFact) -> Verdict:
    """Let it be paid, unless the member's wallets are frozen."""
    payout = _in_state(world, arrived, "requested")
    if isinstance(payout, Refusal):
        return payout
    refusal = unspendable(world, payout.member_id, COMMISSION, 0)
    if refusal is not None:
        return refusal
    payout.state, payout.approved_by, payout.approved_at = "approved", arrived.new.data["made_by"], arrived.new.at
    return (_changed(world, payout),)


def pay(world: World, arrived: ArrivedFact) -> Verdict:
    """Note that an approved payout was paid, under a reference that no other one has."""
    payout, reference = _in_state(world, arrived, "approved"), arrived.new.data["reference"]
    if isinstance(payout, Refusal):
        return payout
    if reference in world.wallets.paid:
        return Refusal(REFERENCE_USED, {"reference": reference})
    world.wallets.paid.add(reference)
    payout.reference = reference
    return (_end(world, arrived, payout, "paid"),)


def reject(world: World, arrived: ArrivedFact) -> Verdict:
    """Give back what was requested."""
    payout = _in_state(world, arrived, "requested")
    return payout if isinstance(payout, Refusal) else undo(world, arrived, payout, "rejected", arrived.new.data["note"])


def fail(world: World, arrived: ArrivedFact) -> Verdict:
    """Give back what was approved and could not be paid."""
    payout = _in_state(world, arrived, "approved")
    return payout if isinstance(payout, Refusal) else undo(world, arrived, payout, "failed", arrived.new.data["note"])


def undo(world: World, arrived: ArrivedFact, payout: Payout, state: str, note: str) -> tuple[Logged, ...]:
    """Give back what a payout took."""
    cause, reference = shop_cause(Purpose.PAYOUT, COMMISSION, arrived), str(payout.id)
    back = world.book.unspend(cause, payout.member_id, payout.amount_fen, reference)
    assert back == payout.amount_fen, f"payout {payout.id} gave back {back} of {payout.amount_fen}"  # noqa: S101 - an invariant
    payout.note = note
    return returned(COMMISSION, back, back, reference), _end(world, arrived, payout, state)


def _in_state(world: World, arrived: ArrivedFact, state: str) -> Payout | Refusal:
    payout = world.wallets.payouts.get(UUID(arrived.new.data["payout"]))
    if payout is None or payout.member_id != arrived.new.member_id:
        return Refusal(PAYOUT_STATE, {"state": "none"})
    return payout if payout.state == state else Refusal(PAYOUT_STATE, {"state": payout.state})


def _end(world: World, arrived: ArrivedFact, payout: Payout, state: str) -> Logged:
    # Who cancels what a member forfeits stands in that fact, too.
    payout.state, payout.ended_by, payout.ended_at = state, arrived.new.data["made_by"], arrived.new.at
    return _changed(world, payout)


def _changed(world: World, payout: Payout) -> Logged:
    world.wallets.payouts.change(payout)
    return changed("payout", payout.id, payout.state)
