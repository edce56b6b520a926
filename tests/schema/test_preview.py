"""campaignPreview: what an operator sees of it."""

from typing import Any

from schema.ids import CAMPAIGN, MEMBER, encode_id
from siyu.ids import new_id
from tests.factories import add_campaign, add_members, sign
from tests.schema.conftest import NOON, OPERATOR, Shop

DOCUMENT = """
query ($input: CampaignPreviewInput!) {
  campaignPreview(input: $input) {
    steps {
      type member at decided isFollowUp state
      effects { kind ... on GrantEffect { amount } }
      refusal { code message messageZh messageEn missing }
    }
    userErrors { field code message }
  }
}
"""


async def preview(shop: Shop, **given: object) -> dict[str, Any]:
    """The answer to an operator."""
    data = await shop.data(OPERATOR, DOCUMENT, input=given)
    answer: dict[str, Any] = data["campaignPreview"]
    return answer


def state_after(days: int, last_day: str, given: str) -> dict[str, object]:
    """What a check-in remembers of so many days in a row."""
    counted = {"streak": days, "best_streak": days, "days": days, "recent": "1" * days, "run_before": 0}
    return {"last_day": last_day, **counted, "given": given, "waiting": [], "tried_on": None, "tries": 0}


async def test_a_change_is_tried_on_a_member_in_the_future(shop: Shop) -> None:
    [member] = await add_members(shop.pool, 1)
    campaign = await add_campaign(shop.pool, "check_in")
    await shop.engine.submit(sign(campaign, member, NOON))
    fact = {"member": encode_id(MEMBER, member), "action": "sign"}

    answer = await preview(
        shop,
        campaign=encode_id(CAMPAIGN, campaign),
        config={"streak_points": [1, 7]},
        facts=[fact, {**fact, "at": "2026-11-22T12:00:00+08:00"}],
    )

    assert answer == {
        "steps": [
            {
                "type": "check_in.sign",
                "member": encode_id(MEMBER, member),
                "at": "2026-11-21T04:00:00Z",
                "decided": True,
                "isFollowUp": False,
                "state": state_after(1, "2026-11-21", "5"),
                "effects": [],
                "refusal": {
                    "code": "ALREADY_SIGNED",
                    "message": "Already checked in today",
                    "messageZh": "今天已经签到过了",
                    "messageEn": "Already checked in today",
                    "missing": {},
                },
            },
            {
                "type": "check_in.sign",
                "member": encode_id(MEMBER, member),
                "at": "2026-11-22T04:00:00Z",
                "decided": True,
                "isFollowUp": False,
                "state": state_after(2, "2026-11-22", "7,5"),
                "effects": [
                    {"kind": "once"},
                    {"kind": "grant", "amount": "7"},
                    {"kind": "set_state"},
                    {"kind": "score"},
                ],
                "refusal": None,
            },
        ],
        "userErrors": [],
    }


async def test_a_campaign_that_nobody_has_stored_is_tried_on_a_newcomer(shop: Shop) -> None:
    data = {"order": "A-1", "amount_fen": 1_250}
    late = {"type": "order.paid", "data": {**data, "order": "A-2"}, "at": "2026-09-01T12:00:00+08:00"}

    answer = await preview(
        shop, type="purchase", config={"multiplier": 2}, facts=[{"type": "order.paid", "data": data}, late]
    )

    [first, second] = answer["steps"]
    assert (first["member"], first["effects"][0]) == (None, {"kind": "grant", "amount": "25"})
    assert second["refusal"] == {
        "code": "TOO_LATE",
        "message": "The order arrived more than 31 days late",
        "messageZh": "订单超过 31 天才上报，不再计积分",
        "messageEn": "The order arrived more than 31 days late",
        "missing": {"lateness_days": 31},
    }


async def test_what_is_wrong_with_the_input_is_told_with_its_path(shop: Shop) -> None:
    some = encode_id(CAMPAIGN, new_id())
    sign_in = {"action": "sign"}

    async def errors(**given: object) -> list[tuple[object, object]]:
        answer = await preview(shop, **given)
        assert answer["steps"] == []
        return [(error["code"], error["field"]) for error in answer["userErrors"]]

    assert await errors(facts=[sign_in]) == [("INVALID_INPUT", ["input", "campaign"])]
    assert await errors(facts=[sign_in], campaign=some, type="check_in") == [("INVALID_INPUT", ["input", "campaign"])]
    assert await errors(facts=[sign_in], campaign=some) == [("NOT_FOUND", None)]
    assert await errors(facts=[sign_in], campaign="x") == [("NOT_FOUND", None)]
    assert await errors(facts=[sign_in], type="none") == [("INVALID_INPUT", ["input", "type"])]
    assert await errors(facts=[{**sign_in, "member": "x"}], type="check_in") == [
        ("INVALID_INPUT", ["input", "facts", "0", "member"])
    ]
    assert await errors(facts=[sign_in], type="check_in", config={"sweets": 1}) == [
        ("INVALID_INPUT", ["input", "config", "sweets"])
    ]
