"""The effect that asks the shop to pay back: `Refund`."""

from siyu.engine.scene import Logged, Scene, is_amount, is_text
from siyu.engine.scheduling import asked_for, depth_of, happened_at
from siyu.orders import ORDER_NUMBER_LENGTH_MAX
from siyu.sdk import Refund
from siyu.sdk.core_facts import REFUND_REQUESTED


def check_refund(scene: Scene, effect: Refund) -> bool:
    """Whether there can be such an order and such an amount, and the reason is declared.

    Whose order it is, is looked at when the fact is entered that this asks for: the order is read with that one.
    """
    named = is_text(effect.order, ORDER_NUMBER_LENGTH_MAX) and effect.reason in scene.campaign.type.refunds
    return named and is_amount(effect.amount_fen)


def refund(scene: Scene, effect: Refund) -> Logged:
    """Ask for the fact."""
    data = {"order": effect.order, "amount_fen": effect.amount_fen, "reason": effect.reason}
    # No campaign hears it, so it makes the chain of facts no longer.
    member_id, depth = scene.fact.member_id, depth_of(scene)
    fact = asked_for(scene, REFUND_REQUESTED, member_id, data, None, depth, happened_at(scene))
    scene.world.pending.emit(fact)
    return {"kind": "refund", **data, "pending": str(fact.id)}
