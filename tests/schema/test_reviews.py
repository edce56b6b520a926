"""Reviews in GraphQL: what operators see and say, and what members see of it."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from schema import Principal, Role
from schema.ids import CAMPAIGN, FACT, MEMBER, encode_id
from siyu.engine import running
from tests.clock import TestClock
from tests.factories import add_campaign, add_members
from tests.schema.conftest import NOON, OPERATOR, SERVICE, Shop, as_member, schema_of
from tests.siyu.engine.desk import RAISES, REFUSES, desk_engine, show

WANG = Principal(Role.OPERATOR, subject="wang")
REVIEWS = """
query ($campaign: ID, $state: ReviewState! = OPEN, $first: Int, $after: String) {
  reviews(campaign: $campaign, state: $state, first: $first, after: $after) {
    nodes { id key } pageInfo { hasNextPage endCursor }
  }
}
"""
ALL = """
  id state key reason askedAt decidedAt campaign { id } member { id }
  text evidence note decidedBy problem problemAt askedFact verdictFact
"""
ALL_REVIEWS = f"{{ reviews {{ nodes {{ {ALL} }} }} }}"
OF_MEMBER = f"query ($id: ID!) {{ member(id: $id) {{ reviews(first: 1) {{ nodes {{ {ALL} }} }} }} }}"
DECIDE = """
mutation ($input: ReviewDecideInput!) { reviewDecide(input: $input) {
  review { state note decidedBy problem verdictFact }
  decision { refusal { code } effects { kind ... on GrantEffect { amount } } fact { id type } }
  userErrors { field code message }
} }
"""


@pytest.fixture
async def shop(shop: Shop, clock: TestClock) -> AsyncIterator[Shop]:
    """The shop with the desk alone."""
    async with running(desk_engine(shop.pool, clock)) as engine:
        yield replace(shop, engine=engine, schema=schema_of(engine.registry))


async def at_a_desk(shop: Shop, *keys: str) -> tuple[UUID, UUID]:
    """A campaign and a member, of whom something is to be looked at."""
    [member] = await add_members(shop.pool, 1)
    campaign = await add_campaign(shop.pool, "desk")
    for key in keys:
        await shop.engine.submit(show(campaign, member, NOON, key, "https://a.example/1.jpg"))
    return campaign, member


async def the_review(shop: Shop) -> str:
    """The id of the open review that comes first."""
    found: str = (await shop.data(OPERATOR, REVIEWS))["reviews"]["nodes"][0]["id"]
    return found


async def decide(shop: Shop, review: str, principal: Principal = OPERATOR, **said: Any) -> dict[str, Any]:
    """The payload of a verdict."""
    given = {"review": review, "approved": True, "idempotencyKey": "12345678", **said}
    payload: dict[str, Any] = (await shop.data(principal, DECIDE, input=given))["reviewDecide"]
    return payload


def codes(payload: dict[str, Any]) -> list[str]:
    """The codes of a payload's errors."""
    return [error["code"] for error in payload["userErrors"]]


async def test_operators_see_what_waits_and_why(shop: Shop) -> None:
    campaign, member = await at_a_desk(shop, "a")

    [node] = (await shop.data(OPERATOR, ALL_REVIEWS, language="zh-CN"))["reviews"]["nodes"]

    fact_id = await shop.pool.fetchval("SELECT id FROM fact")
    assert node.pop("id")
    assert node == {
        "state": "OPEN",
        "key": "a",
        "reason": "photo",
        "askedAt": "2026-11-21T04:00:00Z",
        "decidedAt": None,
        "campaign": {"id": encode_id(CAMPAIGN, campaign)},
        "member": {"id": encode_id(MEMBER, member)},
        "text": "请看照片",
        "evidence": {"url": "https://a.example/1.jpg", "size": 3},
        "note": None,
        "decidedBy": None,
        "problem": None,
        "problemAt": None,
        "askedFact": encode_id(FACT, fact_id),
        "verdictFact": None,
    }


async def test_members_see_that_theirs_waits_and_no_more(shop: Shop) -> None:
    _, member = await at_a_desk(shop, "a", "b")
    await decide(shop, await the_review(shop), note="for operators")

    [node] = (await shop.data(as_member(member), OF_MEMBER, id=encode_id(MEMBER, member)))["member"]["reviews"]["nodes"]
    assert (node["key"], node["state"], node["reason"]) == ("b", "OPEN", "photo")
    shown = ("text", "evidence", "note", "decidedBy", "problem", "problemAt", "askedFact", "verdictFact")
    assert [node[name] for name in shown] == [None] * len(shown)

    [whole] = (await shop.data(SERVICE, OF_MEMBER, id=encode_id(MEMBER, member)))["member"]["reviews"]["nodes"]
    assert whole["evidence"]["size"] == 3


async def test_a_stranger_sees_nobodys_reviews(shop: Shop) -> None:
    _, member = await at_a_desk(shop, "a")
    [stranger] = await add_members(shop.pool, 1)

    answer = await shop.data(as_member(stranger), OF_MEMBER, id=encode_id(MEMBER, member))

    assert answer["member"] is None


async def test_the_verdict_is_decided_and_shown(shop: Shop) -> None:
    await at_a_desk(shop, "a")
    review = await the_review(shop)

    payload = await decide(shop, review, WANG, note="fine")

    fact = payload["decision"]["fact"]
    assert payload["userErrors"] == []
    assert payload["decision"]["effects"] == [{"kind": "grant", "amount": "5"}]
    assert fact["type"] == "desk.reviewed"
    assert payload["review"] == {
        "state": "APPROVED",
        "note": "fine",
        "decidedBy": "wang",
        "problem": None,
        "verdictFact": fact["id"],
    }
    # Repeated as a front end repeats what it got no answer to.
    assert await decide(shop, review, WANG, note="fine") == payload


async def test_a_second_verdict_is_told_the_first(shop: Shop) -> None:
    await at_a_desk(shop, "a")
    review = await the_review(shop)
    await decide(shop, review, WANG)

    late = await decide(shop, review, approved=False)

    assert (codes(late), late["decision"], late["review"]["decidedBy"]) == (["ALREADY_REVIEWED"], None, "wang")
    conflict = await decide(shop, review, WANG, approved=False)
    assert (codes(conflict), conflict["review"]["state"]) == (["IDEMPOTENCY_CONFLICT"], "APPROVED")


async def test_what_the_campaign_makes_of_it_is_told(shop: Shop) -> None:
    await at_a_desk(shop, "a", "b")
    review = await the_review(shop)

    failed = await decide(shop, review, note=RAISES)
    assert (codes(failed), failed["review"]["state"]) == (["CAMPAIGN_FAILED"], "OPEN")
    assert failed["review"]["problem"].startswith("ZeroDivisionError")
    refused = await decide(shop, review, note=REFUSES, idempotencyKey="another key")
    assert refused["userErrors"] == [{"field": None, "code": "NO", "message": "It cannot be"}]
    assert (refused["review"]["state"], refused["decision"]["refusal"]) == ("APPROVED", {"code": "NO"})


async def test_what_is_no_verdict_is_told(shop: Shop) -> None:
    await at_a_desk(shop, "a")
    review = await the_review(shop)

    nothing = await decide(shop, encode_id(CAMPAIGN, UUID(int=1)))
    assert (codes(nothing), nothing["review"]) == (["NOT_FOUND"], None)
    long_ = await decide(shop, review, note="x" * 501)
    assert [(error["code"], error["field"]) for error in long_["userErrors"]] == [("INVALID_INPUT", ["input", "note"])]
    short = await decide(shop, review, idempotencyKey="1")
    assert [error["field"] for error in short["userErrors"]] == [["input", "idempotencyKey"]]


async def test_a_campaign_that_cannot_decide_leaves_it_open(shop: Shop) -> None:
    await at_a_desk(shop, "a")
    review = await the_review(shop)
    await shop.pool.execute("UPDATE campaign SET type_key = 'gone'")

    payload = await decide(shop, review)

    assert (codes(payload), payload["review"]["state"]) == (["CAMPAIGN_STATE"], "OPEN")
    assert "is not loaded" in payload["userErrors"][0]["message"]
    [node] = (await shop.data(OPERATOR, ALL_REVIEWS))["reviews"]["nodes"]
    assert (node["text"], node["campaign"]["id"]) == ("photo", (await shop_campaign(shop)))


async def shop_campaign(shop: Shop) -> str:
    """The global id of the only campaign."""
    return encode_id(CAMPAIGN, await shop.pool.fetchval("SELECT id FROM campaign"))


async def test_pages_of_what_waits_begin_with_the_oldest(shop: Shop) -> None:
    campaign, _ = await at_a_desk(shop, *"abcde")
    other, _ = await at_a_desk(shop, "z")
    seen: list[list[str]] = []
    after, more = None, True
    while more:
        variables = {"campaign": encode_id(CAMPAIGN, campaign), "first": 2, "after": after}
        page = (await shop.data(OPERATOR, REVIEWS, **variables))["reviews"]
        seen.append([node["key"] for node in page["nodes"]])
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]

    assert seen == [["a", "b"], ["c", "d"], ["e"]]
    everything = (await shop.data(OPERATOR, REVIEWS))["reviews"]["nodes"]
    assert [node["key"] for node in everything] == [*"abcdez"]
    assert await keys(shop, campaign=encode_id(CAMPAIGN, other)) == ["z"]
    assert await keys(shop, campaign="none") == []


async def test_what_has_its_verdict_begins_with_the_newest(shop: Shop) -> None:
    campaign, _ = await at_a_desk(shop, *"abc")
    for number, node in enumerate((await shop.data(OPERATOR, REVIEWS))["reviews"]["nodes"]):
        await decide(shop, node["id"], approved=number > 0, idempotencyKey=f"number {number}")

    of_campaign = {"campaign": encode_id(CAMPAIGN, campaign)}
    assert await keys(shop, state="APPROVED") == await keys(shop, state="APPROVED", **of_campaign) == ["c", "b"]
    assert await keys(shop, state="REJECTED", **of_campaign) == ["a"]
    assert await keys(shop) == []


async def keys(shop: Shop, **wanted: object) -> list[str]:
    """The keys of the reviews on the first page."""
    return [node["key"] for node in (await shop.data(OPERATOR, REVIEWS, **wanted))["reviews"]["nodes"]]


async def test_results_count_what_is_open(shop: Shop) -> None:
    campaign, _ = await at_a_desk(shop, *"abc")
    await decide(shop, await the_review(shop))

    document = "query ($id: ID!) { campaign(id: $id) { results { openReviews decisions } } }"
    answer = await shop.data(OPERATOR, document, id=encode_id(CAMPAIGN, campaign))

    assert answer["campaign"]["results"] == {"openReviews": "2", "decisions": "4"}


async def test_the_effect_is_in_the_log(shop: Shop) -> None:
    await at_a_desk(shop, "a")

    document = "{ decisions(campaign: %s) { nodes { effects { kind ... on ReviewEffect { key reason } } } } }"
    answer = await shop.data(OPERATOR, document % f'"{await shop_campaign(shop)}"')

    assert answer["decisions"]["nodes"] == [{"effects": [{"kind": "review", "key": "a", "reason": "photo"}]}]
