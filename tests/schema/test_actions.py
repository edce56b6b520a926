"""The mutations that plugins' actions become."""

import asyncio
from uuid import UUID

import pytest

from schema.ids import CAMPAIGN, MEMBER, encode_id
from siyu.engine import Engine
from siyu.errors import Busy
from siyu.ids import new_id
from tests.factories import add_campaign, add_members
from tests.schema.conftest import OPERATOR, Shop, as_member

SIGN = """
mutation ($campaign: ID!, $key: String!) {
  checkInSign(input: {campaign: $campaign, idempotencyKey: $key}) {
    participation {
      __typename status state updatedAt
      progress { current target text }
      campaign { __typename name }
      member { id }
      subject { ... on Member { id } }
    }
    effects { __typename kind ... on GrantEffect { unit amount reference } ... on ScoreEffect { board value } }
    decision { id at fact { id type at } campaign { id } refusal { code message missing } effects { kind } }
    userErrors { field code message }
  }
}
"""


def global_id(campaign_id: UUID) -> str:
    """The id of a campaign as clients have it."""
    return encode_id(CAMPAIGN, campaign_id)


async def test_signing_in_grants_points_and_shows_the_participation(shop: Shop) -> None:
    [member] = await add_members(shop.pool, 1)
    campaign = global_id(await add_campaign(shop.pool, "check_in"))

    payload = (await shop.data(as_member(member), SIGN, campaign=campaign, key="2026-11-21"))["checkInSign"]

    assert payload["userErrors"] == []
    assert {
        "__typename": "GrantEffect",
        "kind": "grant",
        "unit": "points",
        "amount": "5",
        "reference": None,
    } in payload["effects"]
    participation = payload["participation"]
    assert participation["__typename"] == "CheckInParticipation"
    assert participation["campaign"] == {"__typename": "CheckInCampaign", "name": "check_in"}
    assert participation["progress"] == {"current": 1, "target": 7, "text": "Days in a row: 1"}
    assert participation["state"]["last_day"] == "2026-11-21"
    assert participation["updatedAt"] == "2026-11-21T04:00:00Z"
    assert participation["member"] == participation["subject"] == {"id": encode_id(MEMBER, member)}
    assert payload["decision"]["fact"]["type"] == "check_in.sign"
    assert payload["decision"]["refusal"] is None


async def test_a_repeated_key_gets_the_first_answer(shop: Shop) -> None:
    [member] = await add_members(shop.pool, 1)
    campaign = global_id(await add_campaign(shop.pool, "check_in"))

    asked = [shop.data(as_member(member), SIGN, campaign=campaign, key="one-and-the-same") for _ in range(20)]
    first, *others = await asyncio.gather(*asked)

    assert first["checkInSign"]["userErrors"] == []
    assert all(other == first for other in others)
    assert await shop.pool.fetchval("SELECT sum(amount) FROM transfer") == 5


async def test_a_key_used_for_another_body_is_told_with_its_field(shop: Shop) -> None:
    [member] = await add_members(shop.pool, 1)
    one, other = [global_id(await add_campaign(shop.pool, "check_in")) for _ in range(2)]

    await shop.data(as_member(member), SIGN, campaign=one, key="used-once")
    payload = (await shop.data(as_member(member), SIGN, campaign=other, key="used-once"))["checkInSign"]

    assert payload["participation"] is None
    assert payload["decision"] is None
    [error] = payload["userErrors"]
    assert (error["code"], error["field"]) == ("IDEMPOTENCY_CONFLICT", ["input", "idempotencyKey"])


async def test_two_members_may_use_the_same_key(shop: Shop) -> None:
    members = await add_members(shop.pool, 2)
    campaign = global_id(await add_campaign(shop.pool, "check_in"))

    for member in members:
        payload = (await shop.data(as_member(member), SIGN, campaign=campaign, key="same-key"))["checkInSign"]
        assert payload["userErrors"] == []


@pytest.mark.parametrize(("language", "message"), [("en-GB", "Already checked in today"), ("", "今天已经签到过了")])
async def test_a_refusal_is_data_in_the_callers_language(shop: Shop, language: str, message: str) -> None:
    [member] = await add_members(shop.pool, 1)
    campaign = global_id(await add_campaign(shop.pool, "check_in"))

    await shop.data(as_member(member), SIGN, campaign=campaign, key="the-first")
    payload = (await shop.data(as_member(member), SIGN, language, campaign=campaign, key="the-second"))["checkInSign"]

    assert payload["userErrors"] == [{"field": None, "code": "ALREADY_SIGNED", "message": message}]
    assert payload["decision"]["refusal"] == {"code": "ALREADY_SIGNED", "message": message, "missing": {}}
    assert payload["effects"] == []
    assert payload["participation"]["progress"]["current"] == 1


async def test_a_campaign_of_another_type_an_unknown_one_and_no_id_look_the_same(shop: Shop) -> None:
    [member] = await add_members(shop.pool, 1)
    purchase = global_id(await add_campaign(shop.pool, "purchase"))
    draft = global_id(await add_campaign(shop.pool, "check_in", state="draft"))
    others = [purchase, draft, global_id(new_id()), encode_id(MEMBER, member), "no id at all", ""]

    for place, campaign in enumerate(others):
        payload = (await shop.data(as_member(member), SIGN, campaign=campaign, key=f"attempt-{place}"))["checkInSign"]
        [error] = payload["userErrors"]
        assert (error["code"], error["field"]) == ("CAMPAIGN_NOT_FOUND", ["input", "campaign"])


async def test_a_short_key_is_told_with_its_field(shop: Shop) -> None:
    [member] = await add_members(shop.pool, 1)
    campaign = global_id(await add_campaign(shop.pool, "check_in"))

    for key in ("short", "k" * 129, "with\nline break", "mit-Umläut"):
        payload = (await shop.data(as_member(member), SIGN, campaign=campaign, key=key))["checkInSign"]
        [error] = payload["userErrors"]
        assert (error["code"], error["field"]) == ("INVALID_INPUT", ["input", "idempotencyKey"])


async def test_two_actions_of_one_request_each_show_what_was_true_after_them(shop: Shop) -> None:
    [member] = await add_members(shop.pool, 1)
    campaigns = [global_id(await add_campaign(shop.pool, "check_in")) for _ in range(2)]
    document = """
    mutation ($one: ID!, $two: ID!) {
      before: checkInSign(input: {campaign: $one, idempotencyKey: "number-one"}) {
        participation { member { wallet(unit: POINTS) { balance } } }
      }
      after: checkInSign(input: {campaign: $two, idempotencyKey: "number-two"}) {
        participation { member { wallet(unit: POINTS) { balance } } }
      }
    }
    """

    data = await shop.data(as_member(member), document, one=campaigns[0], two=campaigns[1])

    balances = [data[name]["participation"]["member"]["wallet"]["balance"] for name in ("before", "after")]
    assert balances == ["5", "10"]


async def test_a_full_queue_is_a_retryable_error(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse(self: Engine, fact: object) -> None:
        raise Busy(200)

    monkeypatch.setattr(Engine, "submit", refuse)
    [member] = await add_members(shop.pool, 1)
    answer = await shop.answer(as_member(member), SIGN, {"campaign": global_id(new_id()), "key": "busy-busy"})

    [error] = answer["errors"]
    assert error["extensions"] == {"code": "BUSY", "retryable": True, "retryAfterMs": 200}


async def test_a_token_that_outlived_its_member_is_unauthenticated(shop: Shop) -> None:
    campaign = global_id(await add_campaign(shop.pool, "check_in"))

    assert await shop.error_codes(as_member(new_id()), SIGN, campaign=campaign, key="nobody-there") == [
        "UNAUTHENTICATED"
    ]


async def test_operators_do_not_act_for_members(shop: Shop) -> None:
    campaign = global_id(await add_campaign(shop.pool, "check_in"))

    assert await shop.error_codes(OPERATOR, SIGN, campaign=campaign, key="not-for-me") == ["FORBIDDEN"]
