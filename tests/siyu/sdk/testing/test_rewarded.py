"""Rewards and messages on the stage."""

from dataclasses import replace
from typing import Any

import pytest

from siyu.sdk import Issue, Notify, Revoke, Text
from siyu.sdk.testing import CHECKS, CampaignIsNotSound, InvalidEffect, Stage, campaign_tests, check_campaign, given
from tests.siyu.sdk.testing.dealing import DEALING


def test_a_campaign_that_gives_and_tells_passes_everything() -> None:
    report = check_campaign(DEALING)

    assert (set(report.passed), report.skipped) == (set(CHECKS), {})


def test_a_reward_is_given_once_for_a_key_even_where_it_was_taken_back() -> None:
    story = given(DEALING).when("lin", "buy", mug="1").then(Issue("mug", "1", "HAD_IT"), Notify("bought", {"mug": "1"}))
    story.then_reward("lin", "mug").then_message("lin", "1 号杯子是您的").then_message("lin", "Mug 1 is yours")
    assert story.stage.rewards("lin") == {"1": "mug"}

    story.when("lin", "bringBack", mug="1").then(Revoke("1"))
    assert (story.stage.rewards("lin"), len(story.stage.messages("lin"))) == ({}, 1)
    story.when("lin", "buy", mug="1").then_refused("HAD_IT", key="1")
    assert (story.stage.rewards("wang"), story.stage.messages("wang")) == ({}, ())


def test_two_rewards_of_a_decision_have_two_keys() -> None:
    twice = replace(DEALING, decide=lambda fact, view: [Issue("mug", "a", "HAD_IT"), Issue("cap", "a", "HAD_IT")])

    assert Stage(twice).act("lin", "buy", mug="1").missing == {"key": "a"}


def test_a_story_says_which_reward_or_message_is_missing() -> None:
    story = given(DEALING).when("lin", "buy", mug="1")

    with pytest.raises(AssertionError, match="no 'cap'"):
        story.then_reward("lin", "cap")
    with pytest.raises(AssertionError, match="Mug 2"):
        story.then_message("lin", "Mug 2 is yours")
    with pytest.raises(AssertionError, match="wang has no message"):
        story.then_message("wang", "Mug 1 is yours")


def test_words_that_cannot_be_filled_in_are_said_and_nothing_happens() -> None:
    wrong = replace(DEALING, decide=lambda fact, view: [Issue("mug", "a", "HAD_IT"), Notify("bought", {"mugs": 1})])
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
        campaign_tests(replace(DEALING, **change))(check)
