"""factsSubmit: many facts at once, each with its own outcome."""

from typing import Any

import pytest

from schema.ids import MEMBER, encode_id
from siyu.boards import fold_everything
from siyu.ids import new_id
from siyu.trail import Trail, following
from tests.factories import add_campaign, add_members
from tests.schema.conftest import SERVICE, Shop
from tests.siyu.groups.shop import add_group

SUBMIT = """
mutation ($input: FactsSubmitInput!) {
  factsSubmit(input: $input) {
    results {
      fact { id type }
      decisions { campaign { __typename } refusal { code } }
      userErrors { field code message }
    }
    userErrors { field code }
  }
}
"""


def post(number: int, **given: object) -> dict[str, object]:
    """A message of an archive."""
    return {
        "type": "message.posted",
        "identity": {"kind": "wecom", "value": f"u-{number % 3}"},
        "occurredAt": "2026-11-21T03:00:00Z",
        "data": {"group": "tea", "kind": "text", "length": number},
        "idempotencyKey": f"archive/{number:06}",
        **given,
    }


async def submit(shop: Shop, facts: list[dict[str, object]]) -> Any:
    """The payload of factsSubmit."""
    return (await shop.data(SERVICE, SUBMIT, input={"facts": facts}))["factsSubmit"]


async def test_each_fact_has_its_own_outcome(shop: Shop) -> None:
    await add_group(shop.pool, "tea")
    await add_campaign(shop.pool, "purchase")
    [lin] = await add_members(shop.pool, 1)
    order = {"order": "A-1", "amount_fen": 100}
    payload = await submit(
        shop,
        [
            post(1),
            post(2, data={"group": "tea", "kind": "text", "length": 5, "content": "hello"}),
            post(3, data={"group": "coffee", "kind": "text", "length": 5}),
            post(4, identity=None, member=encode_id(MEMBER, lin), type="order.paid", data=order),
            post(5, identity=None, member=encode_id(MEMBER, new_id())),
            post(6, identity={"kind": "wecom", "value": ""}),
            post(1),
            post(1, data={"group": "tea", "kind": "image", "length": 5}),
        ],
    )

    results = payload["results"]
    assert [[error["code"] for error in each["userErrors"]] for each in results] == [
        [],
        ["INVALID_INPUT"],
        ["GROUP_NOT_FOUND"],
        [],
        ["NOT_FOUND"],
        ["INVALID_INPUT"],
        [],
        ["IDEMPOTENCY_CONFLICT"],
    ]
    assert results[1]["userErrors"][0]["field"] == ["input", "facts", "1", "data"]
    assert "never kept" in results[1]["userErrors"][0]["message"]
    assert results[5]["userErrors"][0]["field"] == ["input", "facts", "5", "identity", "value"]
    assert results[3]["decisions"] == [{"campaign": {"__typename": "PurchaseCampaign"}, "refusal": None}]
    assert results[0]["fact"] == results[6]["fact"]
    await fold_everything(shop.pool)
    talk = "SELECT sum(score) FROM board_score WHERE board = 'talk' AND window_key = 'all'"
    assert await shop.pool.fetchval(talk) == 2, "one message, in the shop and in its group"


async def test_a_repeated_batch_gets_the_first_answers(shop: Shop) -> None:
    await add_group(shop.pool, "tea")
    facts = [post(number) for number in range(10)]

    first, second = await submit(shop, facts), await submit(shop, facts)

    assert first == second
    assert await shop.pool.fetchval("SELECT count(*) FROM fact") == 10


@pytest.mark.parametrize("size", [0, 101])
async def test_a_batch_has_one_to_a_hundred_facts(shop: Shop, size: int) -> None:
    payload = await submit(shop, [post(number) for number in range(size)])

    assert payload == {"results": [], "userErrors": [{"field": ["input", "facts"], "code": "INVALID_INPUT"}]}
    assert await shop.pool.fetchval("SELECT count(*) FROM fact") == 0


async def test_fifty_facts_take_as_many_statements_as_one(shop: Shop) -> None:
    await add_group(shop.pool, "tea")
    await submit(shop, [post(number) for number in range(100, 103)])
    counts = []
    for facts in ([post(1)], [post(number) for number in range(2, 52)]):
        trail = Trail()
        with following(trail):
            await submit(shop, facts)
        counts.append(len(trail.calls))

    assert counts[0] == counts[1]
