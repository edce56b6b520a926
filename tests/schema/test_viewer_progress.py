"""Members see how far they are in a campaign, and before they take part how everybody begins."""

import logging
from collections.abc import Iterator
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import pytest

from plugins.check_in.campaign import CHECK_IN, CheckInConfig, CheckInState
from schema import build_schema
from siyu.campaigns import Registry, service
from siyu.campaigns.service import CampaignSettings
from siyu.sdk import Progress
from tests.factories import add_campaign, add_members, sign
from tests.schema.conftest import NOON, OPERATOR, SERVICE, Shop, as_member

DOCUMENT = """
{ campaigns { nodes { viewerProgress { current target text } viewerParticipation { progress { current target } } } } }
"""
UNKNOWN = {"current": 0, "target": None, "text": "Progress is not available"}


async def told(shop: Shop, principal: Any, language: str = "en") -> Any:
    """What is told of the one campaign there is."""
    [campaign] = (await shop.data(principal, DOCUMENT, language))["campaigns"]["nodes"]
    return campaign


async def test_a_member_sees_how_it_begins_and_then_how_far_they_are(shop: Shop) -> None:
    lin, wang = await add_members(shop.pool, 2)
    campaign = await add_campaign(shop.pool, "check_in", {"streak_points": [5, 5, 10]})

    before = await told(shop, as_member(lin), "zh")
    await shop.engine.submit(sign(campaign, lin, NOON))

    assert before == {
        "viewerProgress": {"current": 0, "target": 3, "text": "已连续签到 0 天"},
        "viewerParticipation": None,
    }
    assert await told(shop, as_member(lin)) == {
        "viewerProgress": {"current": 1, "target": 3, "text": "Days in a row: 1"},
        "viewerParticipation": {"progress": {"current": 1, "target": 3}},
    }
    assert (await told(shop, as_member(wang)))["viewerProgress"]["current"] == 0
    assert await shop.pool.fetchval("SELECT count(*) FROM participation") == 1


async def test_whoever_is_no_member_has_no_progress(shop: Shop) -> None:
    await add_campaign(shop.pool, "check_in")

    assert await told(shop, OPERATOR) == {"viewerProgress": None, "viewerParticipation": None}
    assert await shop.error_codes(SERVICE, DOCUMENT) == ["FORBIDDEN"]


async def test_it_begins_by_the_arm_that_the_member_will_be_in(shop: Shop) -> None:
    members = await add_members(shop.pool, 8)
    arms = [{"key": f"{days}", "weight": 1, "override": {"streak_points": [1] * days}} for days in (2, 5)]
    settings = CampaignSettings(name="x", config={}, terms={"arms": arms})
    registry = shop.engine.registry
    made = await service.create(shop.pool, registry, "check_in", settings, NOON)
    await service.publish(shop.pool, registry, made.id, NOON)

    before = [(await told(shop, as_member(member)))["viewerProgress"]["target"] for member in members]
    for member in members:
        await shop.engine.submit(sign(made.id, member, NOON))
    after = [(await told(shop, as_member(member)))["viewerParticipation"]["progress"]["target"] for member in members]

    assert before == after
    assert set(before) == {2, 5}


@pytest.fixture
def silence() -> Iterator[None]:
    """What fails here is logged with its traceback."""
    logging.disable()
    yield
    logging.disable(logging.NOTSET)


@pytest.mark.usefixtures("silence")
async def test_a_type_that_cannot_tell_spoils_nothing_else(shop: Shop) -> None:
    def describe(config: CheckInConfig, state: CheckInState) -> Progress:
        raise ZeroDivisionError

    [member] = await add_members(shop.pool, 1)
    await add_campaign(shop.pool, "check_in")
    kind = replace(CHECK_IN, describe=describe)
    broken = replace(shop, schema=build_schema(Registry(MappingProxyType({"check_in": kind}))))
    missing = replace(shop, schema=build_schema(Registry(MappingProxyType({}))))

    for unable in (broken, missing):
        assert await told(unable, as_member(member)) == {"viewerProgress": UNKNOWN, "viewerParticipation": None}
