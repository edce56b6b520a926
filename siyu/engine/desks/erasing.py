"""The end of a member: what is open is given up, so that value stays balanced; what is personal goes with it."""

from uuid import UUID

from siyu.coupons.record import CouponState
from siyu.engine.desk import Verdict
from siyu.engine.desks import freezing
from siyu.engine.desks.merging import bring_over
from siyu.engine.desks.rewards import end_redemption
from siyu.engine.facts import ArrivedFact
from siyu.engine.outcome import Refusal
from siyu.engine.refusals import PAYOUT_STATE
from siyu.engine.scene import Logged
from siyu.engine.world import Possessions, World
from siyu.rewards import RedemptionState
from siyu.rewards.facts import DESK_FACTS, REWARD_REDEEMED
from siyu.sdk.core_facts import ORDER_CANCELLED, ORDER_REFUNDED, REFUND_FAILED
from siyu.sdk.reviews import REVIEWED

ERASED = "member.erased"
TIMED_OUT = "value.timed_out"
VERDICT = f".{REVIEWED}"
# Why coupons of an erased member are void.
REASON = "erased"
# What still settles what an erased member left open; anything else about them is refused.
SETTLING = frozenset(
    {ERASED, TIMED_OUT, ORDER_REFUNDED, ORDER_CANCELLED, REFUND_FAILED, *DESK_FACTS.keys() - {REWARD_REDEEMED}}
)


NOTHING = Possessions()


def settles(arrived: ArrivedFact) -> bool:
    """Whether a fact is decided though its member is erased: it ends what is open, or a campaign asked for it."""
    return arrived.pending is not None or arrived.new.type in SETTLING or arrived.new.type.endswith(VERDICT)


def erase(world: World, arrived: ArrivedFact) -> Verdict:
    """Give up what the person has: redemptions that nobody handed over, coupons, holds, and all value.

    A payout that is approved may be paid already: it has to end first.
    """
    member_id = arrived.new.member_id
    if any(payout.state == "approved" for payout in world.wallets.pending_payouts(member_id)):
        return Refusal(PAYOUT_STATE, {"state": "approved"})
    own = world.erasing.get(member_id, NOTHING)
    logs: list[Logged] = []
    for owner_id, redemption_id in own.redemptions:
        found = world.redemptions.find(redemption_id, owner_id)
        if found is not None and found.state in {RedemptionState.RESERVED, RedemptionState.CONFIRMED}:
            logs += end_redemption(world, arrived, found, RedemptionState.CANCELLED)
    for _, coupon_id in own.coupons:
        logs += _void_coupon(world, arrived, coupon_id)
    for merged_id in world.kin.absorbed.get(member_id, ()):
        bring_over(world, arrived, merged_id)
    # What redemptions gave back is among it.
    forfeited = freezing.forfeit(world, arrived)
    assert not isinstance(forfeited, Refusal), "payouts were looked at"  # noqa: S101 - an invariant
    world.erased[member_id] = arrived
    return (*logs, *forfeited)


def _void_coupon(world: World, arrived: ArrivedFact, coupon_id: UUID) -> tuple[Logged, ...]:
    new, coupon = arrived.new, world.coupons.coupon(coupon_id)
    if coupon is None:
        return ()
    if coupon.state_at(new.at) is CouponState.LOCKED and coupon.order is not None:
        world.coupons.unlock(coupon.member_id, coupon.order, new.at)
    if world.coupons.revoke(coupon.member_id, coupon_id, REASON, new.at) is not None:
        return ()
    return ({"kind": "coupon", "change": "revoked", "coupon": str(coupon_id)},)
