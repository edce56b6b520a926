"""A sound campaign type with timers, emitted facts, counters and a team: seats are held until a friend joins."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

from pydantic import Field

from siyu.sdk import (
    Action,
    ActionInput,
    CampaignConfig,
    CampaignState,
    CampaignType,
    Cancel,
    Confirm,
    Counter,
    Effect,
    Emit,
    Fact,
    FactData,
    Grant,
    Progress,
    Refuse,
    Release,
    Reserve,
    Schedule,
    Scope,
    SetTeam,
    TeamOf,
    Text,
    View,
)
from siyu.sdk.testing import Stage


class TogetherConfig(CampaignConfig):
    """How many seats there are."""

    seats: int = Field(default=3, title="Seats")


class TeamState(CampaignState):
    """Who opened the team, and who joined."""

    members: tuple[UUID, ...] = ()


class Join(ActionInput):
    """The team to join."""

    team: str = Field(max_length=64)


class Key(FactData):
    """What a timer and an emitted fact carry: the key of the seat."""

    key: str


def decide(fact: Fact, view: View[TogetherConfig, CampaignState]) -> Iterator[Effect]:
    """A seat is held for a day; a friend who joins makes it the opener's."""
    key, team = fact.data.get("key", ""), view.team(TeamState)
    if fact.type == "together.open":
        yield Reserve("seats", key=fact.new_key)
        yield SetTeam(fact.new_key, TeamState(members=(fact.member_id,)))
        yield Schedule(fact.new_key, fact.at + timedelta(days=1), "expire", {"key": fact.new_key})
    elif fact.type == "together.join" and team is None:
        yield Refuse("NO_TEAM")
    elif fact.type == "together.join" and team is not None:
        yield Reserve("friends")
        yield SetTeam(fact.data["team"], TeamState(members=(*team.members, fact.member_id)))
        yield Emit("joined", {"key": fact.data["team"]}, team.members[0])
    elif fact.type == "together.joined":
        yield Confirm(key, "TOO_LATE")
        yield Cancel(key)
        yield Grant("points", 10)
    elif fact.type == "together.expire":
        yield Release(key)


def describe(config: TogetherConfig, state: CampaignState) -> Progress:
    """Nothing to count."""
    return Progress(0, None, Text(zh="拼座", en="Together"))


TOGETHER = CampaignType(
    key="together",
    title=Text(zh="拼座", en="Together"),
    sdk=">=1.0,<2",
    version="1.0.0",
    config=TogetherConfig,
    state=CampaignState,
    effects=frozenset({Cancel, Confirm, Emit, Grant, Refuse, Release, Reserve, Schedule, SetTeam}),
    decide=decide,
    describe=describe,
    refusals={
        "FULL": Text(zh="只剩 {left} 座", en="{left} seats left"),
        "NO_TEAM": Text(zh="没有这个团", en="There is no such team"),
        "TOO_LATE": Text(zh="来晚了", en="Too late"),
    },
    actions=(
        Action("open", Text(zh="开团", en="Open")),
        Action("join", Text(zh="参团", en="Join"), Join),
    ),
    timers={"expire": Key},
    emits={"joined": Key},
    counters=(
        Counter[TogetherConfig](
            name="seats", scope=Scope.CAMPAIGN, limit=lambda config, subject: config.seats, refusal="FULL"
        ),
        Counter[TogetherConfig](name="friends", scope=Scope.TEAM, limit=lambda config, subject: 1, refusal="FULL"),
    ),
    team=TeamOf("team", TeamState),
    describe_team=lambda config, team: Progress(len(team.members), 2, Text(zh="成员", en="Members")),
)


def a_friend_joins(stage: Stage[Any, Any]) -> None:
    """Where random facts do not get: they know no team's key."""
    team = stage.act("lin", "open").fact.new_key
    stage.act("wang", "join", team=team)
