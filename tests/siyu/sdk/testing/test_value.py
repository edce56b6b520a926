"""Spends and holds on the stage, and the suite on a campaign of value."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from siyu.sdk import (
    Effect,
    Grant,
    Held,
    Hold,
    Issue,
    NotDeclared,
    Notify,
    Reverse,
    RewardRule,
    Settle,
    Spend,
    Text,
    View,
)
from siyu.sdk.testing import CHECKS, CampaignIsNotSound, InvalidEffect, Stage, campaign_tests, check_campaign, given
from siyu.sdk.testing.limits import HOLDS_OPEN_MAX
from tests.siyu.sdk.testing.dealing import DEALING

NOON = datetime(2026, 11, 22, 4, tzinfo=UTC)


def paid(stage: Stage[Any, Any], number: str = "A-1") -> Any:
    """Lin pays an order."""
    return stage.fact("lin", "order.paid", order=number, amount_fen=100)


def refunded(stage: Stage[Any, Any], number: str = "A-1") -> Any:
    """A fen of it goes back."""
    return stage.fact("lin", "order.refunded", order=number, amount_fen=1)


def asking(*effects: Effect) -> Stage[Any, Any]:
    """A stage whose campaign asks for the same again and again; lin has 100 points."""
    kind = replace(DEALING, decide=lambda fact, view: effects, effects=DEALING.effects | {Grant})
    stage = Stage(kind)
    stage.give("lin", points=100)
    return stage


def test_a_campaign_that_sells_and_promises_passes_everything() -> None:
    report = check_campaign(DEALING)

    assert (set(report.passed), report.skipped) == (set(CHECKS), {})


def test_what_is_bought_is_paid_for_and_can_be_brought_back_once() -> None:
    story = given(DEALING).member("lin", points=100).when("lin", "buy", mug="1")
    story.then(
        Spend("points", 30, "TOO_POOR", reference="1"),
        Issue("mug", "1", "HAD_IT"),
        Notify("bought", {"mug": "1", "left": 70}),
    )
    story.then_balance("lin", 70).then_reward("lin", "mug").then_message("lin", "Mug 1 is yours, 70 points are left")

    story.when("lin", "bringBack", mug="1").then_balance("lin", 100)
    assert (story.last.granted(), story.last.log[0]["of"], story.stage.rewards("lin")) == (0, "spend", {})
    story.when("lin", "bringBack", mug="1").then().then_balance("lin", 100)


def test_who_has_too_little_is_told_how_much_is_missing_and_nothing_happens() -> None:
    story = given(DEALING).member("lin", points=29).when("lin", "buy", mug="1")

    story.then_refused("TOO_POOR", unit="points", balance=29, missing=1).then_balance("lin", 29)
    assert (story.stage.rewards("lin"), story.stage.messages("lin")) == ({}, ())


@pytest.mark.parametrize(
    ("effects", "missing"),
    [
        ((Spend("points", 60, "TOO_POOR"), Spend("points", 41, "TOO_POOR")), 1),
        ((Grant("points", 500), Spend("points", 101, "TOO_POOR")), 1),
        ((Reverse("points", 1, "1"), Spend("points", 100, "TOO_POOR")), 1),
        ((Reverse("points", 500, "1"), Spend("points", 2, "TOO_POOR")), 2),
        ((Hold("points", 1, "a", "HAD_IT"), Hold("points", 1, "a", "HAD_IT"), Spend("points", 101, "TOO_POOR")), 1),
    ],
)
def test_what_there_was_before_the_decision_bears_all_its_spends(effects: Sequence[Effect], missing: int) -> None:
    played = asking(*effects).act("lin", "bringBack", mug="1")

    assert played.missing == {"unit": "points", "balance": 100, "missing": missing}


def test_what_is_held_is_the_members_once_it_is_settled() -> None:
    stage = Stage(DEALING, at=NOON)
    assert paid(stage).granted() == 0

    assert stage.holds("lin") == {"A-1": Held("points", 20, NOON)}
    assert (stage.balance("lin"), stage.holds("wang")) == (0, {})
    [fired] = stage.wait(days=7)
    assert (fired.granted(), stage.balance("lin"), stage.holds("lin")) == (20, 20, {})
    assert (refunded(stage).granted(), stage.balance("lin")) == (-20, 0)


def test_what_is_dropped_is_nobodys_and_its_key_is_used() -> None:
    stage = Stage(DEALING)
    paid(stage)

    dropped = refunded(stage)

    assert dropped.log == ({"kind": "settle", "key": "A-1", "unit": "points", "amount": 0, "asked": 0},)
    assert (stage.holds("lin"), [fired.granted() for fired in stage.wait(days=7)], stage.balance("lin")) == ({}, [0], 0)
    stage.kind = replace(DEALING, decide=lambda fact, view: [Hold("points", 1, "A-1", "HAD_IT")])
    assert stage.act("lin", "buy", mug="1").missing == {"key": "A-1"}


@pytest.mark.parametrize(("amount", "granted"), [(None, 20), (5, 5), (21, 20)])
def test_a_part_of_a_hold_may_be_granted_and_never_more(amount: int | None, granted: int) -> None:
    stage = asking(Hold("points", 20, "a", "HAD_IT"), Settle("a", amount))

    assert (stage.act("lin", "buy", mug="1").granted(), stage.balance("lin")) == (granted, 100 + granted)


def test_a_member_has_only_so_many_open_holds() -> None:
    stage = Stage(DEALING)
    for number in range(HOLDS_OPEN_MAX):
        paid(stage, f"A-{number}")

    with pytest.raises(InvalidEffect, match="Hold"):
        paid(stage, "one more")
    assert len(stage.holds("lin")) == HOLDS_OPEN_MAX


def test_holds_are_read_by_campaigns_that_hold() -> None:
    stage = Stage(replace(DEALING, decide=lambda fact, view: [], effects=frozenset({Spend})))
    looks: list[Callable[[View[Any, Any]], object]] = [lambda view: view.held("a"), lambda view: view.granted("x", "y")]

    for look in looks:
        stage.kind = replace(stage.kind, decide=lambda fact, view, look=look: [look(view)])
        with pytest.raises(NotDeclared):
            stage.act("lin", "buy", mug="1")


@pytest.mark.parametrize(
    ("amounts", "said"),
    [
        ({"gold": 1}, "there is no unit 'gold'; there is: commission, growth, points"),
        ({"points": 0}, "nobody can have 0 points: a whole number from 1 to 1,000,000,000,000"),
        ({"points": 1.5}, "nobody can have 1.5 points"),
    ],
)
def test_what_nobody_can_have_is_not_given(amounts: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Stage(DEALING).give("lin", **amounts)


@pytest.mark.parametrize("code", ["HAD_IT", "TOO_POOR"])
def test_the_suite_looks_at_what_spends_and_holds_are_refused_with(code: str) -> None:
    texts = {**DEALING.refusals, code: Text(zh="{price} 不足", en="{price} is too much")}

    with pytest.raises(CampaignIsNotSound, match=code):
        campaign_tests(replace(DEALING, refusals=texts))("refusals_can_be_told")


@pytest.mark.parametrize("effect", [Grant("commission", 5), Hold("commission", 5, "k", "HAD_IT")])
def test_commission_is_given_by_types_that_declare_it(effect: Effect) -> None:
    with pytest.raises(InvalidEffect, match="commission is given by types that declare `rewards` alone"):
        paid(asking(effect))

    kind = replace(DEALING, decide=lambda fact, view: [effect], effects=DEALING.effects | {Grant})
    stage = Stage(replace(kind, rewards=lambda _: [RewardRule("commission", "order.paid", 1)]))
    assert paid(stage).refusal is None
