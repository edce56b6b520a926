"""Consents, attributes and the timeline of a member."""

import asyncio
from typing import Any
from uuid import UUID

import pytest

from schema.ids import MEMBER, encode_id
from siyu.rules import RuleClock, compile_rule
from siyu.segments.queries import count_members
from siyu.trail import Trail, following
from tests.factories import SHANGHAI, add_campaign, add_members, paid, sign
from tests.locks import holding
from tests.schema.conftest import NOON, OPERATOR, SERVICE, Shop, as_member

GIVE = """
mutation ($input: ConsentGiveInput!) {
  consentGive(input: $input) {
    member { consents { purpose given policy source title } consentHistory { nodes { given } } }
    userErrors { code field }
  }
}
"""
WITHDRAW = GIVE.replace("Give", "Withdraw")
SET = """
mutation ($input: MemberAttributesSetInput!) {
  memberAttributesSet(input: $input) { member { attributes { key type value } } userErrors { code field } }
}
"""
TIMELINE = """
query ($id: ID!, $first: Int, $after: String) {
  member(id: $id) {
    timeline(first: $first, after: $after) {
      nodes { at text fact { type } decisions { text refused campaign { name } } }
      pageInfo { hasNextPage endCursor }
    }
  }
}
"""
LOCK = "SELECT FROM member WHERE id = $1 FOR NO KEY UPDATE"
AT_ONCE, CALLS = 3, 5
MANY = "{ members(first: 50) { nodes { consents { purpose } attributes { key } timeline { nodes { text } } } } }"


async def test_a_member_agrees_and_takes_it_back_and_rules_know(shop: Shop) -> None:
    [member] = await add_members(shop.pool, 1)
    both = {"purposes": ["MARKETING", "LOCATION"], "policy": "2026-1"}
    given = (await shop.data(as_member(member), GIVE, "zh", input=both))["consentGive"]
    again = (await shop.data(as_member(member), GIVE, "zh", input=both))["consentGive"]
    by_phone = {"member": encode_id(MEMBER, member), "purposes": ["MARKETING"], "policy": "2026-1", "source": "PHONE"}
    withdrawn = (await shop.data(SERVICE, WITHDRAW, input=by_phone))["consentWithdraw"]

    assert given["member"]["consents"] == [
        {"purpose": "LOCATION", "given": True, "policy": "2026-1", "source": "MEMBER", "title": "使用位置信息"},
        {"purpose": "MARKETING", "given": True, "policy": "2026-1", "source": "MEMBER", "title": "接收营销消息"},
    ]
    assert again == given
    assert [each["given"] for each in withdrawn["member"]["consents"]] == [True, False]
    assert [node["given"] for node in withdrawn["member"]["consentHistory"]["nodes"]] == [False, True, True]
    noted = await shop.pool.fetchval("SELECT noted_by FROM consent WHERE NOT given")
    assert noted == "till"

    async def meant(rule: str) -> int:
        return await count_members(shop.pool, [compile_rule(rule)], RuleClock(NOON, SHANGHAI))

    assert await meant("'marketing' in member.consents") == 0
    assert await meant("'location' in member.consents") == 1


async def test_a_new_policy_is_agreed_to_anew(shop: Shop) -> None:
    [member] = await add_members(shop.pool, 1)
    for policy in ("2026-1", "2027-1", "2027-1"):
        await shop.data(as_member(member), GIVE, input={"purposes": ["ANALYTICS"], "policy": policy})

    assert [row[0] for row in await shop.pool.fetch("SELECT policy FROM consent ORDER BY id")] == ["2026-1", "2027-1"]


async def test_what_is_said_at_once_is_noted_once(shop: Shop) -> None:
    [member] = await add_members(shop.pool, 1)
    said = {"purposes": ["ANALYTICS"], "policy": "1"}
    # Without the lock on the member all of them would find nothing said, and wait for each other only later.
    async with asyncio.TaskGroup() as group, holding(shop.pool, LOCK, member, waiting=AT_ONCE):
        for _ in range(AT_ONCE):
            group.create_task(shop.data(as_member(member), GIVE, input=said))

    assert await shop.pool.fetchval("SELECT count(*) FROM consent") == 1


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"purposes": []}, "INVALID_INPUT"),
        ({"policy": ""}, "INVALID_INPUT"),
        ({"policy": "x" * 33}, "INVALID_INPUT"),
        ({"source": "PAPER"}, "INVALID_INPUT"),
        ({"member": encode_id(MEMBER, UUID(int=1))}, "NOT_FOUND"),
    ],
    ids=range(5),
)
async def test_what_cannot_be_said_is_told(shop: Shop, change: dict[str, Any], code: str) -> None:
    [member] = await add_members(shop.pool, 1)
    said = {"purposes": ["MARKETING"], "policy": "1"} | change
    for document, name in ((GIVE, "consentGive"), (WITHDRAW, "consentWithdraw")):
        payload = (await shop.data(as_member(member), document, input=said))[name]
        assert [error["code"] for error in payload["userErrors"]] == [code]
    assert await shop.pool.fetchval("SELECT count(*) FROM consent") == 0


async def test_attributes_are_set_cleared_and_typed(shop: Shop) -> None:
    [member] = await add_members(shop.pool, 1)

    async def set_to(*attributes: dict[str, object]) -> dict[str, Any]:
        given = {"member": encode_id(MEMBER, member), "attributes": list(attributes)}
        payload: dict[str, Any] = (await shop.data(OPERATOR, SET, input=given))["memberAttributesSet"]
        return payload

    await set_to(
        {"key": "size", "value": "L"},
        {"key": "height_cm", "type": "NUMBER", "value": "171.5"},
        {"key": "born_on", "type": "DATE", "value": "19900315"},
        {"key": "has_pets", "type": "FLAG", "value": "是"},
    )
    changed = await set_to({"key": "size", "value": None}, {"key": "has_pets", "type": "FLAG", "value": "false"})

    assert changed["member"]["attributes"] == [
        {"key": "born_on", "type": "DATE", "value": "1990-03-15"},
        {"key": "has_pets", "type": "FLAG", "value": "false"},
        {"key": "height_cm", "type": "NUMBER", "value": "171.5"},
    ]


@pytest.mark.parametrize(
    "attribute",
    [
        {"key": "Size", "value": "L"},
        {"key": "size", "value": ""},
        {"key": "size", "value": "x" * 201},
        {"key": "size", "value": "call 139 1234 5678"},
        {"key": "size", "type": "NUMBER", "value": "twelve"},
        {"key": "size", "type": "DATE", "value": "2026-02-30"},
        {"key": "size", "type": "FLAG", "value": "perhaps"},
    ],
    ids=range(7),
)
async def test_what_no_attribute_can_be_is_told(shop: Shop, attribute: dict[str, object]) -> None:
    [member] = await add_members(shop.pool, 1)
    given = {"member": encode_id(MEMBER, member), "attributes": [attribute]}
    payload = (await shop.data(OPERATOR, SET, input=given))["memberAttributesSet"]

    assert [error["code"] for error in payload["userErrors"]] == ["INVALID_INPUT"]
    assert payload["userErrors"][0]["field"][:3] == ["input", "attributes", "0"]


async def test_a_member_has_a_bounded_number_of_attributes(shop: Shop) -> None:
    [member] = await add_members(shop.pool, 1)
    many = [{"key": f"k{number}", "value": "v"} for number in range(51)]
    given = {"member": encode_id(MEMBER, member), "attributes": many}
    payload = (await shop.data(OPERATOR, SET, input=given))["memberAttributesSet"]

    assert [error["code"] for error in payload["userErrors"]] == ["INVALID_INPUT"]
    assert await shop.pool.fetchval("SELECT count(*) FROM member_attribute") == 0


async def test_the_timeline_tells_what_happened_in_words(shop: Shop) -> None:
    campaign, [member] = await add_campaign(shop.pool, "check_in"), await add_members(shop.pool, 1)
    await shop.engine.submit(paid(member, "A-1", 5_000, NOON))
    for _ in range(2):
        await shop.engine.submit(sign(campaign, member, NOON))

    async def page(language: str, **wanted: object) -> dict[str, Any]:
        data = await shop.data(as_member(member), TIMELINE, language, id=encode_id(MEMBER, member), **wanted)
        found: dict[str, Any] = data["member"]["timeline"]
        return found

    english, chinese = await page("en"), await page("zh")
    assert [node["text"] for node in english["nodes"]] == ["Check in", "Check in", "An order was paid"]
    assert [node["text"] for node in chinese["nodes"]] == ["签到", "签到", "订单已支付"]
    assert [[each["refused"] for each in node["decisions"]] for node in english["nodes"][:2]] == [[True], [False]]
    assert english["nodes"][1]["decisions"][0]["text"].startswith("was given 5 points")
    assert chinese["nodes"][1]["decisions"][0]["text"].startswith("获得 5 points")
    first = await page("en", first=1)
    rest = await page("en", first=5, after=first["pageInfo"]["endCursor"])
    assert first["nodes"] + rest["nodes"] == english["nodes"]
    assert (first["pageInfo"]["hasNextPage"], rest["pageInfo"]["hasNextPage"]) == (True, False)


async def test_records_of_fifty_members_take_as_many_statements_as_that_of_one(shop: Shop) -> None:
    async def statements() -> int:
        """The fewest of some calls: a connection that is new asks for types besides."""
        counts = []
        for _ in range(CALLS):
            trail = Trail()
            with following(trail):
                await shop.data(OPERATOR, MANY)
            counts.append(trail.calls_made)
        return min(counts)

    members = await add_members(shop.pool, 1)
    campaign = await add_campaign(shop.pool, "check_in")
    await shop.engine.submit(sign(campaign, members[0], NOON))
    one = await statements()
    members += await add_members(shop.pool, 49)
    await asyncio.gather(*(shop.engine.submit(sign(campaign, member, NOON, member.hex)) for member in members[1:]))

    assert await statements() == one
