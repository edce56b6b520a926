"""Caps over GraphQL: set by operators, met by members, told with what is left."""

from typing import Any

from schema.ids import CAMPAIGN, encode_id
from tests.factories import add_campaign, add_members
from tests.schema.conftest import OPERATOR, Shop, as_member
from tests.siyu.engine.capped import cap, set_caps

CAPS = "terms { caps { measure unit scope period limit } } counters { name scope subject bucket limit used held left }"
CREATE = f"""
mutation ($input: CampaignCreateInput!) {{
  campaignCreate(input: $input) {{ campaign {{ id {CAPS} }} userErrors {{ field code message }} }}
}}
"""
UPDATE = f"""
mutation ($input: CampaignUpdateInput!) {{
  campaignUpdate(input: $input) {{ campaign {{ {CAPS} }} userErrors {{ field code }} }}
}}
"""
PUBLISH = "mutation ($id: ID!) { campaignPublish(input: { campaign: $id }) { userErrors { code } } }"
SIGN = """
mutation ($id: ID!, $key: String!) {
  checkInSign(input: { campaign: $id, idempotencyKey: $key }) {
    decision { effects { kind } refusal { code message messageZh missing } } userErrors { code }
  }
}
"""
COUNTERS = "query ($id: ID!) { campaign(id: $id) { counters { name left } } }"
VALUE = {"measure": "VALUE", "unit": "POINTS", "scope": "CAMPAIGN", "period": "DAY", "limit": "7"}
COUNT = {"measure": "COUNT", "unit": None, "scope": "MEMBER", "period": "EVER", "limit": "3"}


async def create(shop: Shop, *caps: dict[str, Any]) -> Any:
    """The payload of campaignCreate for a check-in of five points."""
    given = {"type": "check_in", "name": "每日签到", "config": {"streak_points": [5]}, "terms": {"caps": list(caps)}}
    return (await shop.data(OPERATOR, CREATE, input=given))["campaignCreate"]


async def test_a_cap_is_set_and_reached_and_its_refusal_is_data(shop: Shop) -> None:
    lin, bo = await add_members(shop.pool, 2)
    payload = await create(shop, VALUE, COUNT)
    campaign = payload["campaign"]["id"]
    await shop.data(OPERATOR, PUBLISH, id=campaign)

    signed = (await shop.data(as_member(lin), SIGN, id=campaign, key="sign-lin"))["checkInSign"]
    refused = (await shop.data(as_member(bo), SIGN, id=campaign, key="sign-bo-1"))["checkInSign"]

    assert (payload["userErrors"], payload["campaign"]["terms"]["caps"]) == ([], [VALUE, COUNT])
    assert (signed["decision"]["refusal"], signed["userErrors"]) == (None, [])
    assert refused["decision"] == {
        "effects": [],
        "refusal": {
            "code": "CAP_REACHED",
            "message": "The campaign gives no more than this",
            "messageZh": "已达到活动的发放上限",
            "missing": {
                "measure": "value",
                "unit": "points",
                "scope": "campaign",
                "period": "day",
                "amount": 5,
            },
        },
    }
    # A cap of each member is as many numbers as there are members: it is not told.
    shown = await shop.data(OPERATOR, f"query ($id: ID!) {{ campaign(id: $id) {{ {CAPS} }} }}", id=campaign)
    assert shown["campaign"]["counters"] == [
        {
            "name": "$value.points.campaign.day",
            "scope": "CAMPAIGN",
            "subject": "",
            "bucket": "2026-11-21",
            "limit": "7",
            "used": "5",
            "held": "0",
            "left": "2",
        }
    ]
    assert (await shop.data(as_member(lin), COUNTERS, id=campaign))["campaign"] == {"counters": []}


async def test_another_limit_holds_at_once(shop: Shop) -> None:
    lin, bo = await add_members(shop.pool, 2)
    campaign = (await create(shop, VALUE))["campaign"]["id"]
    await shop.data(OPERATOR, PUBLISH, id=campaign)
    await shop.data(as_member(lin), SIGN, id=campaign, key="sign-lin")

    change = {"campaign": campaign, "revision": 1, "terms": {"caps": [VALUE | {"limit": "10"}]}}
    updated = (await shop.data(OPERATOR, UPDATE, input=change))["campaignUpdate"]
    signed = (await shop.data(as_member(bo), SIGN, id=campaign, key="sign-bo-1"))["checkInSign"]

    assert updated["campaign"]["counters"][0]["left"] == "5"
    assert signed["decision"]["refusal"] is None


async def test_caps_that_cannot_be_are_told_with_their_path(shop: Shop) -> None:
    wrong: list[tuple[dict[str, Any], ...]] = [
        (VALUE | {"limit": "-1"},),
        (VALUE, VALUE),
        (COUNT | {"unit": "POINTS"},),
    ]

    fields = [[error["field"] for error in (await create(shop, *caps))["userErrors"]] for caps in wrong]

    assert fields == [
        [["input", "terms", "caps", "0", "limit"]],
        [["input", "terms", "caps"]],
        [["input", "terms", "caps", "0"]],
    ]


async def test_caps_are_told_while_the_type_is_not_loaded(shop: Shop) -> None:
    campaign = await add_campaign(shop.pool, "gone")
    await set_caps(shop.pool, campaign, cap(9))

    found = (await shop.data(OPERATOR, COUNTERS, id=encode_id(CAMPAIGN, campaign)))["campaign"]

    assert found == {"counters": [{"name": "$value.points.campaign.ever", "left": "9"}]}
