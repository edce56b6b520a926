"""Draws: an order that a seed makes, which nobody can foresee and everybody can recompute."""

import hashlib
import hmac
from collections import Counter
from math import factorial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siyu.sdk import Draw
from siyu.sdk.draws import draw_of


def test_a_seed_is_the_names_own_under_the_secret() -> None:
    made = draw_of(b"secret", "lottery:mug:2026-11-22")

    assert made.seed == hmac.digest(b"secret", b"lottery:mug:2026-11-22", "sha256").hex()
    assert made.seed_hash == hashlib.sha256(bytes.fromhex(made.seed)).hexdigest()
    others = draw_of(b"secret", "lottery:hat:2026-11-22"), draw_of(b"Secret", "lottery:mug:2026-11-22")
    assert len({made, draw_of(b"secret", "lottery:mug:2026-11-22"), *others}) == 3


@given(st.binary(max_size=8), st.integers(1, 60))
def test_every_ticket_has_a_position_of_its_own(secret: bytes, tickets: int) -> None:
    draw = draw_of(secret, "a")

    assert sorted(draw.position(ticket, tickets) for ticket in range(tickets)) == list(range(tickets))


@pytest.mark.parametrize("tickets", [2, 3, 4])
def test_every_order_of_a_few_tickets_comes_as_often_as_any(tickets: int) -> None:
    """The chi-squared statistic of 600 seeds, which are always the same, is within its 99.9th percentile."""
    orders = Counter(
        tuple(draw_of(b"%d" % seed, "a").position(ticket, tickets) for ticket in range(tickets)) for seed in range(600)
    )

    expected = 600 / factorial(tickets)
    statistic = sum((count - expected) ** 2 / expected for count in orders.values())
    assert len(orders) == factorial(tickets)
    assert statistic < {2: 10.8, 3: 20.5, 4: 49.7}[tickets]


def test_of_many_tickets_each_wins_as_often_as_any() -> None:
    """Binomial: of 100 draws each of 20 tickets wins 25 on average, with a standard deviation of 4.3."""
    wins = Counter(
        ticket for seed in range(100) for ticket in range(20) if draw_of(b"%d" % seed, "a").position(ticket, 20) < 5
    )

    assert sum(wins.values()) == 500
    assert all(25 - 4 * 4.3 <= wins[ticket] <= 25 + 4 * 4.3 for ticket in range(20))


@pytest.mark.parametrize(("ticket", "tickets"), [(0, 0), (-1, 5), (5, 5)])
def test_a_ticket_that_there_is_not_has_no_position(ticket: int, tickets: int) -> None:
    with pytest.raises(ValueError, match="no ticket"):
        Draw("00" * 32, "").position(ticket, tickets)
