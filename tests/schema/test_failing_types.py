"""Operators see which campaign types fail and which are missing, and take up again what siyu paused."""

from schema.ids import CAMPAIGN, encode_id
from siyu.campaigns.refused import refused_campaigns
from tests.factories import add_campaign, add_members
from tests.schema.conftest import NOON, OPERATOR, Shop, as_member

TYPES = "{ campaignTypes { key status problem } }"
ONE = """
query ($id: ID!) { campaign(id: $id) { state problem problemAt type { key status problem } } }
"""
RESUME = """
mutation ($id: ID!) {
  campaignResume(input: { campaign: $id }) { campaign { state problem problemAt } userErrors { field code message } }
}
"""
FAIL = "UPDATE campaign SET state = 'paused', problem = 'it failed', problem_at = $2 WHERE id = $1"


async def test_types_that_fail_or_are_missing_are_told(shop: Shop) -> None:
    failing = await add_campaign(shop.pool, "check_in")
    await add_campaign(shop.pool, "lottery")
    await add_campaign(shop.pool, "lottery", state="ended")
    await shop.pool.execute(FAIL, failing, NOON)

    types = (await shop.data(OPERATOR, TYPES))["campaignTypes"]

    assert types == [
        {"key": "check_in", "status": "FAILING", "problem": "it failed"},
        {"key": "flash_sale", "status": "ACTIVE", "problem": None},
        {"key": "group_buy", "status": "ACTIVE", "problem": None},
        {"key": "purchase", "status": "ACTIVE", "problem": None},
        {"key": "referral", "status": "ACTIVE", "problem": None},
        {"key": "lottery", "status": "MISSING", "problem": "no plugin that is loaded brings it"},
    ]


async def test_a_failing_campaign_says_why_and_is_resumed(shop: Shop) -> None:
    campaign = await add_campaign(shop.pool, "check_in")
    await shop.pool.execute(FAIL, campaign, NOON)
    global_id = encode_id(CAMPAIGN, campaign)

    before = (await shop.data(OPERATOR, ONE, id=global_id))["campaign"]
    resumed = (await shop.data(OPERATOR, RESUME, id=global_id))["campaignResume"]
    again = (await shop.data(OPERATOR, RESUME, id=global_id))["campaignResume"]

    assert before == {
        "state": "PAUSED",
        "problem": "it failed",
        "problemAt": "2026-11-21T04:00:00Z",
        "type": {"key": "check_in", "status": "FAILING", "problem": "it failed"},
    }
    assert resumed == {"campaign": {"state": "RUNNING", "problem": None, "problemAt": None}, "userErrors": []}
    assert again["campaign"] is None
    assert [error["code"] for error in again["userErrors"]] == ["CAMPAIGN_STATE"]


async def test_a_campaign_that_its_type_refuses_says_what_doctor_says(shop: Shop) -> None:
    for state in ("running", "draft"):
        await add_campaign(shop.pool, "check_in", {"sweets": 1}, state)
    await add_campaign(shop.pool, "check_in")
    await add_campaign(shop.pool, "lottery", {"sweets": 1})

    answer = await shop.data(OPERATOR, "{ campaigns { nodes { state problem problemAt } } }")

    [doctors] = await refused_campaigns(shop.pool, shop.engine.registry)
    running = [node for node in answer["campaigns"]["nodes"] if node["state"] == "RUNNING"]
    assert [node["problem"] for node in running] == [None, None, "config.sweets: Extra inputs are not permitted"]
    assert running[-1] == {"state": "RUNNING", "problem": doctors.problem, "problemAt": None}
    assert [node["problem"] for node in answer["campaigns"]["nodes"] if node["state"] == "DRAFT"] == [None]


async def test_members_are_not_told_why(shop: Shop) -> None:
    [member] = await add_members(shop.pool, 1)
    campaign = encode_id(CAMPAIGN, await add_campaign(shop.pool, "check_in"))

    assert await shop.error_codes(as_member(member), ONE, id=campaign) == ["FORBIDDEN"] * 3
    assert await shop.error_codes(as_member(member), RESUME, id=campaign) == ["FORBIDDEN"]
