"""The effect that asks the shop to pay back: `Refund`."""

from collections.abc import Iterator

from siyu.sdk.core_facts import REFUND_REQUESTED
from siyu.sdk.shop_effects import Refund
from siyu.sdk.testing.bounds import listed, shown, wrong_amount, wrong_text
from siyu.sdk.testing.limits import ORDER_NUMBER_LENGTH_MAX
from siyu.sdk.testing.scene import Logged, Scene
from siyu.sdk.testing.shop import AskedFor


def refund_problems(scene: Scene, effect: Refund) -> Iterator[str]:
    """What can be an order's number, an amount and a declared reason; whose order it is shows when it is entered."""
    yield from wrong_text("order", effect.order, ORDER_NUMBER_LENGTH_MAX)
    yield from wrong_amount(effect.amount_fen, "amount_fen")
    if effect.reason not in scene.kind.refunds:
        yield f"reason {shown(effect.reason)} is none of the refunds: {listed(scene.kind.refunds)}"


def refund(scene: Scene, effect: Refund) -> Logged:
    """Let the fact follow that asks for it; it happened when its cause did."""
    data = {"order": effect.order, "amount_fen": effect.amount_fen, "reason": effect.reason}
    # Nothing follows from it, so it is as deep as its cause.
    asked = AskedFor(REFUND_REQUESTED, scene.fact.member_id, data, scene.depth, scene.fact.at)
    scene.shop.following.append(asked)
    return {"kind": "refund", **data}
