"""What the shop knows of a stage's members, as campaigns see it."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from plugins.purchase.campaign import PURCHASE
from siyu.sdk import Effect, Fact, Features, NotDeclared, Privileges, Tag, View
from siyu.sdk.testing import Stage


class Watching:
    """A stage whose campaign looks at the member with every order."""

    def __init__(self, *, reads: bool | None = True) -> None:
        self.seen: list[Features] = []
        features = None if reads is None else lambda config: reads
        kind = replace(PURCHASE, decide=self.look, features=features, effects=frozenset({Tag}), refusals={})
        self.stage: Stage[Any, Any] = Stage(kind, at="2026-11-22T12:00")
        self.orders = 0

    def look(self, fact: Fact, view: View[Any, Any]) -> Iterator[Effect]:
        """See, and tag."""
        self.seen.append(view.features)
        yield Tag("seen")

    def order(self) -> Features:
        """What is seen at Lin's next order."""
        self.orders += 1
        self.stage.fact("lin", "order.paid", order=f"A-{self.orders}", amount_fen=100)
        return self.seen[-1]


def test_a_stranger_has_nothing_but_the_time_of_joining() -> None:
    shop = Watching()

    assert shop.order() == Features(shop.stage.now)


def test_what_is_given_is_seen_until_it_is_given_anew() -> None:
    shop = Watching()
    shop.stage.member("lin", tier="gold", tags=["vip"], groups=["hz-1", "hz-2"])
    first = shop.order()
    shop.stage.member("lin", tier="iron", groups=())

    second = shop.order()

    assert (first.tier, first.tags, first.groups) == ("gold", {"vip"}, {"hz-1", "hz-2"})
    assert (second.tier, second.tags, second.groups) == ("iron", {"vip", "seen"}, frozenset())
    assert shop.stage.tags("lin") == {"vip", "seen"}


def test_what_a_tier_gives_is_seen() -> None:
    shop = Watching()
    before = shop.order()
    shop.stage.member("lin", privileges=Privileges(points_percent=200, gates=frozenset({"trials"})))

    after = shop.order()

    assert before.privileges == Privileges(discount_percent=0, points_percent=100, gates=frozenset())
    assert after.privileges == Privileges(0, 200, frozenset({"trials"}))


def test_an_order_is_known_after_it() -> None:
    shop = Watching()
    shop.stage.fact("wang", "order.paid", order="B-1", amount_fen=100)

    assert [shop.order().has_ordered for _ in range(2)] == [False, True]


@pytest.mark.parametrize("reads", [None, False])
def test_a_campaign_that_does_not_say_so_sees_nothing(reads: bool | None) -> None:
    with pytest.raises(NotDeclared, match="features"):
        Watching(reads=reads).order()
