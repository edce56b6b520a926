"""Carts, terms and coupons that tests of quotes are made of."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from siyu.coupons.cart import CartLine
from siyu.coupons.quote import Offer
from siyu.coupons.terms import CouponTerms
from tests.clock import NOON

FROM_RECEIPT = {"kind": "from_receipt", "days": 7}


def terms(benefit: dict[str, Any], **others: Any) -> CouponTerms:
    """Terms of seven days from receipt, if not said otherwise."""
    return CouponTerms.model_validate({"benefit": benefit, "validity": FROM_RECEIPT, **others}, strict=False)


def amount(fen: int, **others: Any) -> CouponTerms:
    """So many fen off."""
    return terms({"kind": "amount_off", "amount_fen": fen}, **others)


def percent(share: int, cap_fen: int | None = None, **others: Any) -> CouponTerms:
    """So many percent off."""
    return terms({"kind": "percent_off", "percent": share, "cap_fen": cap_fen}, **others)


def steps(*pairs: tuple[int, int], **others: Any) -> CouponTerms:
    """From so many fen so many off."""
    made = [{"from_fen": from_fen, "amount_fen": amount_fen} for from_fen, amount_fen in pairs]
    return terms({"kind": "full_reduction", "steps": made}, **others)


def exchange(product: str, **others: Any) -> CouponTerms:
    """One unit of the product for nothing."""
    return terms({"kind": "exchange", "product": product}, **others)


def newcomer(price_fen: int, **others: Any) -> CouponTerms:
    """One unit at a price."""
    return terms({"kind": "newcomer_price", "price_fen": price_fen}, **others)


def line(product: str, price_fen: int, quantity: int = 1, category: str | None = None) -> CartLine:
    """A line of a cart."""
    return CartLine(product=product, category=category, price_fen=price_fen, quantity=quantity)


def offer(number: int, of: CouponTerms, days: int = 7) -> Offer:
    """The coupon of a number, good for so many days."""
    return Offer(UUID(int=number), of, NOON + timedelta(days=days))


PRODUCTS, CATEGORIES = st.sampled_from("abc"), st.sampled_from([None, "x", "y"])
FEN = st.integers(1, 5_000)
LINES = st.lists(
    st.builds(line, PRODUCTS, st.integers(0, 3_000), st.integers(1, 3), CATEGORIES), min_size=1, max_size=5
)


@st.composite
def any_terms(draw: st.DrawFn) -> CouponTerms:
    """Any terms on the products of LINES."""
    lower, higher = sorted(draw(st.tuples(FEN, FEN).filter(lambda pair: pair[0] != pair[1])))
    off = draw(st.integers(1, lower))
    benefit: dict[str, Any] = draw(
        st.sampled_from(
            [
                {"kind": "amount_off", "amount_fen": off},
                {"kind": "percent_off", "percent": 1 + off % 99, "cap_fen": draw(st.none() | FEN)},
                {
                    "kind": "full_reduction",
                    "steps": [{"from_fen": lower, "amount_fen": off}, {"from_fen": higher, "amount_fen": off + 1}],
                },
                {"kind": "exchange", "product": draw(PRODUCTS)},
                {"kind": "newcomer_price", "price_fen": off},
            ]
        )
    )
    some = st.sampled_from([(), ("a",), ("a", "b")])
    scope = {"products": draw(some), "except_products": draw(st.sampled_from([(), ("b",)]))}
    if draw(st.booleans()):
        scope = {"categories": draw(st.sampled_from([("x",), ("x", "y")])), "except_categories": ()}
    stacking = {
        "exclusive": draw(st.sampled_from([False, False, False, True])),
        "group": draw(st.sampled_from([None, None, "g", "h"])),
    }
    minimum = draw(st.sampled_from([0, 0, lower]))
    return terms(benefit, scope=scope, stacking=stacking, minimum_fen=minimum)


OFFERS = st.lists(st.tuples(any_terms(), st.integers(1, 3)), max_size=8).map(
    lambda drawn: [offer(number, each, days) for number, (each, days) in enumerate(drawn, start=1)]
)
