"""The kit and the engine mean the same by a refund: asked for, paid, failed, in whatever order facts come."""

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plugins.purchase.campaign import PURCHASE, PurchaseConfig
from siyu.sdk import EFFECT_TYPES, Effect, Grant, Refund
from siyu.sdk.testing import Step
from siyu.sdk.testing.crowd import MEMBERS
from siyu.sdk.testing.orders import Orders
from tests.siyu.sdk.scripted import scripted
from tests.siyu.sdk.test_equals_engine import compare

A, B = "A-1", "B-1"
ORDERS, AMOUNTS = st.sampled_from([A, B]), st.sampled_from([1, 4, 5, 6, 9, 10, 11])


class Turn(NamedTuple):
    """Something that happens to a member; a campaign asks for the effects where it is an action."""

    member: str
    type: str
    data: dict[str, Any]
    asks: Sequence[Effect] = ()


def pay(fen: int = 10, order: str = A, member: str = "lin") -> Turn:
    """An order is paid."""
    return Turn(member, "order.paid", {"order": order, "amount_fen": fen})


def back(fen: int, order: str = A, member: str = "lin") -> Turn:
    """Money of an order goes back."""
    return Turn(member, "order.refunded", {"order": order, "amount_fen": fen})


def fail(order: str = A, member: str = "lin") -> Turn:
    """Money cannot be paid back."""
    return Turn(member, "refund.failed", {"order": order, "problem": "card closed"})


def ask(*fen: int, order: str = A, member: str = "lin") -> Turn:
    """The campaign asks for a refund, or several."""
    return Turn(member, "scripted.go", {}, [Refund(order, amount, "late") for amount in fen])


PEOPLE = st.sampled_from(MEMBERS)
TURNS = st.lists(
    st.one_of(
        st.builds(pay, st.sampled_from([0, 5, 10]), ORDERS, PEOPLE),
        st.builds(back, AMOUNTS, ORDERS, PEOPLE),
        st.builds(fail, ORDERS, PEOPLE),
        st.builds(lambda fen, order, member: ask(*fen, order=order, member=member), st.lists(AMOUNTS), ORDERS, PEOPLE),
    ),
    max_size=16,
)


@pytest.fixture(scope="module", autouse=True)
def silence() -> Iterator[None]:
    """Lists of too many effects fail, and the engine would log each with its traceback."""
    logging.disable()
    yield
    logging.disable(logging.NOTSET)


def play(turns: Sequence[Turn], answers: Sequence[Effect] = ()) -> None:
    """Compare a life in which the campaign answers to what it hears."""
    scripts = [turn.asks for turn in turns]
    life = [
        Step(
            turn.member,
            timedelta(hours=1),
            timedelta(0),
            turn.type,
            turn.data | ({"turn": number} if turn.asks else {}),
        )
        for number, turn in enumerate(turns)
    ]
    kind = scripted([*scripts, answers], frozenset(EFFECT_TYPES))
    heard = {"order.paid", "order.refunded", "refund.failed"}

    def decide(fact: Any, view: Any) -> Any:
        return kind.decide(fact, view) if fact.type == "scripted.go" else answers

    settling = replace(kind, decide=decide, listens=frozenset(), settles=PURCHASE.settles | heard)
    compare(settling, PurchaseConfig(), life, frozenset())


@settings(deadline=None, max_examples=300)
@given(TURNS, st.sampled_from([(), (Grant("points", 1),), (Refund(A, 7, "full"),)]))
def test_whatever_happens_to_orders_is_equal(turns: list[Turn], answers: Sequence[Effect]) -> None:
    play(turns, answers)


STORIES = {
    "done when as much is back": [pay(), ask(6), back(5), fail(), back(1), fail()],
    "cut at what was paid": [pay(), ask(11), back(9), back(1)],
    "the greatest stands": [pay(), ask(5, 9, 6), back(6), fail()],
    "back before it is asked for": [pay(), back(6), ask(5), fail(), ask(7), fail()],
    "asked for again, for more": [pay(), ask(5), back(5), ask(6), fail()],
    "of an order for nothing": [pay(0), ask(1), fail()],
    "of no order": [ask(1), fail(), pay(), fail()],
    "of another's order": [pay(member="wang"), ask(5), fail(), fail(member="wang"), ask(5, member="wang")],
}


@pytest.mark.parametrize("turns", STORIES.values(), ids=STORIES)
def test_stories_of_refunds_are_equal(turns: Sequence[Turn]) -> None:
    play(turns)


def uncut(orders: Orders, member_id: Any, data: Any) -> None:
    orders._asked_fen[data["order"]] = data["amount_fen"]


def latest(orders: Orders, member_id: Any, data: Any) -> str | None:
    orders._asked_fen.pop(data["order"], None)
    return RIGHT(orders, member_id, data)


def anybody(orders: Orders, member_id: Any, data: Any) -> str | None:
    owner, _ = orders._orders.get(data["order"], (member_id, None))
    return RIGHT(orders, owner, data)


RIGHT = Orders.ask_refund


@pytest.mark.parametrize("wrong", [uncut, latest, anybody])
def test_a_kit_that_asked_for_something_else_would_be_found(
    wrong: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Orders, "ask_refund", wrong)

    with pytest.raises(AssertionError):
        all_stories()


def all_stories() -> None:
    """Compare every story."""
    for turns in STORIES.values():
        play(turns)
