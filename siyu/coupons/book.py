"""The coupons a batch of facts is about, in memory: issued, kept for orders, used, given back, taken by stores.

Everything checks first and changes then: what is refused has changed nothing.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from siyu.codes import make_code
from siyu.coupons.cart import CartLine
from siyu.coupons.issuing import Issuing
from siyu.coupons.quote import Applied, NotTogether, Offer, price_together
from siyu.coupons.record import Coupon, CouponState, Verification
from siyu.coupons.refusals import (
    LOCKED,
    NOT_FOUND,
    NOT_LOCKED,
    NOT_USED,
    NOT_VERIFIED,
    ORDER_HAS_COUPONS,
    OTHER_STORE,
    UNDO_TOO_LATE,
    CouponRefusal,
)
from siyu.coupons.terms import NewcomerPrice

# A scanner that reads twice, a clerk who presses again: the second is the first, told once more.
REPEAT_S = 10


class CouponBook:
    """Coupons as far as facts need them; templates and codes in `issuing`. A commit writes that and `changed`."""

    def __init__(self, new_id: Callable[[], UUID], zone: ZoneInfo, new_code: Callable[[], str] = make_code) -> None:
        self._zone = zone
        self._coupons: dict[UUID, Coupon] = {}
        self.issuing = Issuing(new_id, zone, new_code)
        self.changed: dict[UUID, Coupon] = {}
        # Keys of templates, and to whom facts about something else give a coupon of them.
        self.promised: set[tuple[str, UUID]] = set()

    def put_coupon(self, coupon: Coupon) -> None:
        """Make a coupon known."""
        self._coupons[coupon.id] = coupon

    def coupon(self, coupon_id: UUID) -> Coupon | None:
        """A coupon that is known."""
        return self._coupons.get(coupon_id)

    def issue(self, template_key: str, member_id: UUID, at: datetime, source: str) -> UUID | CouponRefusal:
        """A new coupon of a published template for a member; `source` says in at most 80 characters what for."""
        return self._issued(self.issuing.issue(template_key, member_id, at, source))

    def claim(self, typed: str, member_id: UUID, at: datetime) -> UUID | CouponRefusal:
        """A new coupon for a code, in the form that codes are kept in."""
        return self._issued(self.issuing.claim(typed, member_id, at))

    def lock(
        self,
        member_id: UUID,
        coupon_ids: Sequence[UUID],
        order: str,
        lines: Sequence[CartLine],
        at: datetime,
        lock_s: int,
        *,
        is_first_order: bool,
    ) -> tuple[Applied, ...] | CouponRefusal | NotTogether:
        """Keep coupons for an order for so many seconds, all or none, each with what it takes off this cart."""
        known = (CouponState.LOCKED, CouponState.USED)
        if any(self._for_order(member_id, order, state, at) for state in known):
            return CouponRefusal(ORDER_HAS_COUPONS, {"order": order})
        offers = []
        for coupon_id in coupon_ids:
            coupon = self._of(member_id, coupon_id)
            if coupon is None:
                return CouponRefusal(NOT_FOUND, {})
            offers.append(offer_of(coupon, at))
        first = is_first_order and not self.keeps_newcomer_price(member_id, at)
        priced = price_together(lines, offers, is_first_order=first)
        if isinstance(priced, NotTogether):
            return priced
        for applied in priced:
            coupon = self._change(applied.coupon_id)
            coupon.state, coupon.order, coupon.discount_fen = CouponState.LOCKED, order, applied.total_fen
            coupon.lock_expires_at = at + timedelta(seconds=lock_s)
        return priced

    def keeps_newcomer_price(self, member_id: UUID, at: datetime) -> bool:
        """Whether a newcomer price is kept for an order of the member's, which is to be their first."""
        return any(
            coupon.member_id == member_id
            and coupon.state_at(at) is CouponState.LOCKED
            and isinstance(coupon.template.terms.benefit, NewcomerPrice)
            for coupon in self._coupons.values()
        )

    def unlock(self, member_id: UUID, order: str, at: datetime) -> list[UUID] | CouponRefusal:
        """Keep nothing for an order any longer."""
        kept = self._for_order(member_id, order, CouponState.LOCKED, at)
        for coupon_id in kept:
            self._free(self._change(coupon_id))
        return kept or CouponRefusal(NOT_LOCKED, {"order": order})

    def use(self, member_id: UUID, order: str, at: datetime) -> list[UUID] | CouponRefusal:
        """Use up what is kept for an order."""
        kept = self._for_order(member_id, order, CouponState.LOCKED, at)
        for coupon_id in kept:
            coupon = self._change(coupon_id)
            coupon.state, coupon.lock_expires_at, coupon.used_at = CouponState.USED, None, at
        return kept or CouponRefusal(NOT_LOCKED, {"order": order})

    def give_back(self, member_id: UUID, order: str, at: datetime) -> list[UUID] | CouponRefusal:
        """Give back what was used for an order, for as long as before, or a few days at least."""
        used = self._for_order(member_id, order, CouponState.USED, at)
        for coupon_id in used:
            coupon = self._change(coupon_id)
            coupon.returned_at = at
            coupon.expires_at = coupon.template.terms.prolonged(coupon.expires_at, at, self._zone)
            self._free(coupon)
        return used or CouponRefusal(NOT_USED, {"order": order})

    def verify(
        self, member_id: UUID, coupon_id: UUID, store: str, clerk: str, at: datetime
    ) -> Verification | CouponRefusal:
        """Take a coupon in a store, once; the same clerk's repeat within REPEAT_S gets the first answer."""
        coupon = self._of(member_id, coupon_id)
        if coupon is None:
            return CouponRefusal(NOT_FOUND, {})
        first = coupon.verification
        if (
            first is not None
            and (first.store, first.clerk) == (store, clerk)
            and abs(at - first.at) <= timedelta(seconds=REPEAT_S)
        ):
            return first
        refusal = coupon.refusal_at(at)
        if refusal is not None:
            return refusal
        self._change(coupon_id)
        self._free(coupon)
        coupon.state, coupon.used_at, coupon.verification = CouponState.USED, at, Verification(store, clerk, at)
        return coupon.verification

    def undo(self, member_id: UUID, coupon_id: UUID, store: str, at: datetime) -> CouponRefusal | None:
        """Undo that a store took a coupon: the store itself, within the minutes that the template gives."""
        coupon = self._of(member_id, coupon_id)
        taken = coupon.verification if coupon is not None else None
        if coupon is None or taken is None:
            return CouponRefusal(NOT_VERIFIED if coupon is not None else NOT_FOUND, {})
        if taken.store != store:
            return CouponRefusal(OTHER_STORE, {"store": taken.store})
        minutes = coupon.template.terms.undo_minutes
        if at - taken.at > timedelta(minutes=minutes):
            return CouponRefusal(UNDO_TOO_LATE, {"minutes": minutes})
        self._free(self._change(coupon_id))
        return None

    def revoke(self, member_id: UUID, coupon_id: UUID, reason: str, at: datetime) -> CouponRefusal | None:
        """Take a coupon back that is free, not good yet or expired; what is kept or used is another's business."""
        coupon = self._of(member_id, coupon_id)
        if coupon is None:
            return CouponRefusal(NOT_FOUND, {})
        if coupon.state_at(at) in {CouponState.LOCKED, CouponState.USED, CouponState.REVOKED}:
            return coupon.refusal_at(at) or CouponRefusal(LOCKED, {"order": coupon.order})
        self._free(self._change(coupon_id))
        coupon.state, coupon.revoked_at, coupon.revoked_for = CouponState.REVOKED, at, reason
        return None

    def forget_changes(self) -> None:
        """Drop what a commit would write."""
        self.changed.clear()
        self.issuing.forget_changes()

    def _issued(self, made: Coupon | CouponRefusal) -> UUID | CouponRefusal:
        if isinstance(made, CouponRefusal):
            return made
        self._coupons[made.id] = made
        return made.id

    def _of(self, member_id: UUID, coupon_id: UUID) -> Coupon | None:
        coupon = self._coupons.get(coupon_id)
        return coupon if coupon is not None and coupon.member_id == member_id else None

    def _for_order(self, member_id: UUID, order: str, state: CouponState, at: datetime) -> list[UUID]:
        return [
            coupon.id
            for coupon in self._coupons.values()
            if coupon.member_id == member_id
            and coupon.order == order
            and coupon.verification is None
            and coupon.state_at(at) is state
        ]

    def _change(self, coupon_id: UUID) -> Coupon:
        coupon = self._coupons[coupon_id]
        if coupon_id not in self.issuing.new:
            self.changed[coupon_id] = coupon
        return coupon

    def _free(self, coupon: Coupon) -> None:
        """Nothing keeps it from being used any longer, but perhaps its time."""
        coupon.state = coupon.free_state
        coupon.order = coupon.discount_fen = coupon.lock_expires_at = coupon.used_at = coupon.verification = None


def offer_of(coupon: Coupon, at: datetime) -> Offer:
    """A coupon as a quote sees it."""
    return Offer(coupon.id, coupon.template.terms, coupon.expires_at, coupon.refusal_at(at))
