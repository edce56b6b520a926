"""A campaign type that does what its facts say, so that tests can drive every effect on counters and teams."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from siyu.campaigns import AnyCampaignType, LiveCampaign, Registry
from siyu.db import Pool
from siyu.engine import BatchLimits, Engine, NewFact, Outcome
from siyu.engine.world import World
from siyu.ids import new_id
from siyu.sdk import (
    Action,
    CampaignConfig,
    CampaignState,
    CampaignType,
    Confirm,
    Counter,
    Effect,
    Fact,
    Grant,
    MemberView,
    Period,
    Progress,
    Refuse,
    Release,
    Reserve,
    Scope,
    SetTeam,
    TeamOf,
    Text,
    View,
)
from tests.clock import NOON
from tests.factories import LONG_AGO, SHANGHAI
from tests.siyu.engine.stage import play

NAME = "units"


class TallyConfig(CampaignConfig):
    """How many units each counter has; null: no limit."""

    limit: int | None = 3
    items: tuple[str, ...] = ("cup", "hat")


class TallyState(CampaignState):
    """Nothing of its own."""


class TallyTeam(CampaignState):
    """Who is in the team."""

    members: tuple[str, ...] = Field(default=())


def decide(fact: Fact, view: View[TallyConfig, TallyState]) -> Iterator[Effect]:
    """Carry out `fact.data["do"]`, one entry an effect."""
    for op, *rest in fact.data["do"]:
        if op == "reserve":
            yield Reserve(NAME, **rest[0])
        elif op == "release":
            yield Release(rest[0])
        elif op == "confirm":
            yield Confirm(rest[0], "NOT_HELD")
        elif op == "grant":
            yield Grant("points", rest[0])
        elif op == "open":
            yield SetTeam(fact.new_key, TallyTeam(members=(str(fact.member_id),)))
        elif op == "join":
            yield _join(fact, view)
        elif op == "set":
            yield SetTeam(rest[0], TallyTeam())


def _join(fact: Fact, view: View[TallyConfig, TallyState]) -> Effect:
    team = view.team(TallyTeam)
    if team is None or view.team_key is None:
        return Refuse("NO_TEAM")
    return SetTeam(view.team_key, TallyTeam(members=(*team.members, str(fact.member_id))))


def slot_of(config: TallyConfig, local: datetime) -> str | None:
    """The hours from ten to noon; nothing at other times."""
    return f"{local:%Y-%m-%dT%H}" if local.hour in {10, 11, 12} else None


def describe(config: TallyConfig, state: TallyState) -> Progress:
    """Nothing to count."""
    return Progress(0, None, Text(zh="计数", en="Tally"))


def describe_team(config: TallyConfig, team: TallyTeam) -> Progress:
    """How many there are."""
    return Progress(len(team.members), 5, Text(zh="成员", en="Members"))


def tally(scope: Scope, period: Period = Period.EVER, **changes: Any) -> AnyCampaignType:
    """The campaign type with one counter of that scope and period."""
    item = {"field": "item", "subjects": lambda config: config.items} if scope is Scope.ITEM else {}
    counter = Counter[TallyConfig](
        name=NAME,
        scope=scope,
        period=period,
        refusal="NONE_LEFT",
        **{"limit": lambda config, subject: config.limit, **item, **changes},
    )
    return CampaignType(
        key="tally",
        title=Text(zh="计数", en="Tally"),
        sdk=">=1.0,<2",
        version="1.0.0",
        config=TallyConfig,
        state=TallyState,
        effects=frozenset({Confirm, Grant, Refuse, Release, Reserve, SetTeam}),
        decide=decide,
        describe=describe,
        describe_team=describe_team,
        refusals={
            "NONE_LEFT": Text(zh="只剩 {left} 份", en="{left} left"),
            "NOT_HELD": Text(zh="没有预留", en="Not held"),
            "NO_TEAM": Text(zh="没有这个团", en="There is no such team"),
        },
        actions=(Action("go", Text(zh="去", en="Go")),),
        counters=(counter,),
        slot_of=slot_of,
        team=TeamOf("team", TallyTeam),
    )


def go(campaign_id: UUID, member_id: UUID, *do: Sequence[Any], at: datetime = NOON, **data: Any) -> NewFact:
    """A fact that does these things."""
    body = {"do": [list(op) for op in do], **data}
    return NewFact("tally.go", member_id, at, body, new_id().hex, campaign_id, stamped=True)


def take(amount: int = 1, **more: Any) -> tuple[str, dict[str, Any]]:
    """Reserve some units."""
    return "reserve", {"amount": amount, **more}


def refusal(outcome: Outcome) -> str | None:
    """The code of a decision's refusal."""
    [decision] = outcome.decisions
    return decision.refusal.code if decision.refusal else None


def tally_engine(pool: Pool, kind: AnyCampaignType, limits: BatchLimits | None = None) -> Engine:
    """An engine that knows this type alone."""
    return Engine(pool, Registry({kind.key: kind}), SHANGHAI, limits or BatchLimits())


@dataclass
class Memory:
    """One campaign in a world without a database."""

    kind: AnyCampaignType
    config: TallyConfig = field(default_factory=TallyConfig)
    members: Sequence[UUID] = ()
    campaign: LiveCampaign = field(init=False)
    world: World = field(init=False)

    def __post_init__(self) -> None:
        self.campaign = LiveCampaign(new_id(), self.kind, 1, "running", None, None, self.config, {"points": new_id()})
        self.members = self.members or [new_id() for _ in range(3)]
        views = {member: MemberView(member, LONG_AGO) for member in self.members}
        self.world = World([self.campaign], views, SHANGHAI, new_id)

    def go(self, member: UUID, *do: Sequence[Any], at: datetime = NOON, **data: Any) -> Outcome:
        """Decide one fact."""
        fact = go(self.campaign.id, member, *do, at=at, **data)
        return play(self.world, fact, at)

    def counted(self) -> dict[tuple[str, str], tuple[int, int]]:
        """What is used and held, by subject and period."""
        return {(key.subject, key.bucket): (row.used, row.held) for key, row in self.world.counters.changed()}
