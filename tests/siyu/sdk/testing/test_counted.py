"""Counters and teams on the stage."""

from dataclasses import replace

import pytest

from siyu.sdk import Reserve, Text
from siyu.sdk.testing import CHECKS, CampaignIsNotSound, Stage, campaign_tests, check_campaign, stage_of
from siyu.sdk.testing.limits import RESERVATIONS_MAX
from tests.siyu.sdk.testing.together import TOGETHER, TeamState, TogetherConfig, a_friend_joins


def test_a_campaign_with_timers_emits_counters_and_teams_passes_everything() -> None:
    report = check_campaign(TOGETHER, plays=[a_friend_joins])

    assert (set(report.passed), report.skipped) == (set(CHECKS), {})


def test_the_sentence_of_a_counters_refusal_is_looked_at() -> None:
    texts = {**TOGETHER.refusals, "FULL": Text(zh="{seats} 已满", en="{seats} are taken")}

    with pytest.raises(CampaignIsNotSound, match="FULL"):
        campaign_tests(replace(TOGETHER, refusals=texts))("refusals_can_be_told")


def test_what_is_held_comes_back_when_nobody_joins() -> None:
    stage = stage_of(TOGETHER, seats=1)
    stage.act("lin", "open")

    assert stage.counted("seats") == {("", ""): (0, 1)}
    full = stage.act("wang", "open")
    assert (full.refusal, full.missing) == ("FULL", {"counter": "seats", "left": 0, "amount": 1})
    [fired] = stage.wait(days=1)
    assert fired.log[0]["released"] == 1
    assert stage.counted("seats") == {}
    assert stage.act("wang", "open").refusal is None


def test_a_friend_makes_it_used_for_good() -> None:
    stage = Stage(TOGETHER)
    team = stage.act("lin", "open").fact.new_key
    played = stage.act("wang", "join", team=team)

    assert stage.team(team) == TeamState(members=(stage.member("lin").id, stage.member("wang").id))
    assert [following.granted() for following in played.followed] == [10]
    assert (stage.counted("seats"), stage.counted("friends")) == ({("", ""): (1, 0)}, {(team, ""): (1, 0)})
    assert (stage.act("zhao", "join", team=team).refusal, stage.timers("lin")) == ("FULL", {})
    assert stage.act("zhao", "join", team="another").refusal == "NO_TEAM"
    assert stage.team("another") is None


def test_two_of_a_decision_need_the_sum() -> None:
    kind = replace(TOGETHER, decide=lambda fact, view: [Reserve("seats", 2), Reserve("seats", 2)])
    refused = Stage(kind, TogetherConfig(seats=3)).act("lin", "open")

    assert (refused.refusal, refused.missing["amount"]) == ("FULL", 4)


def test_a_member_holds_only_so_many_keys() -> None:
    stage = stage_of(TOGETHER, seats=1_000)
    for _ in range(RESERVATIONS_MAX):
        stage.act("lin", "open")

    with pytest.raises(Exception, match="reservations of one member"):
        stage.act("lin", "open")
