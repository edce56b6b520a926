"""Tags on a stage."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from plugins.purchase.campaign import PURCHASE
from siyu.sdk import Effect, Tag, Untag
from siyu.sdk.audience import LABELS_MAX
from siyu.sdk.testing import InvalidEffect, Played, Stage


class Tagging:
    """A stage on which every order of a member does what the test says."""

    def __init__(self) -> None:
        self.next: Sequence[Effect] = ()
        kind = replace(PURCHASE, decide=lambda fact, view: self.next, effects=frozenset({Tag, Untag}), refusals={})
        self.stage: Stage[Any, Any] = Stage(kind)
        self.orders = 0

    def order(self, *effects: Effect) -> Played:
        """An order of Lin's."""
        self.next, self.orders = effects, self.orders + 1
        return self.stage.fact("lin", "order.paid", order=f"A-{self.orders}", amount_fen=100)


def test_what_is_given_and_not_lost_is_there() -> None:
    shop = Tagging()

    played = shop.order(Tag("new"), Tag("tea"), Tag("tea"), Untag("new"), Untag("old"))

    assert shop.stage.tags("lin") == {"tea"}
    assert shop.stage.tags("wang") == frozenset()
    assert [entry["changed"] for entry in played.log] == [True, True, False, True, False]


def test_a_member_has_so_many_tags_and_no_more() -> None:
    shop = Tagging()
    for start in (0, 32):
        shop.order(*(Tag(f"t{start + n}") for n in range(32)))

    refused = shop.order(Tag("one too many"), Untag("t1"))
    replaced = shop.order(Untag("t1"), Tag("in its place"), Tag("t2"))

    assert (refused.refusal, refused.missing, refused.log) == ("TOO_MANY_TAGS", {"most": LABELS_MAX}, ())
    assert replaced.refusal is None
    assert len(shop.stage.tags("lin")) == LABELS_MAX


@pytest.mark.parametrize("label", ["", " tea", "x" * 33, "a\tb"])
def test_what_operators_could_not_give_is_invalid(label: str) -> None:
    for effect in (Tag(label), Untag(label)):
        with pytest.raises(InvalidEffect, match=r"impossible (Tag|Untag): tag must be"):
            Tagging().order(effect)
