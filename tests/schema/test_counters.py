"""Counters, stock and teams over GraphQL."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any
from uuid import UUID

import pytest

from schema import build_schema
from schema.ids import CAMPAIGN, encode_id
from siyu.campaigns import AnyCampaignType, Registry
from siyu.ids import new_id
from siyu.sdk import Scope
from tests.factories import add_campaign, add_members
from tests.schema.conftest import OPERATOR, SERVICE, Shop, as_member
from tests.siyu.engine.tally import go, take, tally, tally_engine

COUNTERS = "query ($id: ID!) { campaign(id: $id) { counters { name scope subject bucket limit used held left } } }"
ADJUST = """
mutation ($input: CampaignStockAdjustInput!) {
  campaignStockAdjust(input: $input) { campaign { counters { subject limit left } } userErrors { field code message } }
}
"""
TEAM = """
query ($campaign: ID!, $team: String, $member: ID) {
  participation(campaign: $campaign, team: $team, member: $member) {
    __typename status member { id } state progress { current target text }
    subject { __typename ... on Team { key } ... on Member { nickname } }
  }
}
"""
DECIDED = """
query ($id: ID!) {
  node(id: $id) { ... on Decision { effects {
    kind
    ... on ReserveEffect { counter subject bucket amount reservation }
    ... on ReleaseEffect { key released }
    ... on ConfirmEffect { key confirmed }
    ... on TeamEffect { team }
  } } }
}
"""


def with_type(shop: Shop, kind: AnyCampaignType) -> Shop:
    """The shop with this campaign type alone."""
    registry = Registry(MappingProxyType({kind.key: kind}))
    return replace(shop, engine=tally_engine(shop.pool, kind), schema=build_schema(registry))


def number(counter: Mapping[str, Any]) -> tuple[Any, ...]:
    """A counter without its names."""
    return tuple(counter[name] for name in ("subject", "limit", "used", "held", "left"))


async def test_operators_see_what_is_taken_of_every_item(shop: Shop) -> None:
    shop = with_type(shop, tally(Scope.ITEM))
    lin, bo = await add_members(shop.pool, 2)
    campaign = await add_campaign(shop.pool, "tally")
    await shop.engine.submit(go(campaign, lin, take(2, key="k"), item="cup"))
    await shop.engine.submit(go(campaign, bo, take(), item="cup"))

    counters = (await shop.data(OPERATOR, COUNTERS, id=encode_id(CAMPAIGN, campaign)))["campaign"]["counters"]

    assert [number(counter) for counter in counters] == [("cup", "3", "1", "2", "0"), ("hat", "3", "0", "0", "3")]
    assert (counters[0]["name"], counters[0]["scope"], counters[0]["bucket"]) == ("units", "ITEM", "")


@pytest.mark.parametrize(("public", "seen"), [(False, []), (True, [("3", "2", "1")])])
async def test_members_see_public_counters_and_their_own_alone(
    shop: Shop, public: bool, seen: list[tuple[str, ...]]
) -> None:
    shop = with_type(shop, tally(Scope.MEMBER, public=public))
    lin, bo = await add_members(shop.pool, 2)
    campaign = await add_campaign(shop.pool, "tally")
    await shop.engine.submit(go(campaign, lin, take(2)))
    await shop.engine.submit(go(campaign, bo, take(3)))

    answer = await shop.data(as_member(lin), COUNTERS, id=encode_id(CAMPAIGN, campaign))
    counters = answer["campaign"]["counters"]

    assert [(counter["limit"], counter["used"], counter["left"]) for counter in counters] == seen
    assert (await shop.data(OPERATOR, COUNTERS, id=encode_id(CAMPAIGN, campaign)))["campaign"]["counters"] == []


async def test_a_type_that_cannot_tell_its_limit_spoils_its_counters_alone(shop: Shop) -> None:
    shop = with_type(shop, tally(Scope.CAMPAIGN, limit=lambda config, subject: 1 // 0))
    campaign = encode_id(CAMPAIGN, await add_campaign(shop.pool, "tally"))

    assert (await shop.data(OPERATOR, COUNTERS, id=campaign))["campaign"]["counters"] == []


class Stock:
    """A shop with one stock of three cups and three hats, of which one cup is used and one held."""

    def __init__(self, shop: Shop) -> None:
        self.shop = with_type(shop, tally(Scope.ITEM, stock=True))
        self.campaign, self.member = UUID(int=0), UUID(int=0)

    async def open(self) -> "Stock":
        """With what is taken."""
        [self.member] = await add_members(self.shop.pool, 1)
        self.campaign = await add_campaign(self.shop.pool, "tally")
        await self.shop.engine.submit(go(self.campaign, self.member, take(key="k"), take(), item="cup"))
        return self

    async def adjust(self, difference: int, subject: str | None = "cup", **more: Any) -> Any:
        """The payload."""
        key = {"idempotencyKey": new_id().hex, "counter": "units", "campaign": encode_id(CAMPAIGN, self.campaign)}
        given = {**key, "difference": str(difference), "subject": subject, **more}
        return (await self.shop.data(OPERATOR, ADJUST, input=given))["campaignStockAdjust"]


async def test_stock_is_edited_by_difference(shop: Shop) -> None:
    stock = await Stock(shop).open()

    payload = await stock.adjust(5)

    assert payload["userErrors"] == []
    assert payload["campaign"]["counters"] == [
        {"subject": "cup", "limit": "8", "left": "6"},
        {"subject": "hat", "limit": "3", "left": "3"},
    ]
    assert (await stock.adjust(-6))["campaign"]["counters"][0] == {"subject": "cup", "limit": "2", "left": "0"}
    changes = await stock.shop.pool.fetch("SELECT difference, made_by FROM stock_change ORDER BY id")
    assert [tuple(row) for row in changes] == [(5, "lin"), (-6, "lin")]


async def test_what_is_taken_cannot_be_taken_away(shop: Shop) -> None:
    stock = await Stock(shop).open()

    [error] = (await stock.adjust(-2))["userErrors"]

    assert (error["code"], error["message"]) == ("CAMPAIGN_STATE", "more is taken already than would be left")
    assert await stock.shop.pool.fetchval("SELECT count(*) FROM stock_change") == 0
    assert (await stock.adjust(-1))["userErrors"] == []


async def test_what_was_added_can_be_sold(shop: Shop) -> None:
    stock = await Stock(shop).open()
    claim = go(stock.campaign, stock.member, take(2), item="cup")
    await stock.adjust(1)

    outcome = await stock.shop.engine.submit(claim)

    assert outcome.decisions[0].refusal is None


async def test_a_change_of_stock_is_made_once_for_its_key(shop: Shop) -> None:
    stock = await Stock(shop).open()

    answers = await asyncio.gather(*(stock.adjust(4, idempotencyKey="restock-1") for _ in range(5)))
    [conflict] = (await stock.adjust(5, idempotencyKey="restock-1"))["userErrors"]

    assert [answer["userErrors"] for answer in answers] == [[]] * 5
    assert conflict["code"] == "IDEMPOTENCY_CONFLICT"
    assert await stock.shop.pool.fetchval("SELECT extra FROM counter WHERE subject = 'cup'") == 4


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"counter": "seats"}, "counter"),
        ({"subject": "shoe"}, "subject"),
        ({"subject": None}, "subject"),
        ({"difference": "0"}, "difference"),
        ({"difference": str(10**15)}, "difference"),
        ({"bucket": "x" * 33}, "bucket"),
        ({"bucket": "\0"}, "bucket"),
        ({"idempotencyKey": "short"}, "idempotencyKey"),
        ({"campaign": "nonsense"}, None),
    ],
)
async def test_an_impossible_change_of_stock_is_refused(shop: Shop, given: dict[str, Any], field: str | None) -> None:
    stock = await Stock(shop).open()

    [error] = (await stock.adjust(**{"difference": 5, **given}))["userErrors"]

    assert error["field"] == (["input", field] if field else None)
    assert await stock.shop.pool.fetchval("SELECT count(*) FROM stock_change") == 0


async def test_a_drafts_stock_is_its_config(shop: Shop) -> None:
    stock = await Stock(shop).open()
    stock.campaign = await add_campaign(stock.shop.pool, "tally", state="draft")

    [error] = (await stock.adjust(5))["userErrors"]

    assert error["code"] == "CAMPAIGN_STATE"


async def test_only_operators_change_stock(shop: Shop) -> None:
    stock = await Stock(shop).open()
    given = {"campaign": "x", "counter": "units", "difference": "1", "idempotencyKey": "restock-1"}

    for principal in (SERVICE, as_member(stock.member)):
        assert await stock.shop.error_codes(principal, ADJUST, input=given) == ["FORBIDDEN"]


UPDATE = "mutation ($input: CampaignUpdateInput!) { campaignUpdate(input: $input) { userErrors { field message } } }"


@pytest.mark.parametrize(
    ("state", "config", "refused"),
    [
        ("running", {"limit": 4}, True),
        ("paused", {"limit": None}, True),
        ("draft", {"limit": 4}, False),
        ("running", {"limit": 3, "items": ["cup", "hat", "shoe"]}, False),
        ("running", {"limit": 3, "items": ["hat"]}, False),
    ],
)
async def test_a_new_config_changes_no_published_stock(
    shop: Shop, state: str, config: dict[str, Any], refused: bool
) -> None:
    stock = Stock(shop)
    campaign = await add_campaign(stock.shop.pool, "tally", state=state)
    given = {"campaign": encode_id(CAMPAIGN, campaign), "revision": 1, "config": config}

    errors = (await stock.shop.data(OPERATOR, UPDATE, input=given))["campaignUpdate"]["userErrors"]

    assert [error["field"] for error in errors] == ([["input", "config"]] if refused else [])
    assert await stock.shop.pool.fetchval("SELECT revision FROM campaign WHERE id = $1", campaign) == 2 - refused


async def test_whoever_has_a_teams_key_sees_its_participation(shop: Shop) -> None:
    shop = with_type(shop, tally(Scope.TEAM))
    lin, bo = await add_members(shop.pool, 2)
    campaign = await add_campaign(shop.pool, "tally")
    opened = await shop.engine.submit(go(campaign, lin, ("open",), take()))
    asked = {"campaign": encode_id(CAMPAIGN, campaign), "team": opened.fact_id.hex}

    found = (await shop.data(as_member(bo), TEAM, **asked))["participation"]

    assert found == {
        "__typename": "TallyParticipation",
        "status": "active",
        "member": None,
        "state": {"members": [str(lin)]},
        "progress": {"current": 1, "target": 5, "text": "Members"},
        "subject": {"__typename": "Team", "key": opened.fact_id.hex},
    }
    for team in ("another", "x" * 65, "\0"):
        assert (await shop.data(as_member(bo), TEAM, **{**asked, "team": team}))["participation"] is None
    assert await shop.error_codes(OPERATOR, TEAM, **asked, member="x") == ["INVALID_ARGUMENT"]


async def test_decisions_tell_what_they_reserved(shop: Shop) -> None:
    shop = with_type(shop, tally(Scope.CAMPAIGN))
    [lin] = await add_members(shop.pool, 1)
    campaign = await add_campaign(shop.pool, "tally")
    await shop.engine.submit(go(campaign, lin, take(key="old")))
    do = [("release", "old"), take(2, key="k"), ("confirm", "k"), ("open",)]
    outcome = await shop.engine.submit(go(campaign, lin, *do))

    node = (await shop.data(OPERATOR, DECIDED, id=encode_id("Decision", outcome.decisions[0].id)))["node"]

    assert node["effects"] == [
        {"kind": "release", "key": "old", "released": "1"},
        {"kind": "reserve", "counter": "units", "subject": "", "bucket": "", "amount": "2", "reservation": "k"},
        {"kind": "confirm", "key": "k", "confirmed": "2"},
        {"kind": "set_team", "team": outcome.fact_id.hex},
    ]
