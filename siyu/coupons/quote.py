"""A quote: which coupons a cart can use, which not and why, and the set of them that takes off most.

The best set is found by a search in depth over the coupons in the order in which they take effect, cut off where even
all that is left could not beat the best so far: no coupon takes off more after others than it does alone. It is exact
for CANDIDATES_MAX coupons that apply; of more, those are considered that take off most alone.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import accumulate
from typing import NamedTuple
from uuid import UUID

from siyu.coupons.cart import CartLine, CartState, first_state
from siyu.coupons.discounts import RANKS, Fitted, apply_to, fit, obstacle, total_off
from siyu.coupons.refusals import (
    EXCLUSIVE,
    NOT_CONSIDERED,
    NOTHING_OFF,
    ONE_OF_GROUP,
    TOO_MANY,
    CouponRefusal,
)
from siyu.coupons.terms import CouponTerms

CANDIDATES_MAX = 16
# Of one order.
TOGETHER_MAX = 5


class Offer(NamedTuple):
    """A coupon as a quote sees it; `refusal` says why it cannot be used now, whatever the cart."""

    coupon_id: UUID
    terms: CouponTerms
    expires_at: datetime
    refusal: CouponRefusal | None = None


class Applied(NamedTuple):
    """What a coupon takes off each line, in their order."""

    coupon_id: UUID
    off_fen: tuple[int, ...]

    @property
    def total_fen(self) -> int:
        """What it takes off in all."""
        return sum(self.off_fen)


class Verdict(NamedTuple):
    """What becomes of one coupon.

    `alone_fen` is what it takes off where it is the only one, 0 where it does not apply; `refusal` is why it is not in
    the best set, None where it is.
    """

    coupon_id: UUID
    applies: bool
    alone_fen: int
    refusal: CouponRefusal | None


class Quote(NamedTuple):
    """The cart's price in fen, a verdict on each coupon in their order, and the best set as it takes effect."""

    listed_fen: int
    verdicts: tuple[Verdict, ...]
    best: tuple[Applied, ...]
    is_exact: bool

    @property
    def discount_fen(self) -> int:
        """What the best set takes off."""
        return sum(applied.total_fen for applied in self.best)


class NotTogether(NamedTuple):
    """Why a set of coupons cannot be used for a cart: the first that is in the way."""

    coupon_id: UUID
    refusal: CouponRefusal


class _Candidate(NamedTuple):
    offer: Offer
    fitted: Fitted
    alone_fen: int


def quote(lines: Sequence[CartLine], offers: Sequence[Offer], *, is_first_order: bool) -> Quote:
    """Quote a cart of at most LINES_MAX lines; the coupons' ids differ."""
    start, refusals, candidates = first_state(lines), {}, []
    for offer in offers:
        fitted = fit(offer.terms, lines)
        refusals[offer.coupon_id] = offer.refusal or obstacle(fitted, is_first_order=is_first_order)
        if refusals[offer.coupon_id] is None:
            candidates.append(_Candidate(offer, fitted, total_off(fitted, start)))
    considered = sorted(candidates, key=lambda each: (-each.alone_fen, *_by_expiry(each.offer)))[:CANDIDATES_MAX]
    chosen = _Search(lines, considered).best
    for each in candidates:
        refusals[each.offer.coupon_id] = _left_out(each.offer, chosen, is_considered=each in considered)
    alone = {each.offer.coupon_id: each.alone_fen for each in candidates}
    verdicts = tuple(Verdict(key, key in alone, alone.get(key, 0), refusal) for key, refusal in refusals.items())
    best = tuple(_applied(lines, chosen))
    return Quote(sum(start.left_fen), verdicts, best, len(candidates) <= CANDIDATES_MAX)


def price_together(
    lines: Sequence[CartLine], offers: Sequence[Offer], *, is_first_order: bool
) -> tuple[Applied, ...] | NotTogether:
    """What these coupons, and all of them, take off; or what is in the way: each has to apply and to take off some."""
    if len(offers) > TOGETHER_MAX:
        return NotTogether(offers[TOGETHER_MAX].coupon_id, CouponRefusal(TOO_MANY, {"most": TOGETHER_MAX}))
    for place, offer in enumerate(offers):
        refusal = offer.refusal or obstacle(fit(offer.terms, lines), is_first_order=is_first_order)
        refusal = refusal or rivalry(offer, offers[:place])
        if refusal is not None:
            return NotTogether(offer.coupon_id, refusal)
    applied = tuple(_applied(lines, offers))
    idle = [each.coupon_id for each in applied if not each.total_fen]
    return NotTogether(idle[0], CouponRefusal(NOTHING_OFF, {})) if idle else applied


def _applied(lines: Sequence[CartLine], offers: Sequence[Offer]) -> Iterator[Applied]:
    """What coupons take off one after the other."""
    state = first_state(lines)
    for offer in in_order(offers):
        off, state = apply_to(fit(offer.terms, lines), state)
        yield Applied(offer.coupon_id, off)


def in_order(offers: Sequence[Offer]) -> list[Offer]:
    """The coupons as they take effect."""
    return sorted(offers, key=_place)


def rivalry(offer: Offer, others: Sequence[Offer]) -> CouponRefusal | None:
    """Why a coupon is not to be used beside others."""
    stacking = offer.terms.stacking
    if others and (stacking.exclusive or any(other.terms.stacking.exclusive for other in others)):
        return CouponRefusal(EXCLUSIVE, {})
    if stacking.group is not None and any(other.terms.stacking.group == stacking.group for other in others):
        return CouponRefusal(ONE_OF_GROUP, {"group": stacking.group})
    return None


def _by_expiry(offer: Offer) -> tuple[datetime, UUID]:
    return offer.expires_at, offer.coupon_id


def _place(offer: Offer) -> tuple[int, datetime, UUID]:
    return RANKS[type(offer.terms.benefit)], *_by_expiry(offer)


def _left_out(offer: Offer, chosen: Sequence[Offer], *, is_considered: bool) -> CouponRefusal | None:
    """Why a coupon that applies is not in the best set."""
    if offer in chosen:
        return None
    if not is_considered:
        return CouponRefusal(NOT_CONSIDERED, {})
    refusal = rivalry(offer, chosen)
    if refusal is None and len(chosen) == TOGETHER_MAX:
        refusal = CouponRefusal(TOO_MANY, {"most": TOGETHER_MAX})
    return refusal or CouponRefusal(NOTHING_OFF, {})


class _Search:
    """The search for the best set: most off, of equal ones the fewest coupons, of equal ones that found first."""

    def __init__(self, lines: Sequence[CartLine], candidates: Sequence[_Candidate]) -> None:
        self._candidates = sorted(candidates, key=lambda each: _place(each.offer))
        alone = [each.alone_fen for each in self._candidates]
        # No more than this can be taken off by so many of the candidates from a place on.
        self._bounds = [
            list(accumulate(sorted(alone[place:], reverse=True)[:TOGETHER_MAX])) for place in range(len(alone))
        ]
        self.best: tuple[Offer, ...] = ()
        self._most_fen = 0
        self._look(0, first_state(lines), (), 0)

    def _look(self, place: int, state: CartState, chosen: tuple[Offer, ...], off_fen: int) -> None:
        """Try what can be added to the chosen, from a place on."""
        left_fen, size = sum(state.left_fen), len(chosen) + 1
        for next_place in range(place, len(self._candidates)):
            bound_fen = off_fen + min(left_fen, self._bounds[next_place][: TOGETHER_MAX - len(chosen)][-1])
            if (bound_fen, -size) <= (self._most_fen, -len(self.best)):
                return
            offer, fitted, _ = self._candidates[next_place]
            more_fen = 0 if rivalry(offer, chosen) is not None else total_off(fitted, state)
            if not more_fen:
                continue
            if (off_fen + more_fen, -size) > (self._most_fen, -len(self.best)):
                self.best, self._most_fen = (*chosen, offer), off_fen + more_fen
            if size < TOGETHER_MAX and next_place + 1 < len(self._candidates):
                self._look(next_place + 1, apply_to(fitted, state)[1], (*chosen, offer), off_fen + more_fen)
