"""Counters and teams on the stage."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from siyu.sdk import Effect, Fact, Refuse, Reserve, SetTeam, TeamOf, Text, View
from siyu.sdk.testing import CHECKS, CampaignIsNotSound, InvalidEffect, Stage, campaign_tests, check_campaign, stage_of
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


def test_a_team_that_the_config_names_needs_no_opening() -> None:
    kind = replace(TOGETHER, team=TeamOf("team", TeamState, keys=lambda config: ["cups", "hats"]), decide=_join)
    stage = Stage(kind)

    for member in ("lin", "wang"):
        assert stage.act(member, "join", team="cups").refusal is None

    assert (stage.team("cups"), stage.team("hats")) == (TeamState(members=tuple(map(_id, ("lin", "wang")))), None)
    assert stage.act("lin", "join", team="mugs").refusal == "NO_TEAM"


def _id(name: str) -> UUID:
    return Stage(TOGETHER).member(name).id


def _join(fact: Fact, view: View[TogetherConfig, Any]) -> Iterator[Effect]:
    team = view.team(TeamState)
    if team is None:
        yield Refuse("NO_TEAM")
    else:
        yield SetTeam(fact.data["team"], TeamState(members=(*team.members, fact.member_id)))


@pytest.mark.parametrize("team", ["mugs", None])
def test_no_other_team_can_be_set_than_one_the_fact_and_the_config_name(team: Any) -> None:
    kind = replace(
        TOGETHER,
        team=TeamOf("team", TeamState, keys=lambda config: ["cups"]),
        decide=lambda fact, view: [SetTeam(team, TeamState())],
    )

    with pytest.raises(InvalidEffect, match="neither the one that the fact names"):
        Stage(kind).act("lin", "join", team="mugs")


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
