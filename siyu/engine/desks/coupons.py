"""The desk of coupons: given out, claimed, kept for orders, used, given back, taken in stores, revoked."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from siyu.coupons.cart import CartLine
from siyu.coupons.facts import (
    CLAIMED,
    ISSUED,
    LOCKED,
    RETURNED,
    REVOKED,
    UNLOCKED,
    USED,
    VERIFIED,
    VERIFY_UNDONE,
)
from siyu.coupons.quote import NotTogether
from siyu.coupons.record import Verification
from siyu.coupons.refusals import CouponRefusal
from siyu.engine.desk import Desk, Verdict
from siyu.engine.facts import ArrivedFact
from siyu.engine.outcome import Refusal
from siyu.engine.scene import Logged
from siyu.engine.world import World


def issue(world: World, arrived: ArrivedFact) -> Verdict:
    """A coupon of the template `template` for the member."""
    new = arrived.new
    made = world.coupons.issue(new.data["template"], new.member_id, new.at, new.data["source"])
    return Refusal(*made) if isinstance(made, CouponRefusal) else (_logged("issued", made),)


def claim(world: World, arrived: ArrivedFact) -> Verdict:
    """A coupon for the code `code`."""
    new = arrived.new
    made = world.coupons.claim(new.data["code"], new.member_id, new.at)
    return Refusal(*made) if isinstance(made, CouponRefusal) else (_logged("issued", made),)


def lock(world: World, arrived: ArrivedFact) -> Verdict:
    """Keep `coupons` for `order`, with what they take off its lines."""
    new, data = arrived.new, arrived.new.data
    known = world.features.get(new.member_id)
    lines = [CartLine.model_validate(line) for line in data["lines"]]
    priced = world.coupons.lock(
        new.member_id,
        [UUID(coupon_id) for coupon_id in data["coupons"]],
        data["order"],
        lines,
        new.at,
        data["lock_s"],
        is_first_order=known is None or not known.has_ordered,
    )
    if isinstance(priced, NotTogether):
        return Refusal(priced.refusal.code, {"coupon": str(priced.coupon_id), **priced.refusal.missing})
    if isinstance(priced, CouponRefusal):
        return Refusal(*priced)
    return tuple(
        _logged("locked", each.coupon_id, order=data["order"], discount_fen=each.total_fen, off_fen=list(each.off_fen))
        for each in priced
    )


def unlock(world: World, arrived: ArrivedFact) -> Verdict:
    """Keep nothing for `order` any longer."""
    new = arrived.new
    return _of_order("unlocked", new.data["order"], world.coupons.unlock(new.member_id, new.data["order"], new.at))


def use(world: World, arrived: ArrivedFact) -> Verdict:
    """Use up what is kept for `order`."""
    new = arrived.new
    return _of_order("used", new.data["order"], world.coupons.use(new.member_id, new.data["order"], new.at))


def give_back(world: World, arrived: ArrivedFact) -> Verdict:
    """Give back what was used for `order`."""
    new = arrived.new
    return _of_order("returned", new.data["order"], world.coupons.give_back(new.member_id, new.data["order"], new.at))


def verify(world: World, arrived: ArrivedFact) -> Verdict:
    """Take the coupon in the store `store`; the answer to a repeat is that to the first."""
    new, data = arrived.new, arrived.new.data
    coupon_id = UUID(data["coupon"])
    taken = world.coupons.verify(new.member_id, coupon_id, data["store"], data["clerk"], new.at)
    return (_taken("verified", coupon_id, taken),) if isinstance(taken, Verification) else Refusal(*taken)


def undo(world: World, arrived: ArrivedFact) -> Verdict:
    """Undo that the store took it."""
    new, data = arrived.new, arrived.new.data
    coupon_id = UUID(data["coupon"])
    refusal = world.coupons.undo(new.member_id, coupon_id, data["store"], new.at)
    if refusal is not None:
        return Refusal(*refusal)
    return (_taken("verify_undone", coupon_id, Verification(data["store"], data["clerk"], new.at)),)


def revoke(world: World, arrived: ArrivedFact) -> Verdict:
    """Take the coupon back."""
    new, data = arrived.new, arrived.new.data
    coupon_id = UUID(data["coupon"])
    refusal = world.coupons.revoke(new.member_id, coupon_id, data["reason"], new.at)
    return Refusal(*refusal) if refusal is not None else (_logged("revoked", coupon_id),)


def _of_order(change: str, order: str, done: Sequence[UUID] | CouponRefusal) -> Verdict:
    if isinstance(done, CouponRefusal):
        return Refusal(*done)
    return tuple(_logged(change, coupon_id, order=order) for coupon_id in done)


def _logged(change: str, coupon_id: UUID, **more: object) -> Logged:
    return {"kind": "coupon", "change": change, "coupon": str(coupon_id), **more}


def _taken(change: str, coupon_id: UUID, taken: Verification) -> Logged:
    return _logged(change, coupon_id, store=taken.store, clerk=taken.clerk, at=taken.at.isoformat())


COUPON_DESKS: Mapping[str, Desk] = {
    ISSUED: issue,
    CLAIMED: claim,
    LOCKED: lock,
    UNLOCKED: unlock,
    USED: use,
    RETURNED: give_back,
    VERIFIED: verify,
    VERIFY_UNDONE: undo,
    REVOKED: revoke,
}
