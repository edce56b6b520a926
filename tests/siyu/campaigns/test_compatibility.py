"""What docs/campaigns/compatibility.md promises to campaigns and plugins of other versions."""

import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from siyu.campaigns import AnyCampaignType, LiveCampaigns, build_registry, service
from siyu.campaigns.refused import refused_campaigns
from siyu.campaigns.service import CampaignSettings
from siyu.db import Pool
from siyu.engine import BatchLimits, Engine
from siyu.engine.firing import fire_due
from siyu.sdk import (
    CampaignConfig,
    CampaignState,
    CampaignType,
    Effect,
    Fact,
    FactData,
    Grant,
    Progress,
    Schedule,
    SetState,
    Text,
    View,
)
from tests.clock import NOON
from tests.factories import SHANGHAI, add_campaign, add_members, paid, points_of, registry_of

TITLE = Text(zh="订单数", en="Orders")


class Config(CampaignConfig):
    """What version 1 asks of an operator."""

    points: int = 1


class State(CampaignState):
    """What version 1 remembers."""

    orders: int = 0


class Thank(FactData):
    """What version 1 tells its timer."""

    order: str


def decide(fact: Fact, view: View[Any, Any]) -> Iterator[Effect]:
    """Points and a count for every order, and a timer that gives as many again."""
    if fact.type == "orders.thank":
        yield Grant("points", view.config.points)
        return
    yield Grant("points", view.config.points)
    yield SetState(State(orders=view.state.orders + 1))
    yield Schedule("thank", fact.at + timedelta(days=1), "thank", {"order": fact.data["order"]})


FIRST = CampaignType(
    key="orders",
    title=TITLE,
    sdk=">=1.0,<2",
    version="1.0.0",
    config=Config,
    state=State,
    effects=frozenset({Grant, Schedule, SetState}),
    decide=decide,
    describe=lambda config, state: Progress(state.orders, None, TITLE),
    listens=frozenset({"order.paid"}),
    timers={"thank": Thank},
)


class NewState(CampaignState):
    """What version 2 remembers: the same under another name."""

    paid: int = 0


class NewConfig(Config):
    """What version 2 asks: a field more, with a default."""

    times: int = 10


class NewThank(Thank):
    """What version 2 tells its timer: a field more."""

    note: str = "thanks"


def decide_anew(fact: Fact, view: View[Any, Any]) -> Iterator[Effect]:
    """Points for every order up to now."""
    if fact.type == "orders.thank":
        yield Grant("points", 1_000 if "note" in fact.data else 100)
        return
    yield SetState(NewState(paid=view.state.paid + 1))
    yield Grant("points", (view.state.paid + 1) * view.config.times)


def upcast(version: int, data: dict[str, Any]) -> dict[str, Any]:
    """Version 1 said `orders`."""
    assert version == 1
    return {"paid": data["orders"]}


SECOND = replace(
    FIRST,
    version="2.0.0",
    config=NewConfig,
    state=NewState,
    state_version=2,
    upcast=upcast,
    decide=decide_anew,
    timers={"thank": NewThank},
)


class Renamed(CampaignConfig):
    """What version 3 asks: no field of version 1 is left."""

    reward: int = 5


THIRD = replace(
    SECOND, version="3.0.0", config=Renamed, decide=lambda fact, view: [Grant("points", view.config.reward)]
)


def engine_of(pool: Pool, *kinds: AnyCampaignType, now: datetime = NOON) -> Engine:
    """A process with these plugins."""
    return Engine(pool, registry_of(*kinds), SHANGHAI, BatchLimits(), lambda: now)


async def pay(pool: Pool, member: UUID, number: str, *kinds: AnyCampaignType) -> list[str | None]:
    """An order is paid while these plugins are loaded: the codes that its decisions were refused with."""
    outcome = await engine_of(pool, *kinds).submit(paid(member, number, 100, NOON))
    return [decision.refusal.code if decision.refusal else None for decision in outcome.decisions]


async def test_a_new_version_goes_on_from_the_old_ones_state(pool: Pool) -> None:
    [member] = await add_members(pool, 1)
    await add_campaign(pool, "orders", {"points": 1})
    await pay(pool, member, "A-1", FIRST)

    assert await pay(pool, member, "A-2", SECOND) == [None]

    # 1 of the first version, and 2 orders at the default that the stored config does not have.
    assert await points_of(pool, member) == 1 + 20
    assert await pool.fetchrow("SELECT state, state_version FROM participation") == ('{"paid": 2}', 2)


async def test_an_old_version_put_back_fails_rather_than_lose_what_it_cannot_read(pool: Pool) -> None:
    [member] = await add_members(pool, 1)
    await add_campaign(pool, "orders", {"points": 1})
    await pay(pool, member, "A-1", SECOND)

    assert await pay(pool, member, "A-2", FIRST) == ["CAMPAIGN_FAILED"]

    assert await pool.fetchrow("SELECT state, state_version FROM participation") == ('{"paid": 1}', 2)


async def test_a_timer_brings_what_the_version_that_set_it_told_it(pool: Pool) -> None:
    [member] = await add_members(pool, 1)
    await add_campaign(pool, "orders", {"points": 1})
    await pay(pool, member, "A-1", FIRST)

    await fire_due(engine_of(pool, SECOND, now=NOON + timedelta(days=2)))

    assert await points_of(pool, member) == 1 + 100


async def test_a_timer_that_a_new_version_does_not_declare_is_decided_all_the_same(pool: Pool) -> None:
    [member] = await add_members(pool, 1)
    await add_campaign(pool, "orders", {"points": 1})
    await pay(pool, member, "A-1", FIRST)

    without = replace(SECOND, timers={}, effects=frozenset({Grant, SetState}))
    await fire_due(engine_of(pool, without, now=NOON + timedelta(days=2)))

    assert await points_of(pool, member) == 1 + 100


async def test_a_config_that_a_new_version_refuses_decides_nothing_until_it_is_updated(
    pool: Pool, caplog: pytest.LogCaptureFixture
) -> None:
    [member] = await add_members(pool, 1)
    campaign = await add_campaign(pool, "orders", {"points": 1})

    assert await pay(pool, member, "A-1", THIRD) == []
    [refused] = await refused_campaigns(pool, registry_of(THIRD))
    assert (refused.id, refused.problem) == (campaign, "config.points: Extra inputs are not permitted")
    assert [record.message for record in caplog.records if record.levelno >= logging.ERROR] == [
        "campaign type orders does not accept a config or terms it accepted once"
    ]
    await service.update(pool, registry_of(THIRD), campaign, 1, CampaignSettings(config={"reward": 7}), NOON)
    assert await pay(pool, member, "A-2", THIRD) == [None]

    assert await points_of(pool, member) == 7
    assert await refused_campaigns(pool, registry_of(THIRD)) == []


@pytest.mark.parametrize(
    ("config", "terms", "problem"),
    [
        pytest.param("{}", '{"lane": "No lane"}', "terms.lane: String should match", id="terms"),
        pytest.param("{}", '{"arms": [{"key": "a", "weight": 1, "override": {"of": 1}}]}', "ValidationError", id="arm"),
        pytest.param('{"points": "many"}', None, "config.points: Input should be a valid integer", id="config"),
    ],
)
async def test_what_no_process_can_load_is_named(pool: Pool, config: str, terms: str | None, problem: str) -> None:
    for state in ("running", "ended", "draft"):
        await add_campaign(pool, "orders", {"points": 1}, state=state)
        await add_campaign(pool, "gone", {"points": "many"}, state=state)
    assert await refused_campaigns(pool, registry_of(FIRST)) == []

    await pool.execute("UPDATE campaign SET config = $1, terms = $2, revision = 2", config, terms)
    found = await refused_campaigns(pool, registry_of(FIRST))

    assert [campaign.type_key for campaign in found] == ["orders", "orders"]
    assert all(campaign.problem.startswith(problem) for campaign in found)
    live = LiveCampaigns(registry_of(FIRST))
    async with pool.acquire() as connection:
        assert (await live.load(connection)).campaigns == ()


async def test_a_plugin_that_comes_back_decides_what_happens_from_then_on(pool: Pool) -> None:
    [member] = await add_members(pool, 1)
    await add_campaign(pool, "orders", {"points": 1})
    await pay(pool, member, "A-1", FIRST)

    assert await pay(pool, member, "A-2") == []
    assert await pay(pool, member, "A-3", FIRST) == [None]

    assert await points_of(pool, member) == 2
    assert await pool.fetchval("SELECT state ->> 'orders' FROM participation") == "2"


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        pytest.param("from siyu.sdk import Grant, Teleport", "'Teleport'", id="an effect of a newer SDK"),
        pytest.param("from siyu.sdk.teleporting import Teleport", "siyu.sdk.teleporting", id="a module of a newer SDK"),
        pytest.param("from siyu.sdk import View; View.teleported", "'teleported'", id="a read of a newer SDK"),
        pytest.param(
            "from siyu.sdk import CampaignType; CampaignType(teleports=())", "'teleports'", id="a field of a newer SDK"
        ),
    ],
)
def test_what_a_newer_sdk_has_is_refused_by_its_name(source: str, reason: str) -> None:
    def load() -> object:
        exec(source, {})  # noqa: S102 - the lines above
        return object()

    registry = build_registry([("newer", load)])

    [broken] = registry.broken
    assert reason in broken.problem
