"""Identities and merges over GraphQL."""

from schema.ids import MEMBER, encode_id
from siyu.ids import new_id
from tests.factories import add_members, paid
from tests.schema.conftest import NOON, OPERATOR, SERVICE, Shop

ADD = """
mutation ($member: ID!, $value: String!) {
  identityAdd(input: { member: $member, kind: "openid", value: $value }) {
    member { id identities { kind value } } takenBy { id } userErrors { code }
  }
}
"""
REMOVE = """
mutation ($member: ID!, $value: String!) {
  identityRemove(input: { member: $member, kind: "openid", value: $value }) { userErrors { code } }
}
"""
BIND = """
mutation ($also: String!) {
  identityBind(input: { known: { kind: "openid", value: "o-1" }, also: { kind: "unionid", value: $also } }) {
    member { id } takenBy { id } userErrors { code }
  }
}
"""
PREVIEW = """
query ($survivor: ID!, $merged: ID!) {
  memberMergePreview(survivor: $survivor, merged: $merged) { moves { what rows keptAside } value { unit amount } }
}
"""
MERGE = """
mutation ($survivor: ID!, $merged: ID!, $key: String!) {
  memberMerge(input: { survivor: $survivor, merged: $merged, reason: "one phone", idempotencyKey: $key }) {
    decision { effects { kind ... on CarryEffect { unit amount } ... on MergeEffect { state } } }
    merge { id mergedId moved { what rows } undoneAt }
    member { id merges { nodes { reason } } wallet(unit: POINTS) { balance } }
    userErrors { code }
  }
}
"""
UNDO = """
mutation ($merge: ID!) {
  memberMergeUndo(input: { merge: $merge, reason: "two people", idempotencyKey: "undo-it-now" }) {
    merge { undoneBy } member { id } merged { id } userErrors { code }
  }
}
"""


async def test_identities_are_bound_taken_and_the_last_one_stays(shop: Shop) -> None:
    one, other = [encode_id(MEMBER, member) for member in await add_members(shop.pool, 2)]
    added = await shop.data(OPERATOR, ADD, member=one, value="o-1")
    assert added["identityAdd"]["member"]["identities"] == [{"kind": "openid", "value": "o-1"}]
    taken = (await shop.data(OPERATOR, ADD, member=other, value="o-1"))["identityAdd"]
    assert (taken["takenBy"]["id"], taken["userErrors"]) == (one, [{"code": "IDENTITY_TAKEN"}])
    assert (await shop.data(SERVICE, BIND, also="u-1"))["identityBind"]["member"]["id"] == one
    assert (await shop.data(OPERATOR, REMOVE, member=one, value="o-1"))["identityRemove"]["userErrors"] == []
    alone = await shop.data(OPERATOR, ADD, member=other, value="o-2")
    assert alone["identityAdd"]["userErrors"] == []
    last = await shop.data(OPERATOR, REMOVE, member=other, value="o-2")
    assert last["identityRemove"]["userErrors"] == [{"code": "INVALID_INPUT"}]


async def test_a_merge_is_previewed_made_told_and_undone(shop: Shop) -> None:
    survivor, merged = await add_members(shop.pool, 2)
    ids = {"survivor": encode_id(MEMBER, survivor), "merged": encode_id(MEMBER, merged)}
    await shop.pool.execute("INSERT INTO identity VALUES ($1, 'openid', 'o-9', $2)", new_id(), merged)
    await shop.engine.submit(paid(merged, "A-1", 10_000, NOON))
    preview = (await shop.data(OPERATOR, PREVIEW, **ids))["memberMergePreview"]
    assert {"what": "shop_order", "rows": 1, "keptAside": 0} in preview["moves"]
    made = (await shop.data(OPERATOR, MERGE, **ids, key="merge-it-now"))["memberMerge"]
    assert made["userErrors"] == []
    assert {"what": "shop_order", "rows": 1} in made["merge"]["moved"]
    assert made["member"]["merges"]["nodes"] == [{"reason": "one phone"}]
    assert (await shop.data(OPERATOR, MERGE, **ids, key="merge-it-now"))["memberMerge"] == made
    named = '{ member(identity: {kind: "openid", value: "o-9"}) { id } }'
    assert (await shop.data(OPERATOR, named))["member"]["id"] == ids["survivor"]
    led = await shop.data(OPERATOR, "query ($id: ID!) { member(id: $id) { id } }", id=ids["merged"])
    assert led["member"]["id"] == ids["survivor"]
    listed = await shop.data(OPERATOR, "{ members { nodes { id } } }")
    assert [node["id"] for node in listed["members"]["nodes"]] == [ids["survivor"]]
    undone = (await shop.data(OPERATOR, UNDO, merge=made["merge"]["id"]))["memberMergeUndo"]
    assert undone["userErrors"] == []
    assert (undone["member"]["id"], undone["merged"]["id"]) == (ids["survivor"], ids["merged"])
