"""Quotes: what each kind of coupon takes off, which apply and which do not, and the best set of them."""

from collections.abc import Sequence
from itertools import combinations
from time import process_time
from typing import Any

import pytest
from hypothesis import given, settings

from siyu.coupons.cart import CartLine, first_state, spread
from siyu.coupons.discounts import apply_to, fit
from siyu.coupons.quote import (
    CANDIDATES_MAX,
    TOGETHER_MAX,
    NotTogether,
    Offer,
    in_order,
    price_together,
    quote,
)
from siyu.coupons.refusals import COUPON_REFUSALS, EXPIRED, CouponRefusal
from siyu.coupons.terms import CouponTerms
from tests.siyu.coupons.offers import (
    LINES,
    OFFERS,
    amount,
    any_terms,
    exchange,
    line,
    newcomer,
    offer,
    percent,
    steps,
)

CART = [line("tea", 20_000, category="drinks"), line("cup", 5_000, 2, "ware")]
STEPS = steps((30_000, 5_000), (60_000, 12_000))


def off(terms: CouponTerms, lines: Sequence[CartLine], *, is_first_order: bool = True) -> Any:
    """What one coupon takes off each line, or the code of why not and what is missing."""
    priced = price_together(lines, [offer(1, terms)], is_first_order=is_first_order)
    return (priced.refusal.code, dict(priced.refusal.missing)) if isinstance(priced, NotTogether) else priced[0].off_fen


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        (amount(3_000), (2_000, 1_000)),
        (amount(90_000), (20_000, 10_000)),
        (amount(100, scope={"categories": ("ware",)}), (0, 100)),
        (amount(100, scope={"products": ("tea",)}), (100, 0)),
        (amount(100, scope={"except_products": ("cup",)}), (100, 0)),
        (amount(100, scope={"except_categories": ("drinks",)}), (0, 100)),
        (percent(15), (3_000, 1_500)),
        (percent(50, 1_000), (667, 333)),
        (STEPS, (3_333, 1_667)),
        (exchange("cup"), (0, 5_000)),
        (newcomer(100), (19_900, 0)),
        (newcomer(100, scope={"products": ("cup",)}), (0, 4_900)),
    ],
)
def test_each_kind_takes_off_what_it_says(terms: CouponTerms, expected: tuple[int, ...]) -> None:
    assert off(terms, CART) == expected


@pytest.mark.parametrize(
    ("terms", "code", "missing"),
    [
        (amount(1, minimum_fen=30_001), "COUPON_MINIMUM_NOT_REACHED", {"missing_fen": 1}),
        (amount(1, minimum_fen=10_001, scope={"products": ("cup",)}), "COUPON_MINIMUM_NOT_REACHED", {"missing_fen": 1}),
        (steps((30_500, 50)), "COUPON_MINIMUM_NOT_REACHED", {"missing_fen": 500}),
        (amount(1, scope={"products": ("mug",)}), "COUPON_NOTHING_IN_SCOPE", {}),
        (exchange("mug"), "COUPON_NOTHING_IN_SCOPE", {}),
        (exchange("cup", scope={"except_products": ("cup",)}), "COUPON_NOTHING_IN_SCOPE", {}),
        (newcomer(20_000), "COUPON_NOTHING_OFF", {}),
    ],
)
def test_what_does_not_apply_says_why_and_what_is_missing(
    terms: CouponTerms, code: str, missing: dict[str, int]
) -> None:
    assert off(terms, CART) == (code, missing)


def test_a_newcomer_price_is_for_the_first_order() -> None:
    assert off(newcomer(100), CART, is_first_order=False) == ("COUPON_FIRST_ORDER_ONLY", {})


def test_the_highest_step_that_is_reached_counts() -> None:
    assert sum(off(STEPS, [line("tea", 59_999)])) == 5_000
    assert sum(off(STEPS, [line("tea", 60_000)])) == 12_000


def test_coupons_of_one_order_take_effect_in_their_order_and_minima_are_asked_of_list_prices() -> None:
    offers = [offer(1, amount(1_000, minimum_fen=30_000)), offer(2, percent(10)), offer(3, exchange("cup"))]

    quoted = quote(CART, offers, is_first_order=False)

    assert [(applied.coupon_id.int, applied.total_fen) for applied in quoted.best] == [
        (3, 5_000),
        (2, 2_500),
        (1, 1_000),
    ]
    assert (quoted.listed_fen, quoted.discount_fen, quoted.is_exact) == (30_000, 8_500, True)


def test_the_best_set_keeps_the_stacking_rules_and_says_why_others_are_left_out() -> None:
    group, alone = {"group": "festival"}, {"exclusive": True}
    offers = [
        offer(1, amount(300, stacking=group)),
        offer(2, amount(400, stacking=group)),
        offer(3, amount(600, stacking=alone)),
        offer(4, amount(250)),
        offer(5, newcomer(1)),
        Offer(offer(6, amount(1)).coupon_id, amount(1), offer(6, amount(1)).expires_at, CouponRefusal(EXPIRED, {})),
    ]

    quoted = quote(CART, offers, is_first_order=False)

    told = [
        (each.coupon_id.int, each.applies, each.alone_fen, each.refusal.code if each.refusal else None)
        for each in quoted.verdicts
    ]
    assert told == [
        (1, True, 300, "COUPON_ONE_OF_GROUP"),
        (2, True, 400, None),
        (3, True, 600, "COUPON_EXCLUSIVE"),
        (4, True, 250, None),
        (5, False, 0, "COUPON_FIRST_ORDER_ONLY"),
        (6, False, 0, "COUPON_EXPIRED"),
    ]
    assert quoted.discount_fen == 650


@pytest.mark.parametrize(
    ("offers", "code"),
    [
        ([offer(1, amount(1)), offer(2, amount(1, stacking={"exclusive": True}))], "COUPON_EXCLUSIVE"),
        ([offer(n, amount(1, stacking={"group": "g"})) for n in (1, 2)], "COUPON_ONE_OF_GROUP"),
        ([offer(n, amount(1)) for n in range(1, TOGETHER_MAX + 2)], "COUPON_TOO_MANY"),
        ([offer(1, exchange("tea")), offer(2, exchange("tea"))], "COUPON_NOTHING_OFF"),
    ],
)
def test_a_set_that_may_not_be_is_refused(offers: list[Offer], code: str) -> None:
    priced = price_together(CART, offers, is_first_order=True)

    assert isinstance(priced, NotTogether)
    assert priced.refusal.code == code
    assert priced.coupon_id == offers[-1].coupon_id


def test_of_too_many_coupons_those_are_considered_that_take_off_most() -> None:
    offers = [offer(n, amount(n)) for n in range(1, CANDIDATES_MAX + 3)]

    quoted = quote(CART, offers, is_first_order=False)

    assert not quoted.is_exact
    assert quoted.discount_fen == sum(range(CANDIDATES_MAX - 2, CANDIDATES_MAX + 3))
    assert [each.refusal.code for each in quoted.verdicts[:3] if each.refusal] == [
        "COUPON_NOT_CONSIDERED",
        "COUPON_NOT_CONSIDERED",
        "COUPON_TOO_MANY",
    ]


def admissible(offers: Sequence[Offer]) -> bool:
    """Whether coupons may be used together, said once more and in other words."""
    groups = [each.terms.stacking.group for each in offers if each.terms.stacking.group]
    alone = [each for each in offers if each.terms.stacking.exclusive]
    return len(groups) == len(set(groups)) and not (alone and len(offers) > 1)


def brute_force(lines: Sequence[CartLine], applying: Sequence[Offer]) -> tuple[int, int]:
    """The most that any set takes off, and minus the fewest coupons that do it."""
    best = (0, 0)
    for size in range(1, TOGETHER_MAX + 1):
        for chosen in combinations(applying, size):
            if admissible(chosen):
                state, total = first_state(lines), 0
                for each in in_order(chosen):
                    taken, state = apply_to(fit(each.terms, lines), state)
                    total += sum(taken)
                best = max(best, (total, -size))
    return best


@given(LINES, OFFERS)
@settings(max_examples=150, deadline=None)
def test_the_best_set_is_what_trying_all_of_them_finds(lines: list[CartLine], offers: list[Offer]) -> None:
    quoted = quote(lines, offers, is_first_order=True)

    applying = [each for each, verdict in zip(offers, quoted.verdicts, strict=True) if verdict.applies]
    chosen = [next(each for each in offers if each.coupon_id == applied.coupon_id) for applied in quoted.best]
    assert (quoted.discount_fen, -len(quoted.best)) == brute_force(lines, applying)
    assert admissible(chosen)
    assert price_together(lines, chosen, is_first_order=True) == quoted.best
    assert {each.coupon_id for each in quoted.verdicts if each.refusal is None} == {one.coupon_id for one in chosen}
    assert all(each.refusal is None or each.refusal.code in COUPON_REFUSALS for each in quoted.verdicts)


@given(LINES, any_terms())
@settings(max_examples=150, deadline=None)
def test_no_line_and_no_cart_falls_below_zero_and_no_fen_is_lost(lines: list[CartLine], terms: CouponTerms) -> None:
    priced = price_together(lines, [offer(1, terms)], is_first_order=True)

    if not isinstance(priced, NotTogether):
        taken = priced[0].off_fen
        covered = [terms.scope.covers(each.product, each.category) for each in lines]
        assert all(0 <= part <= each.total_fen for part, each in zip(taken, lines, strict=True))
        assert not any(part for part, is_covered in zip(taken, covered, strict=True) if not is_covered)


@given(LINES)
def test_spreading_is_fair_to_a_fen(lines: list[CartLine]) -> None:
    weights = [each.total_fen for each in lines]
    total = sum(weights)
    for amount_fen in {0, total // 3, total}:
        shares = spread(amount_fen, weights)
        assert sum(shares) == amount_fen
        assert all(
            abs(share * total - amount_fen * weight) < max(total, 1)
            for share, weight in zip(shares, weights, strict=True)
        )


def test_the_greatest_quote_takes_no_time_that_anybody_waits_for() -> None:
    lines = [line(f"p{n}", 997 * n, 3) for n in range(1, 101)]
    offers = [offer(n, percent(n) if n % 2 else amount(1_000 + n)) for n in range(1, 101)]
    started = process_time()

    quoted = quote(lines, offers, is_first_order=False)

    assert len(quoted.best) == TOGETHER_MAX
    assert process_time() - started < 2
