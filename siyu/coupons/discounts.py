"""What one coupon takes off a cart: pure arithmetic in whole fen."""

from collections.abc import Sequence
from typing import NamedTuple

from siyu.coupons.cart import CartLine, CartState, first_state, spread
from siyu.coupons.refusals import (
    FIRST_ORDER_ONLY,
    MINIMUM_NOT_REACHED,
    NOTHING_IN_SCOPE,
    NOTHING_OFF,
    CouponRefusal,
)
from siyu.coupons.terms import (
    AmountOff,
    CouponTerms,
    Exchange,
    FullReduction,
    NewcomerPrice,
    PercentOff,
)

# Coupons of one order take effect in this order: first those of single units, then shares, then amounts. A share is
# taken of what is left, a minimum is asked of list prices: so no coupon takes away another's minimum.
RANKS: dict[type, int] = {Exchange: 0, NewcomerPrice: 1, PercentOff: 2, FullReduction: 3, AmountOff: 4}


class Fitted(NamedTuple):
    """A coupon's terms on a cart: the places of the lines that count, and what these cost by the list."""

    terms: CouponTerms
    lines: Sequence[CartLine]
    places: tuple[int, ...]
    listed_fen: int


def fit(terms: CouponTerms, lines: Sequence[CartLine]) -> Fitted:
    """A coupon's terms on a cart."""
    scope, benefit = terms.scope, terms.benefit
    product = benefit.product if isinstance(benefit, Exchange) else None
    places = tuple(
        place
        for place, line in enumerate(lines)
        if product in {None, line.product} and scope.covers(line.product, line.category)
    )
    return Fitted(terms, lines, places, sum(lines[place].total_fen for place in places))


def obstacle(fitted: Fitted, *, is_first_order: bool) -> CouponRefusal | None:
    """Why the cart is not one that the coupon is for, whatever else is used; None where it is."""
    terms, benefit = fitted.terms, fitted.terms.benefit
    if isinstance(benefit, NewcomerPrice) and not is_first_order:
        return CouponRefusal(FIRST_ORDER_ONLY, {})
    if not fitted.places:
        return CouponRefusal(NOTHING_IN_SCOPE, {})
    wanted_fen = terms.minimum_fen
    if isinstance(benefit, FullReduction):
        wanted_fen = max(wanted_fen, benefit.steps[0].from_fen)
    if fitted.listed_fen < wanted_fen:
        return CouponRefusal(MINIMUM_NOT_REACHED, {"missing_fen": wanted_fen - fitted.listed_fen})
    if not total_off(fitted, first_state(fitted.lines)):
        return CouponRefusal(NOTHING_OFF, {})
    return None


def total_off(fitted: Fitted, state: CartState) -> int:
    """What a coupon without an obstacle takes off in all; never more than is left."""
    benefit = fitted.terms.benefit
    left_fen = sum(state.left_fen[place] for place in fitted.places)
    if isinstance(benefit, Exchange | NewcomerPrice):
        unit = _unit(fitted, state)
        return fitted.lines[unit].price_fen - _price_fen(benefit) if unit is not None else 0
    if isinstance(benefit, PercentOff):
        share_fen = left_fen * benefit.percent // 100
        return share_fen if benefit.cap_fen is None else min(share_fen, benefit.cap_fen)
    if isinstance(benefit, FullReduction):
        reached = [step.amount_fen for step in benefit.steps if step.from_fen <= fitted.listed_fen]
        return min(max(reached, default=0), left_fen)
    return min(benefit.amount_fen, left_fen)


def apply_to(fitted: Fitted, state: CartState) -> tuple[tuple[int, ...], CartState]:
    """What a coupon without an obstacle takes off each line, and the cart after it; nothing falls below zero."""
    total_fen = total_off(fitted, state)
    off, units = [0] * len(fitted.lines), state.free_units
    unit = _unit(fitted, state) if isinstance(fitted.terms.benefit, Exchange | NewcomerPrice) else None
    if unit is not None:
        off[unit] = total_fen
        units = (*units[:unit], units[unit] - 1, *units[unit + 1 :])
    elif total_fen:
        shares = spread(total_fen, [state.left_fen[place] for place in fitted.places])
        for place, share in zip(fitted.places, shares, strict=True):
            off[place] = share
    return tuple(off), CartState(tuple(map(int.__sub__, state.left_fen, off)), units)


def _unit(fitted: Fitted, state: CartState) -> int | None:
    """The line whose unit gets the price: the dearest that no other coupon is used for, of equal ones the first."""
    price_fen = _price_fen(fitted.terms.benefit)
    open_places = [
        place for place in fitted.places if state.free_units[place] and fitted.lines[place].price_fen > price_fen
    ]
    return max(open_places, key=lambda place: (fitted.lines[place].price_fen, -place), default=None)


def _price_fen(benefit: object) -> int:
    """What is left to pay of one unit."""
    return benefit.price_fen if isinstance(benefit, NewcomerPrice) else 0
