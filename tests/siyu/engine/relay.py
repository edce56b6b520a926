"""A campaign type that only tests know: bells that ring later, and a baton that is passed from member to member.

`witness` is a second type, which listens to what the first one emits.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from siyu.campaigns import Registry
from siyu.clock import Clock, utc_now
from siyu.db import Pool
from siyu.engine import BatchLimits, Engine, NewFact, Outcome
from siyu.engine.firing import fire_due
from siyu.engine.intake import action_fact
from siyu.ids import new_id
from siyu.sdk import (
    Action,
    ActionInput,
    CampaignConfig,
    CampaignState,
    CampaignType,
    Cancel,
    Effect,
    Emit,
    Fact,
    FactData,
    Grant,
    Progress,
    Schedule,
    SetState,
    Text,
    View,
    hookimpl,
)
from tests.clock import NOON
from tests.factories import SHANGHAI, registry_of

TITLE = Text(zh="接力", en="Relay")


class RelayConfig(CampaignConfig):
    """Nothing to set."""


class RelayState(CampaignState):
    """What has reached the member."""

    rung: tuple[str, ...] = ()
    batons: int = 0


class Wind(ActionInput):
    """Let a bell ring after so many seconds; `then_s` lets it ring once more."""

    seconds: float
    key: str = "bell"
    note: str = "ding"
    then_s: float | None = None
    stops: str | None = None


class Stop(ActionInput):
    """Take a bell back."""

    key: str = "bell"


class Throw(ActionInput):
    """Pass the baton on so many times, first to `to`."""

    hops: int
    to: str | None = None
    copies: int = 1


class Ring(FactData):
    """A bell rings; `then_s` winds it again, `stops` takes another bell back."""

    note: str = "ding"
    then_s: float | None = None
    stops: str | None = None


class Baton(FactData):
    """How often it is still to be passed on."""

    hops: int


def decide(fact: Fact, view: View[RelayConfig, RelayState]) -> Iterator[Effect]:
    """Wind, stop, ring, pass on."""
    data = fact.data
    match fact.type.removeprefix("relay."):
        case "wind":
            ring = {"note": data["note"], "then_s": data["then_s"], "stops": data["stops"]}
            yield Schedule(data["key"], fact.at + timedelta(seconds=data["seconds"]), "ring", ring)
        case "stop":
            yield Cancel(data["key"])
        case "throw":
            for _ in range(data["copies"]):
                yield Emit("baton", {"hops": data["hops"]}, UUID(data["to"]) if data["to"] else None)
        case "ring":
            yield Grant("points", 1)
            yield SetState(view.state.model_copy(update={"rung": (*view.state.rung, data["note"])}))
            if data["then_s"] is not None:
                yield Schedule("bell", fact.at + timedelta(seconds=data["then_s"]), "ring", {"note": "again"})
            if data["stops"] is not None:
                yield Cancel(data["stops"])
        case "baton":
            yield Grant("points", 1)
            yield SetState(view.state.model_copy(update={"batons": view.state.batons + 1}))
            if data["hops"] > 0:
                yield Emit("baton", {"hops": data["hops"] - 1})


def describe(config: CampaignConfig, state: CampaignState) -> Progress:
    """No goal."""
    return Progress(0, None, TITLE)


RELAY = CampaignType(
    key="relay",
    title=TITLE,
    sdk=">=1.0,<2",
    version="1.0.0",
    config=RelayConfig,
    state=RelayState,
    actions=(Action("wind", TITLE, Wind), Action("stop", TITLE, Stop), Action("throw", TITLE, Throw)),
    timers={"ring": Ring},
    emits={"baton": Baton},
    effects=frozenset({Cancel, Emit, Grant, Schedule, SetState}),
    decide=decide,
    describe=describe,
)


class WitnessState(CampaignState):
    """What the member was seen with."""

    seen: tuple[str, ...] = ()


def watch(fact: Fact, view: View[RelayConfig, WitnessState]) -> Iterator[Effect]:
    """Note it down."""
    yield SetState(WitnessState(seen=(*view.state.seen, fact.type)))


WITNESS = CampaignType(
    key="witness",
    title=TITLE,
    sdk=">=1.0,<2",
    version="1.0.0",
    config=RelayConfig,
    state=WitnessState,
    listens=frozenset({"relay.baton", "relay.ring"}),
    effects=frozenset({SetState}),
    decide=watch,
    describe=describe,
)


@hookimpl
def siyu_campaign_types() -> Sequence[CampaignType[Any, Any]]:
    """Hand both over: this module is a plugin for the processes that tests start."""
    return [RELAY, WITNESS]


def relay_registry() -> Registry:
    """A registry of both."""
    return registry_of(RELAY, WITNESS)


def relay_engine(
    pool: Pool, clock: Clock = utc_now, registry: Registry | None = None, limits: BatchLimits | None = None
) -> Engine:
    """An engine of a shop that runs relays."""
    return Engine(pool, registry or relay_registry(), SHANGHAI, limits or BatchLimits(), clock)


def act(name: str, campaign: UUID, member: UUID, at: datetime = NOON, **data: object) -> NewFact:
    """What a member does in a relay."""
    action = next(action for action in RELAY.actions if action.name == name)
    return action_fact(RELAY, action, campaign, member, data, new_id().hex, at)


async def fire_all(engine: Engine) -> None:
    """What a worker does while something is due."""
    while not await fire_due(engine):
        pass
    await engine.drain()


async def rung_of(pool: Pool, member: UUID) -> str | None:
    """The bells that the member heard, as JSON text."""
    text: str | None = await pool.fetchval("SELECT state->>'rung' FROM participation WHERE subject_id = $1", member)
    return text


async def count(pool: Pool, what: str) -> int:
    """How many rows."""
    return int(await pool.fetchval(f"SELECT count(*) FROM {what}"))


def kinds(outcome: Outcome) -> list[str]:
    """The kinds of effects of the only decision."""
    [decision] = outcome.decisions
    assert decision.refusal is None
    return [effect["kind"] for effect in decision.effects]
