"""Refunds on the stage: asked for by the campaign, paid by the shop."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from siyu.sdk import (
    ActionInput,
    CampaignConfig,
    CampaignState,
    Effect,
    Fact,
    FactData,
    Grant,
    Notify,
    Refund,
    Refuse,
    Schedule,
    Text,
    View,
)
from siyu.sdk.judging import type_problems
from siyu.sdk.testing import CampaignIsNotSound, InvalidEffect, Stage, check_campaign, given
from tests.siyu.sdk.testing.dealing import DEALING

WORDS = Text(zh="未成团", en="The team was not filled")


class Ask(ActionInput):
    """What to ask for."""

    order: str
    fen: int
    times: int = 1


def decide(fact: Fact, view: View[CampaignConfig, CampaignState]) -> Iterator[Effect]:
    """Ask for what the member says, and tell of what fails."""
    if fact.type == "asking.ask":
        for number in range(fact.data["times"]):
            yield Refund(fact.data["order"], fact.data["fen"] + number, "no_team")
    elif fact.type == "refund.failed":
        yield Notify("failed", {"problem": fact.data["problem"]})


ASKING = replace(
    DEALING,
    key="asking",
    config=CampaignConfig,
    decide=decide,
    actions=(replace(DEALING.actions[0], name="ask", input=Ask),),
    effects=frozenset({Notify, Refund}),
    refusals={},
    refunds={"no_team": WORDS},
    messages={"failed": Text(zh="退款失败：{problem}", en="No refund: {problem}")},
    reads=(),
    timers={},
    listens=frozenset(),
    settles=frozenset({"refund.failed"}),
)


def paid(stage: Stage[CampaignConfig, CampaignState], order: str = "A-1", member: str = "lin") -> None:
    """An order of 1,000 fen."""
    stage.fact(member, "order.paid", order=order, amount_fen=1_000)


def refunded(stage: Stage[CampaignConfig, CampaignState], amount_fen: int) -> str | None:
    """The shop pays back, and reports it."""
    return stage.fact("lin", "order.refunded", order="A-1", amount_fen=amount_fen).refusal


def test_it_is_open_until_the_shop_has_paid_as_much_as_was_asked_for() -> None:
    story = given(ASKING)
    paid(story.stage)
    story.when("lin", "ask", order="A-1", fen=700).then(Refund("A-1", 700, "no_team")).then_refund("lin", "A-1", 700)

    refunded(story.stage, 699)
    story.then_refund("lin", "A-1", 700)
    refunded(story.stage, 1)

    assert story.stage.refunds("lin") == {}
    with pytest.raises(AssertionError, match=r"open: \{\}"):
        story.then_refund("lin", "A-1", 700)


def test_to_ask_twice_is_to_ask_once_and_the_greatest_stands() -> None:
    stage = Stage(ASKING)
    paid(stage)
    for fen in (300, 300, 700, 500):
        stage.act("lin", "ask", order="A-1", fen=fen)
    assert stage.refunds("lin") == {"A-1": 700}

    assert len(stage.act("lin", "ask", order="A-1", fen=800, times=3).followed) == 3
    assert stage.refunds("lin") == {"A-1": 802}


def test_what_is_back_already_counts() -> None:
    stage = Stage(ASKING)
    paid(stage)
    refunded(stage, 700)

    stage.act("lin", "ask", order="A-1", fen=700)
    assert stage.refunds("lin") == {}
    stage.act("lin", "ask", order="A-1", fen=701)
    assert stage.refunds("lin") == {"A-1": 701}


def test_no_more_is_asked_for_than_was_paid() -> None:
    stage = Stage(ASKING)
    paid(stage)
    stage.act("lin", "ask", order="A-1", fen=1_001)

    assert stage.refunds("lin") == {"A-1": 1_000}


@pytest.mark.parametrize(("order", "code"), [("A-2", "ORDER_NOT_FOUND"), ("B-1", "ORDER_NOT_FOUND"), ("A-0", None)])
def test_the_decision_stands_where_the_member_has_no_such_order(order: str, code: str | None) -> None:
    stage = Stage(ASKING)
    paid(stage, "A-0")
    paid(stage, "B-1", "wang")
    played = stage.act("lin", "ask", order=order, fen=5)

    assert (played.refusal, played.effects) == (None, (Refund(order, 5, "no_team"),))
    [asked] = played.followed
    assert (asked.fact.type, asked.fact.data) == (
        "refund.requested",
        {"order": order, "amount_fen": 5, "reason": "no_team"},
    )
    assert asked.refusal == code
    assert stage.refunds("wang") == {}


def test_of_an_order_for_nothing_nothing_goes_back() -> None:
    stage = Stage(ASKING)
    stage.fact("lin", "order.paid", order="A-1", amount_fen=0)
    [asked] = stage.act("lin", "ask", order="A-1", fen=5).followed

    assert (asked.refusal, stage.refunds("lin")) == ("NOTHING_TO_REFUND", {})


def test_a_refund_that_fails_stays_open_and_is_heard() -> None:
    story = given(ASKING)
    paid(story.stage)
    fail = {"order": "A-1", "problem": "card closed"}
    story.when("lin", "refund.failed", **fail).then_refused("REFUND_NOT_ASKED")
    story.when("wang", "refund.failed", **fail).then_refused("ORDER_NOT_FOUND")
    story.when("lin", "ask", order="A-1", fen=700)

    story.when("lin", "refund.failed", **fail).then(Notify("failed", {"problem": "card closed"}))
    story.then_message("lin", "No refund: card closed").then_refund("lin", "A-1", 700)

    refunded(story.stage, 700)
    story.when("lin", "refund.failed", **fail).then_refused("REFUND_DONE")


@pytest.mark.parametrize(
    ("effect", "said"),
    [
        (Refund("", 1, "no_team"), "order must be a text of 1 to 64 characters without NUL, and is ''"),
        (Refund("x" * 65, 1, "no_team"), "order must be a text"),
        (Refund("A", 0, "no_team"), "amount_fen must be a whole number from 1 to 1,000,000,000,000, and is 0"),
        (Refund("A", 1, "late"), "reason 'late' is none of the refunds: no_team"),
    ],
    ids=repr,
)
def test_what_is_impossible_is_said(effect: Refund, said: str) -> None:
    kind = replace(ASKING, decide=lambda fact, view: [effect])

    with pytest.raises(InvalidEffect, match=f"impossible Refund: {said}"):
        Stage(kind).act("lin", "ask", order="A-1", fen=1)


def test_it_may_follow_from_facts_as_deep_as_they_come() -> None:
    """It brings no fact that a campaign could answer to, so a member's money does not wait for a shorter chain."""

    def spin(fact: Fact, view: View[CampaignConfig, CampaignState]) -> Iterator[Effect]:
        depth = fact.data.get("depth", 0)
        if depth < 4:
            yield Schedule("next", fact.at, "next", {"depth": depth + 1})
        else:
            yield Refund("A-1", 1, "no_team")

    class Depth(FactData):
        depth: int

    stage = Stage(
        replace(ASKING, decide=spin, effects=frozenset({Refund, Schedule}), messages={}, timers={"next": Depth})
    )
    paid(stage)
    stage.act("lin", "ask", order="A-1", fen=1)

    assert stage.refunds("lin") == {"A-1": 1}


def test_a_type_that_could_not_say_why_is_found_unsound() -> None:
    assert list(type_problems(ASKING)) == []
    silent = replace(ASKING, refunds={"no_team": Text(zh="No team", en="未成团")})

    with pytest.raises(CampaignIsNotSound, match="the reason to refund no_team: zh is not Chinese"):
        check_campaign(silent)


def test_a_type_cannot_wait_for_what_it_asks_for() -> None:
    kind = replace(ASKING, listens=frozenset({"refund.requested"}), effects=ASKING.effects | {Refuse, Grant})

    assert [problem for problem in type_problems(kind) if "no campaign hears refund.requested" in problem]
