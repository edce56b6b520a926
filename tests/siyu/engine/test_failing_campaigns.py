"""A campaign that misbehaves changes nothing, is named in the log, and leaves the other campaigns alone."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import repeat
from typing import Any

import pytest

from siyu.campaigns import AnyCampaignType
from siyu.engine import CAMPAIGN_FAILED
from siyu.sdk import (
    EFFECT_TYPES,
    CampaignState,
    Effect,
    Fact,
    Grant,
    Hold,
    Issue,
    Notify,
    Once,
    References,
    Refuse,
    Reverse,
    Revoke,
    Score,
    SetState,
    Settle,
    Spend,
    Text,
    View,
)
from tests.clock import NOON
from tests.factories import paid
from tests.siyu.engine.stage import MEMBER, PURCHASE, Decide, live, play, world_of


class AnotherState(CampaignState):
    """Of no campaign type here."""


def raises_halfway(fact: Fact, view: View[Any, Any]) -> Iterator[Effect]:
    """Has granted something when it fails."""
    yield Grant("points", 5)
    raise ZeroDivisionError


def yields(*effects: object) -> Decide:
    """A decide that yields these."""
    return lambda fact, view: effects  # type: ignore[return-value]  # junk on purpose


def broken_type(decide: Any) -> AnyCampaignType:
    """A campaign type called `broken` that decides about paid orders; every effect but Score is declared."""
    return replace(
        PURCHASE,
        key="broken",
        decide=decide,
        effects=frozenset(EFFECT_TYPES) - {Score},
        reads=(References(frozenset({"order.paid"}), "order"),),
        messages={"hello": Text(zh="{name}你好", en="Hello {name}")},
        refusals={"NO": Text(zh="不", en="No")},
    )


@pytest.mark.parametrize(
    "decide",
    [
        pytest.param(raises_halfway, id="raises"),
        pytest.param(lambda fact, view: None, id="no iterable"),
        pytest.param(lambda fact: (), id="another signature"),
        pytest.param(lambda fact, view: repeat(Grant("points", 1)), id="effects without end"),
        pytest.param(yields(Grant("points", 5), "junk"), id="junk among effects"),
        pytest.param(yields(Grant("points", 5), Grant), id="a class for an effect"),
        pytest.param(yields(Score("streak", 3)), id="undeclared"),
        pytest.param(yields(*[Grant("points", 1)] * 33), id="too many"),
        pytest.param(yields(SetState(AnotherState())), id="another type's state"),
        pytest.param(yields(SetState({"orders": 3})), id="a dict for a state"),  # type: ignore[arg-type]  # on purpose
        pytest.param(yields(Grant("points", 0)), id="nothing granted"),
        pytest.param(yields(Grant("points", -5)), id="a negative grant"),
        pytest.param(yields(Grant("points", 10**18)), id="an absurd grant"),
        pytest.param(yields(Grant("points", 1.5)), id="a fraction"),  # type: ignore[arg-type]  # on purpose
        pytest.param(yields(Grant("points", True)), id="a truth value"),
        pytest.param(yields(Grant("gold", 5)), id="an unknown unit"),
        pytest.param(yields(Grant(["points"], 5)), id="an unhashable unit"),  # type: ignore[arg-type]  # on purpose
        pytest.param(yields(Grant("points", 5, "x" * 81)), id="a long reference"),
        pytest.param(yields(Grant("points", 5, "\0")), id="a reference PostgreSQL cannot hold"),
        pytest.param(yields(Reverse("points", 5, "")), id="an empty reference"),
        pytest.param(yields(Reverse("points", 5, "A2")), id="a reference it does not read"),
        pytest.param(yields(Reverse("points", 5, "A1", of="hold")), id="a reversal of nothing"),  # type: ignore[arg-type]  # on purpose
        pytest.param(lambda fact, view: view.granted("points", "A2"), id="reads what it did not declare"),
        pytest.param(yields(Spend("points", 0, "NO")), id="nothing spent"),
        pytest.param(yields(Spend("gold", 5, "NO")), id="a spend of an unknown unit"),
        pytest.param(yields(Spend("points", 5, "UNDECLARED")), id="a spend with a code of nobody"),
        pytest.param(yields(Spend("points", 5, "NO", "")), id="a spend for an empty reference"),
        pytest.param(yields(Hold("points", -1, "k", "NO")), id="a negative hold"),
        pytest.param(yields(Hold("points", 5, "x" * 65, "NO")), id="a long key of a hold"),
        pytest.param(yields(Hold("points", 5, "k", "UNDECLARED")), id="a hold with a code of nobody"),
        pytest.param(yields(Hold("points", 5, "k", "NO", "\0")), id="a hold for what PostgreSQL cannot hold"),
        pytest.param(yields(Settle("k", -1)), id="a negative settlement"),
        pytest.param(yields(Settle("k", False)), id="a truth value for a settlement"),
        pytest.param(yields(Settle("")), id="a settlement of no key"),
        pytest.param(yields(Issue("", "k", "NO")), id="a reward without a name"),
        pytest.param(yields(Issue("mug", "\ud800", "NO")), id="a reward's key UTF-8 cannot hold"),
        pytest.param(yields(Issue("mug", "k", "UNDECLARED")), id="a reward with a code of nobody"),
        pytest.param(yields(Revoke("")), id="a reward taken back of no key"),
        pytest.param(yields(Notify("bye", {"name": "Lin"})), id="an undeclared message"),
        pytest.param(yields(Notify("hello")), id="a message that lacks a word"),
        pytest.param(yields(Notify("hello", {"name": 1.5})), id="a fraction in a message"),  # type: ignore[dict-item]  # on purpose
        pytest.param(yields(Notify("hello", {"name": "x" * 201})), id="a long word in a message"),
        pytest.param(yields(Notify("hello", {"name": "\0"})), id="a word PostgreSQL cannot hold"),
        pytest.param(yields(Notify("hello", {"name": 2**63})), id="a number beyond 64 bits in a message"),
        pytest.param(
            yields(Notify("hello", {f"n{number}": "" for number in range(17)} | {"name": ""})), id="many words"
        ),
        pytest.param(yields(Once("", "NO")), id="an empty key"),
        pytest.param(yields(Once("\ud800", "NO")), id="a key UTF-8 cannot hold"),
        pytest.param(yields(Once(["k"], "NO")), id="an unhashable key"),  # type: ignore[arg-type]  # on purpose
        pytest.param(yields(Once("k", "UNDECLARED")), id="a code of nobody"),
        pytest.param(yields(Once("k", "NO"), Once("l", "NO")), id="two keys"),
        pytest.param(yields(Refuse("UNDECLARED")), id="an undeclared refusal"),
        pytest.param(yields(Refuse("NO", 5)), id="missing is no mapping"),  # type: ignore[arg-type]  # on purpose
        pytest.param(yields(Refuse("NO", {"day": NOON})), id="missing is no JSON"),
        pytest.param(yields(Refuse("NO", {"text": "\0"})), id="missing cannot be stored"),
    ],
)
def test_a_misbehaving_campaign_fails_alone(decide: Decide, caplog: pytest.LogCaptureFixture) -> None:
    broken, good = live(broken_type(decide), 1), live(PURCHASE, 2)
    world = world_of([broken, good])

    failed, decided = play(world, paid(MEMBER, "A1", 1_200, NOON)).decisions

    assert failed.refusal is not None
    assert (failed.campaign_id, failed.refusal.code, failed.effects) == (broken.id, CAMPAIGN_FAILED, ())
    assert (decided.campaign_id, decided.refusal) == (good.id, None)
    assert [(transfer.debit_id, transfer.amount) for transfer in world.book.transfers] == [(good.issuers["points"], 12)]
    assert [record.campaign_id for record in world.participations.changed()] == [good.id]
    assert (world.once, world.scores, world.messages) == (set(), [], [])
    assert (world.holds.new, world.rewards.new) == ({}, {})
    assert "campaign type broken failed" in caplog.text


def test_a_well_behaved_one_would_have_been_heard() -> None:
    """The stage above is sound: the same type with possible effects is carried out."""
    effects = (Once("k", "NO"), Grant("points", 5, "A1"), Reverse("points", 2, "A1"))
    world = world_of([live(broken_type(yields(*effects)))])

    outcome = play(world, paid(MEMBER, "A1", 1_200, NOON))

    assert [effect["kind"] for effect in outcome.decisions[0].effects] == ["once", "grant", "reverse"]
    assert [transfer.member_balance for transfer in world.book.transfers] == [5, 3]


def test_a_refusal_has_no_other_effect() -> None:
    world = world_of([live(broken_type(yields(Grant("points", 5), Refuse("NO", {"days": 3}))))])

    outcome = play(world, paid(MEMBER, "A1", 1_200, NOON))

    assert outcome.decisions[0].refusal == ("NO", {"days": 3})
    assert world.book.transfers == []


def test_a_reference_may_hold_whatever_an_order_number_may() -> None:
    """Ideographic spaces and tabs are odd in an order's number, but the shop's own business."""
    world = world_of([live(PURCHASE)])

    outcome = play(world, paid(MEMBER, "订单\u3000甲\t1", 1_200, NOON))

    assert outcome.decisions[0].refusal is None
    assert world.book.transfers[0].reference == "订单\u3000甲\t1"
