"""Rewards and messages on the stage."""

from dataclasses import replace
from typing import Any

import pytest

from siyu.sdk import ActionKind, Effect, Grant, Hold, Issue, Notify, Revoke, RewardRule, Text
from siyu.sdk.testing import CampaignIsNotSound, InvalidEffect, Stage, campaign_tests, given
from tests.siyu.sdk.testing.dealing import DEALING

# Nobody has to pay.
FREE = replace(DEALING, decide=lambda fact, view: _gives(fact.type, fact.data["mug"]))


def _gives(type_: str, mug: str) -> list[Any]:
    gives = [Issue("mug", mug, "HAD_IT"), Notify("bought", {"mug": mug, "left": 0})]
    return gives if type_ == "dealing.buy" else [Revoke(mug)]


def test_a_reward_is_given_once_for_a_key_even_where_it_was_taken_back() -> None:
    story = given(FREE).when("lin", "buy", mug="1")
    story.then_reward("lin", "mug").then_message("lin", "1 号杯子是您的")
    assert story.stage.rewards("lin") == {"1": "mug"}

    story.when("lin", "bringBack", mug="1").then(Revoke("1"))
    assert (story.stage.rewards("lin"), len(story.stage.messages("lin"))) == ({}, 1)
    story.when("lin", "buy", mug="1").then_refused("HAD_IT", key="1")
    assert (story.stage.rewards("wang"), story.stage.messages("wang")) == ({}, ())


def test_two_rewards_of_a_decision_have_two_keys() -> None:
    twice = replace(FREE, decide=lambda fact, view: [Issue("mug", "a", "HAD_IT"), Issue("cap", "a", "HAD_IT")])

    assert Stage(twice).act("lin", "buy", mug="1").missing == {"key": "a"}


def test_messages_are_told_in_order_and_in_both_languages() -> None:
    stage = Stage(FREE)
    stage.act("lin", "buy", mug="2")
    stage.act("lin", "buy", mug="1")

    assert stage.messages("lin") == tuple(
        Text(zh=f"{mug} 号杯子是您的", en=f"Mug {mug} is yours, 0 points are left") for mug in (2, 1)
    )


def test_a_story_says_which_reward_or_message_is_missing() -> None:
    story = given(FREE).when("lin", "buy", mug="1")

    with pytest.raises(AssertionError, match="no 'cap'"):
        story.then_reward("lin", "cap")
    with pytest.raises(AssertionError, match="Mug 2"):
        story.then_message("lin", "Mug 2 is yours")
    with pytest.raises(AssertionError, match="wang has no message"):
        story.then_message("wang", "Mug 1 is yours")


def test_words_that_cannot_be_filled_in_are_said_and_nothing_happens() -> None:
    wrong = replace(FREE, decide=lambda fact, view: [Issue("mug", "a", "HAD_IT"), Notify("bought", {"mugs": 1})])
    stage = Stage(wrong)

    with pytest.raises(InvalidEffect, match="KeyError"):
        stage.act("lin", "buy", mug="1")
    assert stage.rewards("lin") == {}


@pytest.mark.parametrize(
    ("check", "change"),
    [
        ("refusals_can_be_told", {"refusals": {"HAD_IT": Text(zh="{mug} 号已领过", en="You have had {mug}")}}),
        ("says_it_in_both_languages", {"messages": {"bought": Text(zh="{mug}", en="Mug {mug} is yours")}}),
    ],
)
def test_the_suite_looks_at_rewards_and_messages(check: str, change: dict[str, Any]) -> None:
    with pytest.raises(CampaignIsNotSound):
        campaign_tests(replace(FREE, **change))(check)


@pytest.mark.parametrize(
    ("effect", "said"),
    [
        (Grant("points", 1), "points must not be given for dealing.buy: "),
        (Hold("points", 1, "a", "HAD_IT"), "points must not be given for dealing.buy: "),
        (Issue("mug", "a", "HAD_IT"), "a reward must not be given for dealing.buy: "),
    ],
    ids=repr,
)
def test_what_must_not_be_rewarded_is_said(effect: Effect, said: str) -> None:
    kind = replace(FREE, effects=frozenset({Grant, Hold, Issue}), decide=lambda fact, view: [effect], messages={})
    sharing = replace(kind, actions=tuple(replace(action, kind=ActionKind.SHARE) for action in kind.actions))

    with pytest.raises(InvalidEffect, match=f"{said}it is the act of sharing"):
        Stage(sharing).act("lin", "buy", mug="1")
    undeclared = Stage(replace(kind, rewards=lambda config: [RewardRule("points", "order.paid")]))
    if isinstance(effect, Issue):
        # `rewards` is about units.
        assert undeclared.act("lin", "buy", mug="1").effects == (effect,)
    else:
        with pytest.raises(InvalidEffect, match=f"{said}`rewards` does not declare it"):
            undeclared.act("lin", "buy", mug="1")
    declared = Stage(replace(kind, rewards=lambda config: [RewardRule("points", "dealing.buy")]))
    assert declared.act("lin", "buy", mug="1").effects == (effect,)
