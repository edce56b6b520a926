"""Campaigns: created, changed, published, paused, ended, listed."""

from datetime import timedelta
from typing import Any

import pytest

from plugins.check_in.config import CheckInConfig
from schema.ids import CAMPAIGN, encode_id
from siyu.ids import new_id
from siyu.ledger import UNITS
from tests.factories import add_campaign, add_members
from tests.schema.conftest import NOON, OPERATOR, Shop, as_member

CREATE = """
mutation ($input: CampaignCreateInput!) {
  campaignCreate(input: $input) {
    campaign { __typename id name state revision config startsAt endsAt type { key title actions status } }
    userErrors { field code message }
  }
}
"""
UPDATE = """
mutation ($input: CampaignUpdateInput!) {
  campaignUpdate(input: $input) { campaign { name revision config endsAt } userErrors { field code message } }
}
"""
LIST = """
query ($filter: CampaignFilter, $first: Int, $after: String) {
  campaigns(filter: $filter, first: $first, after: $after) {
    nodes { id name state } pageInfo { hasNextPage hasPreviousPage endCursor }
  }
}
"""


async def create(shop: Shop, **given: object) -> Any:
    """The payload of campaignCreate for a check-in."""
    given = {"type": "check_in", "name": "每日签到", "config": {}, **given}
    return (await shop.data(OPERATOR, CREATE, input=given))["campaignCreate"]


async def move(shop: Shop, verb: str, campaign: str) -> Any:
    """The payload of campaignPublish, campaignPause or campaignEnd."""
    document = f"""
    mutation ($campaign: ID!) {{
      campaign{verb}(input: {{campaign: $campaign}}) {{ campaign {{ state }} userErrors {{ field code }} }}
    }}
    """
    return (await shop.data(OPERATOR, document, campaign=campaign))[f"campaign{verb}"]


async def test_a_new_campaign_is_a_draft_with_its_defaults_filled_in(shop: Shop) -> None:
    payload = await create(shop, startsAt="2026-11-21T08:00:00+08:00")

    assert payload["userErrors"] == []
    campaign = payload["campaign"]
    assert campaign["__typename"] == "CheckInCampaign"
    assert (campaign["state"], campaign["revision"], campaign["startsAt"]) == ("DRAFT", 1, "2026-11-21T00:00:00Z")
    assert campaign["config"] == CheckInConfig().model_dump(mode="json")
    assert campaign["type"] == {
        "key": "check_in",
        "title": "Check-in",
        "actions": ["checkInSign", "checkInMakeUp"],
        "status": "ACTIVE",
    }
    assert await shop.pool.fetchval("SELECT count(*) FROM account WHERE campaign_id IS NOT NULL") == len(UNITS)


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"config": {"streak_points": [5, -1]}}, ["config", "streak_points", "1"]),
        ({"config": {"streakPoints": [5]}}, ["config", "streakPoints"]),
        ({"config": []}, ["config"]),
        ({"config": {"streak_points": ["\0"]}}, ["config", "streak_points", "0"]),
        ({"type": "purchase", "config": {"cap_per_day": 10, "lateness_days": None}}, ["config"]),
        ({"type": "lottery"}, ["type"]),
        ({"name": "  "}, ["name"]),
        ({"name": "a\u0000b"}, ["name"]),
        ({"startsAt": "2026-11-21T00:00:00Z", "endsAt": "2026-11-21T00:00:00Z"}, ["endsAt"]),
    ],
)
async def test_what_cannot_be_is_told_with_its_path(shop: Shop, given: dict[str, object], path: list[str]) -> None:
    payload = await create(shop, **given)

    assert payload["campaign"] is None
    assert [(error["code"], error["field"]) for error in payload["userErrors"]] == [("INVALID_INPUT", ["input", *path])]


async def test_an_update_makes_a_revision_and_leaves_the_rest(shop: Shop) -> None:
    created = (await create(shop, endsAt="2027-01-01T00:00:00Z"))["campaign"]

    changes = {"campaign": created["id"], "revision": 1, "config": {"streak_points": [1]}}
    payload = (await shop.data(OPERATOR, UPDATE, input=changes))["campaignUpdate"]

    assert payload["campaign"] == {
        "name": "每日签到",
        "revision": 2,
        "config": CheckInConfig(streak_points=(1,)).model_dump(mode="json"),
        "endsAt": "2027-01-01T00:00:00Z",
    }


async def test_an_update_from_an_old_revision_is_refused(shop: Shop) -> None:
    created = (await create(shop))["campaign"]
    changes = {"campaign": created["id"], "revision": 1, "name": "新的名字"}

    await shop.data(OPERATOR, UPDATE, input=changes)
    payload = (await shop.data(OPERATOR, UPDATE, input=changes))["campaignUpdate"]

    assert [error["code"] for error in payload["userErrors"]] == ["CAMPAIGN_STATE"]


async def test_a_campaign_goes_through_its_life_and_never_back(shop: Shop) -> None:
    campaign = (await create(shop))["campaign"]["id"]

    seen = []
    for verb in ("Pause", "End", "Publish", "Publish", "Pause", "Publish", "End", "Publish", "Pause", "End"):
        payload = await move(shop, verb, campaign)
        seen.append(payload["campaign"]["state"] if payload["campaign"] else payload["userErrors"][0]["code"])

    refused = "CAMPAIGN_STATE"
    assert seen == [refused, refused, "RUNNING", refused, "PAUSED", "RUNNING", "ENDED", refused, refused, refused]


async def test_an_ended_campaign_is_not_changed(shop: Shop) -> None:
    ended = await add_campaign(shop.pool, "check_in", state="ended")

    changes = {"campaign": encode_id(CAMPAIGN, ended), "revision": 1, "name": "zu spät"}
    payload = (await shop.data(OPERATOR, UPDATE, input=changes))["campaignUpdate"]

    assert [error["code"] for error in payload["userErrors"]] == ["CAMPAIGN_STATE"]


async def test_unknown_campaigns_and_no_ids_are_not_found(shop: Shop) -> None:
    for campaign in (encode_id(CAMPAIGN, new_id()), "no id at all"):
        for verb in ("Publish", "Pause", "End"):
            assert (await move(shop, verb, campaign))["userErrors"] == [{"field": None, "code": "NOT_FOUND"}]


async def test_the_shown_state_follows_the_window(shop: Shop) -> None:
    window = {"startsAt": "2026-11-22T00:00:00Z", "endsAt": "2026-11-23T00:00:00Z"}
    campaign = (await create(shop, **window))["campaign"]["id"]
    await move(shop, "Publish", campaign)

    seen = []
    for days in (0, 1, 2):
        shop.now = NOON + timedelta(days=days)
        [node] = (await shop.data(OPERATOR, LIST))["campaigns"]["nodes"]
        seen.append(node["state"])

    assert seen == ["SCHEDULED", "RUNNING", "ENDED"]


async def test_campaigns_are_listed_newest_first_page_by_page(shop: Shop) -> None:
    ids = [encode_id(CAMPAIGN, await add_campaign(shop.pool, "check_in")) for _ in range(5)]

    seen, after = [], None
    for _ in range(3):
        page = (await shop.data(OPERATOR, LIST, first=2, after=after))["campaigns"]
        seen.extend(node["id"] for node in page["nodes"])
        after = page["pageInfo"]["endCursor"]

    assert seen == ids[::-1]
    assert page["pageInfo"]["hasNextPage"] is False
    assert page["pageInfo"]["hasPreviousPage"] is True


async def test_filters_select_by_state_and_type(shop: Shop) -> None:
    draft = encode_id(CAMPAIGN, await add_campaign(shop.pool, "check_in", state="draft"))
    running = encode_id(CAMPAIGN, await add_campaign(shop.pool, "purchase"))

    async def listed(**chosen: object) -> list[str]:
        return [node["id"] for node in (await shop.data(OPERATOR, LIST, filter=chosen))["campaigns"]["nodes"]]

    assert await listed(state=["DRAFT"]) == [draft]
    assert await listed(type="purchase") == [running]
    assert await listed(state=["PAUSED", "ENDED"]) == []
    assert await listed(type="\0") == []


async def test_members_see_no_draft_and_no_config(shop: Shop) -> None:
    [member] = await add_members(shop.pool, 1)
    draft = encode_id(CAMPAIGN, await add_campaign(shop.pool, "check_in", state="draft"))
    running = encode_id(CAMPAIGN, await add_campaign(shop.pool, "check_in"))

    [node] = (await shop.data(as_member(member), LIST, filter={"state": ["DRAFT", "RUNNING"]}))["campaigns"]["nodes"]
    hidden = await shop.data(
        as_member(member), "query ($id: ID!) { campaign(id: $id) { id } node(id: $id) { id } }", id=draft
    )
    codes = await shop.error_codes(as_member(member), "query ($id: ID!) { campaign(id: $id) { config } }", id=running)

    assert node["id"] == running
    assert hidden == {"campaign": None, "node": None}
    assert codes == ["FORBIDDEN"]


async def test_a_campaign_whose_plugin_is_gone_is_still_shown(shop: Shop) -> None:
    gone = encode_id(CAMPAIGN, await add_campaign(shop.pool, "lottery"))

    document = "query ($id: ID!) { campaign(id: $id) { __typename name type { key status problem } config } }"
    campaign = (await shop.data(OPERATOR, document, id=gone))["campaign"]

    assert campaign["__typename"] == "UnavailableCampaign"
    missing = "no plugin that is loaded brings it"
    assert campaign["type"] == {"key": "lottery", "status": "MISSING", "problem": missing}
