"""What the shop knows of members, where a campaign's config says that decisions look at it."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from plugins.purchase.campaign import PURCHASE, PurchaseConfig
from siyu.campaigns import build_registry, service
from siyu.campaigns.drafts import Draft, DraftChanges
from siyu.campaigns.routes import needs_features
from siyu.campaigns.service import CampaignSettings
from siyu.db import Pool
from siyu.engine import CAMPAIGN_FAILED, Engine
from siyu.engine.preview import Previewer, PreviewFact
from siyu.engine.replay import Replay, ReplaySummary
from siyu.members.service import FeatureChanges, ProfileChanges, update_profile
from siyu.sdk import Effect, Fact, Grant, View
from tests.clock import NOON
from tests.factories import (
    SHANGHAI,
    add_campaign,
    add_members,
    paid,
    plugin_of,
    points_of,
    registry_of,
    shop_engine,
    shop_registry,
    sign,
)
from tests.siyu.engine.stage import gives, live, paying

GOLD = {"streak_points": [10], "tier_multipliers": [{"tier": "gold", "percent": 250}]}


async def golden(pool: Pool, count: int = 1) -> list[UUID]:
    """Members of the tier gold."""
    members = await add_members(pool, count)
    for member in members:
        await update_profile(pool, member, ProfileChanges(), FeatureChanges(tier="gold"))
    return members


async def test_the_tier_of_the_database_is_what_decides(pool: Pool) -> None:
    [gold], [plain] = await golden(pool), await add_members(pool, 1)
    campaign, engine = await add_campaign(pool, "check_in", GOLD), shop_engine(pool)

    for member in (gold, plain):
        await engine.submit(sign(campaign, member, NOON))

    assert [await points_of(pool, member) for member in (gold, plain)] == [25, 10]


async def test_a_campaign_sees_all_there_is_to_know(pool: Pool) -> None:
    def decide(fact: Fact, view: View[Any, Any]) -> Iterator[Effect]:
        seen = view.features
        yield Grant("points", 1 + 10 * len(seen.tags) + 100 * len(seen.groups) + 1_000 * seen.has_ordered)

    [lin] = await add_members(pool, 1)
    await update_profile(pool, lin, ProfileChanges(), FeatureChanges(tags=["vip", "tea"]))
    await pool.execute("UPDATE member SET groups = '{hz-1}' WHERE id = $1", lin)
    await add_campaign(pool, "paying")
    engine = Engine(pool, registry_of(paying(decide, features=lambda config: True)), SHANGHAI)

    outcomes = [await engine.submit(paid(lin, number, 100, NOON)) for number in ("A-1", "A-2")]

    assert [outcome.decisions[0].effects[0]["amount"] for outcome in outcomes] == [121, 1_121]


async def test_one_arm_that_looks_is_enough(pool: Pool) -> None:
    arms = [{"key": "gold", "weight": 1, "override": {"tier_multipliers": GOLD["tier_multipliers"]}}]
    settings = CampaignSettings(name="实验", config={"streak_points": [10]}, terms={"arms": arms})
    made = await service.create(pool, shop_registry(), "check_in", settings, NOON)
    await service.publish(pool, shop_registry(), made.id, NOON)
    [gold] = await golden(pool)

    await shop_engine(pool).submit(sign(made.id, gold, NOON))

    assert await points_of(pool, gold) == 25


async def test_a_preview_knows_the_member_and_nothing_of_a_newcomer(pool: Pool) -> None:
    [gold] = await golden(pool)
    campaign = await add_campaign(pool, "check_in", {"streak_points": [10]})
    facts = [PreviewFact(NOON, member, action="sign") for member in (gold, None)]
    draft = Draft(campaign, None, DraftChanges(config=GOLD))

    steps = (await Previewer(pool, shop_registry(), SHANGHAI).preview(draft, facts, NOON)).steps

    assert [[e["amount"] for e in step.effects if e["kind"] == "grant"] for step in steps] == [[25], [10]]


async def test_a_replay_knows_what_the_shop_knows_today(pool: Pool) -> None:
    gold, plain = *await golden(pool), *await add_members(pool, 1)
    campaign, engine = await add_campaign(pool, "check_in", {"streak_points": [10]}), shop_engine(pool)
    for member in (gold, plain):
        await engine.submit(sign(campaign, member, NOON))
    replay = Replay(pool, shop_registry(), SHANGHAI, Draft(campaign, None, DraftChanges(config=GOLD)))

    differences = [one async for one in replay.differences(ReplaySummary(), lambda done, total: None)]

    assert [one.member_id for one in differences] == [gold]
    assert [e["amount"] for e in differences[0].after.effects if e["kind"] == "grant"] == [25]


@pytest.mark.parametrize(
    "features",
    [None, lambda config: False, lambda config: 1, lambda config: 1 // 0],
    ids=["none", "no", "odd", "raises"],
)
async def test_what_was_not_declared_fails_that_campaigns_decision_alone(
    pool: Pool, features: Callable[[Any], bool] | None
) -> None:
    def look(fact: Fact, view: View[Any, Any]) -> Iterator[Effect]:
        yield Grant("points", 1 + len(view.features.tags))

    [lin] = await add_members(pool, 1)
    nosy = replace(paying(look, features=features), key="nosy")
    for key in ("nosy", "paying"):
        await add_campaign(pool, key)
    engine = Engine(pool, registry_of(nosy, paying(gives(5))), SHANGHAI)

    outcome = await engine.submit(paid(lin, "A-1", 100, NOON + timedelta(days=1)))

    assert [decision.refusal and decision.refusal.code for decision in outcome.decisions] == [CAMPAIGN_FAILED, None]
    assert await points_of(pool, lin) == 5


def test_a_config_that_looks_at_nothing_has_nothing_loaded() -> None:
    kind = replace(PURCHASE, features=lambda config: config.cap_per_day is not None)
    campaign = live(kind)

    assert not needs_features(campaign)
    assert needs_features(replace(campaign, config=PurchaseConfig(cap_per_day=1)))


def test_features_that_are_no_function_are_told() -> None:
    odd: Any = {"gold"}
    registry = build_registry([("odd", lambda: plugin_of(replace(PURCHASE, features=odd)))])

    assert registry.types == {}
    assert "function of the config" in registry.broken[0].problem
