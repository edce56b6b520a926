"""Tags over GraphQL: set and taken with expiry, listed, and given by rules."""

from dataclasses import replace
from typing import Any

from schema.ids import MEMBER, encode_id
from siyu.rules import RuleClock
from siyu.tag_rules import settle_everything
from tests.factories import SHANGHAI, add_members
from tests.schema.conftest import NOON, OPERATOR, SERVICE, Shop, as_member
from tests.schema.test_members import counting

TAG = """
mutation ($input: MemberTagInput!) {
  memberTag(input: $input) {
    member { tags { name family setBy setAt expiresAt } } userErrors { field code message }
  }
}
"""
UNTAG = """
mutation ($input: MemberUntagInput!) {
  memberUntag(input: $input) { member { tags { name } } userErrors { field code } }
}
"""
CREATE = """
mutation ($input: TagRuleCreateInput!) {
  tagRuleCreate(input: $input) {
    tagRule { id tag rule revision settledOn updatedBy check { count } } userErrors { field code message }
  }
}
"""
UPDATE = """
mutation ($input: TagRuleUpdateInput!) {
  tagRuleUpdate(input: $input) { tagRule { revision rule } userErrors { field code } }
}
"""
DELETE = "mutation ($input: TagRuleDeleteInput!) { tagRuleDelete(input: $input) { deleted userErrors { code } } }"
RULES = """
query ($first: Int, $after: String) {
  tagRules(first: $first, after: $after) { nodes { tag settledOn } pageInfo { hasNextPage endCursor } }
}
"""
USED = """
query ($first: Int, $after: String) {
  tags(first: $first, after: $after) { nodes { name families { family members } } pageInfo { hasNextPage endCursor } }
}
"""
A_PAGE = "query ($first: Int) { members(first: $first) { nodes { id tags { name family } } } }"


async def tag(shop: Shop, **given: object) -> Any:
    """The payload of memberTag by a service."""
    return (await shop.data(SERVICE, TAG, input=given))["memberTag"]


async def test_tags_are_set_with_family_and_expiry_and_taken_again(shop: Shop) -> None:
    [lin] = await add_members(shop.pool, 1)
    member = encode_id(MEMBER, lin)

    until = "2026-12-01T00:00:00Z"
    given = await tag(shop, member=member, tags=["tea", "a/b"], family="QUESTIONNAIRE", expiresAt=until)
    past = await tag(shop, member=member, tags=["late"], expiresAt="2026-01-01T00:00:00Z")
    by_rule = await tag(shop, member=member, tags=["late"], family="RULE")
    nobody = await tag(shop, member="nobody", tags=["late"])
    taken = (await shop.data(OPERATOR, UNTAG, input={"member": member, "tags": ["tea"]}))["memberUntag"]

    told = {"family": "QUESTIONNAIRE", "setBy": SERVICE.subject, "setAt": "2026-11-21T04:00:00Z", "expiresAt": until}
    assert given["member"]["tags"] == [{"name": "tea"} | told, {"name": "a/b"} | told]
    assert [payload["userErrors"][0]["field"] for payload in (past, by_rule)] == [
        ["input", "expiresAt"],
        ["input", "family"],
    ]
    assert nobody["userErrors"][0]["code"] == "NOT_FOUND"
    assert taken == {"member": {"tags": [{"name": "a/b"}]}, "userErrors": []}


async def test_tags_are_counted_page_by_page(shop: Shop) -> None:
    members = [encode_id(MEMBER, each) for each in await add_members(shop.pool, 2)]
    for member in members:
        await tag(shop, member=member, tags=["a/b", "c"])
    await tag(shop, member=members[0], tags=["c"], family="IMPORTED")

    first = (await shop.data(OPERATOR, USED, first=1))["tags"]
    second = (await shop.data(OPERATOR, USED, first=1, after=first["pageInfo"]["endCursor"]))["tags"]

    assert first["nodes"] == [{"name": "a/b", "families": [{"family": "MANUAL", "members": 2}]}]
    assert second["nodes"] == [
        {"name": "c", "families": [{"family": "IMPORTED", "members": 1}, {"family": "MANUAL", "members": 2}]}
    ]
    assert (first["pageInfo"]["hasNextPage"], second["pageInfo"]["hasNextPage"]) == (True, False)
    assert await shop.error_codes(OPERATOR, USED, first=1, after="!") == ["INVALID_ARGUMENT"]


async def test_a_page_of_fifty_costs_as_many_statements_as_a_page_of_one(shop: Shop, database_url: str) -> None:
    for place, lin in enumerate(await add_members(shop.pool, 50)):
        await tag(shop, member=encode_id(MEMBER, lin), tags=[f"tea {place}"])

    counted = []
    async with counting(database_url) as (pool, statements):
        small = replace(shop, pool=pool)
        for document in (A_PAGE, USED):
            for first in (1, 1, 50):
                statements.clear()
                [page] = (await small.data(OPERATOR, document, first=first)).values()
                counted.append((len(page["nodes"]), len(statements)))

    # The first request of a connection also looks up its types.
    assert [nodes for nodes, _ in counted] == [1, 1, 50] * 2
    assert (counted[1][1], counted[4][1]) == (counted[2][1], counted[5][1])


async def test_a_rule_gives_its_tag_until_it_is_deleted(shop: Shop) -> None:
    [lin] = await add_members(shop.pool, 1)
    clock = RuleClock(NOON, SHANGHAI)

    made = (await shop.data(OPERATOR, CREATE, input={"tag": "old", "rule": "member.joined_days > 99"}))["tagRuleCreate"]
    await settle_everything(shop.pool, clock)
    listed = (await shop.data(OPERATOR, RULES, first=1))["tagRules"]
    had = (await shop.data(OPERATOR, A_PAGE, first=1))["members"]["nodes"][0]["tags"]
    rule = made["tagRule"]["id"]
    found = await shop.data(OPERATOR, "query ($id: ID!) { node(id: $id) { ... on TagRule { tag } } }", id=rule)
    hidden = await shop.data(as_member(lin), "query ($id: ID!) { node(id: $id) { id } }", id=rule)
    changes = {"tagRule": rule, "revision": 1, "rule": "member.joined_days > 9"}
    changed = (await shop.data(OPERATOR, UPDATE, input=changes))["tagRuleUpdate"]
    late = (await shop.data(OPERATOR, UPDATE, input=changes))["tagRuleUpdate"]
    deleted = (await shop.data(OPERATOR, DELETE, input={"tagRule": rule}))["tagRuleDelete"]
    again = (await shop.data(OPERATOR, DELETE, input={"tagRule": rule}))["tagRuleDelete"]
    await settle_everything(shop.pool, clock)

    assert made["tagRule"] == {
        "id": rule,
        "tag": "old",
        "rule": "member.joined_days > 99",
        "revision": 1,
        "settledOn": None,
        "updatedBy": OPERATOR.subject,
        "check": {"count": 1},
    }
    assert listed["nodes"] == [{"tag": "old", "settledOn": "2026-11-21"}]
    assert had == [{"name": "old", "family": "RULE"}]
    assert (found, hidden) == ({"node": {"tag": "old"}}, {"node": None})
    assert changed["tagRule"] == {"revision": 2, "rule": "member.joined_days > 9"}
    assert late["userErrors"] == [{"field": ["input", "revision"], "code": "INVALID_INPUT"}]
    assert (deleted["deleted"], again["userErrors"]) == (rule, [{"code": "NOT_FOUND"}])
    assert await shop.pool.fetchval("SELECT tags FROM member WHERE id = $1", lin) == []


async def test_a_bad_rule_of_a_tag_is_told_with_its_place(shop: Shop) -> None:
    payload = (await shop.data(OPERATOR, CREATE, input={"tag": "x", "rule": "member.teir == 'gold'"}))["tagRuleCreate"]

    [error] = payload["userErrors"]
    assert (error["code"], error["field"]) == ("RULE_UNKNOWN_FIELD", ["input", "rule"])
    assert error["message"].startswith("line 1, column 1: there is no field `member.teir`")
