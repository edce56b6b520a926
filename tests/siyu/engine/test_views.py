"""What a campaign may read of counters, reservations and teams: what its type declares, and nothing else."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from siyu.campaigns.needs import NOTHING
from siyu.engine import CAMPAIGN_FAILED
from siyu.sdk import Effect, Fact, Reserved, Scope, View
from tests.siyu.engine.tally import Memory, TallyState, TallyTeam, refusal, take, tally


def reading(read: Callable[[View[Any, Any]], object], seen: list[object]) -> Callable[[Fact, Any], list[Effect]]:
    """A decide that notes what it read."""

    def decide(fact: Fact, view: View[Any, Any]) -> list[Effect]:
        seen.append(read(view))
        return []

    return decide


@pytest.mark.parametrize(
    ("read", "expected_answer"),
    [
        (lambda view: view.left("units"), 0),
        (lambda view: view.used("units", "cup"), 3),
        (lambda view: view.on_hold("units"), 2),
        (lambda view: view.reserved("k"), Reserved("units", "cup", 2, False)),
        (lambda view: view.reserved("none"), None),
        (lambda view: view.team(TallyTeam), None),
    ],
)
def test_a_view_reads_what_is_declared(read: Callable[[View[Any, Any]], object], expected_answer: object) -> None:
    kind, seen = tally(Scope.ITEM), list[object]()
    taking, noting = kind.decide, reading(read, seen)
    shop = Memory(replace(kind, decide=lambda fact, view: (taking if fact.data["do"] else noting)(fact, view)))
    lin, *_ = shop.members
    shop.go(lin, take(2, key="k"), take(), item="cup")

    assert refusal(shop.go(lin, item="cup")) is None
    assert seen == [expected_answer]


@pytest.mark.parametrize(
    "read",
    [
        lambda view: view.left("seats"),
        lambda view: view.left("units", "shoe"),
        lambda view: view.used("units", "shoe"),
        lambda view: view.on_hold("units", "shoe"),
        lambda view: view.team(TallyState),
    ],
)
def test_a_view_reads_nothing_else(read: Callable[[View[Any, Any]], object]) -> None:
    kind = replace(tally(Scope.ITEM), decide=reading(read, []))
    shop = Memory(kind)

    assert refusal(shop.go(shop.members[0], item="cup")) == CAMPAIGN_FAILED


@pytest.mark.parametrize(
    "read",
    [
        lambda view: view.left("units"),
        lambda view: view.used("units"),
        lambda view: view.on_hold("units"),
        lambda view: view.reserved("k"),
        lambda view: view.team(TallyTeam),
        lambda view: view.features,
    ],
)
def test_a_type_that_declares_nothing_reads_nothing(read: Callable[[View[Any, Any]], object]) -> None:
    kind = replace(tally(Scope.ITEM), counters=(), team=None, decide=reading(read, []))
    shop = Memory(kind)

    assert shop.campaign.needs is NOTHING
    assert refusal(shop.go(shop.members[0])) == CAMPAIGN_FAILED
