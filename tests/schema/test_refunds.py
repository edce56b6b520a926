"""Refunds that campaigns asked for, as the shop and the member read them."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from schema.ids import CAMPAIGN, DECISION, MEMBER, encode_id
from siyu.engine import running
from siyu.ids import new_id
from tests.factories import add_campaign, add_members, paid, refunded
from tests.schema.conftest import NOON, OPERATOR, SERVICE, Shop, as_member, schema_of
from tests.siyu.engine.till import Told, play, refund, till_engine

FIELDS = "order amountFen refundedFen leftFen reason text state askedAt attempts problem failedAt doneAt"
OPEN = f"""
query ($state: RefundState! = OPEN, $first: Int, $after: String) {{
  refundRequests(state: $state, first: $first, after: $after) {{
    nodes {{ {FIELDS} member {{ id }} campaign {{ id }} }} pageInfo {{ hasNextPage endCursor }}
  }}
}}
"""
OWN = f"query ($id: ID!) {{ member(id: $id) {{ refundRequests(first: 5) {{ nodes {{ id {FIELDS} }} }} }} }}"
FAILED = """
mutation ($input: FactSubmitInput!) { factSubmit(input: $input) { fact { type } userErrors { code field message } } }
"""
AT_NOON = "2026-11-21T04:00:00Z"


@pytest.fixture
async def shop(shop: Shop) -> AsyncIterator[Shop]:
    """The shop with the till alone."""
    async with running(till_engine(shop.pool)) as engine:
        yield replace(shop, engine=engine, schema=schema_of(engine.registry))


async def asked(shop: Shop, *effects: Told) -> tuple[UUID, UUID, UUID]:
    """A campaign that asked for refunds, the member, and the decision; the orders A and B are of 1,000 fen."""
    [member] = await add_members(shop.pool, 1)
    campaign = await add_campaign(shop.pool, "till")
    for order in ("A", "B"):
        await shop.engine.submit(paid(member, order, 1_000, NOON))
    outcome = await shop.engine.submit(play(campaign, member, NOON, *effects))
    await shop.engine.drain()
    return campaign, member, outcome.decisions[0].id


def failure(member: UUID, **data: object) -> dict[str, object]:
    """A report that money could not be paid back."""
    told = {"order": "A", "problem": "card closed", **data}
    return {
        "type": "refund.failed",
        "member": encode_id(MEMBER, member),
        "occurredAt": AT_NOON,
        "data": told,
        "idempotencyKey": new_id().hex,
    }


async def test_services_and_operators_page_through_what_is_open(shop: Shop) -> None:
    campaign, member, _ = await asked(shop, refund("A", 700), refund("B", 500, "torn"))
    await shop.engine.submit(refunded(member, "A", 100, NOON))

    first = (await shop.data(SERVICE, OPEN, first=1))["refundRequests"]
    rest = (await shop.data(OPERATOR, OPEN, language="zh", after=first["pageInfo"]["endCursor"]))["refundRequests"]

    of = {"member": {"id": encode_id(MEMBER, member)}, "campaign": {"id": encode_id(CAMPAIGN, campaign)}}
    new = {"state": "OPEN", "askedAt": AT_NOON, "attempts": 0, "problem": None, "failedAt": None, "doneAt": None}
    assert first["nodes"] == [
        {
            "order": "A",
            "amountFen": "700",
            "refundedFen": "100",
            "leftFen": "600",
            "reason": "late",
            "text": "It came too late",
        }
        | new
        | of
    ]
    assert [(node["order"], node["leftFen"], node["text"]) for node in rest["nodes"]] == [("B", "500", "商品破损")]
    assert (first["pageInfo"]["hasNextPage"], rest["pageInfo"]["hasNextPage"]) == (True, False)


async def test_what_is_done_is_listed_apart(shop: Shop) -> None:
    _, member, _ = await asked(shop, refund("A", 700), refund("B", 500))
    await shop.engine.submit(refunded(member, "A", 700, NOON))

    async def listed(state: str) -> list[str]:
        nodes = (await shop.data(SERVICE, OPEN, state=state))["refundRequests"]["nodes"]
        return [node["order"] for node in nodes]

    assert (await listed("OPEN"), await listed("DONE")) == (["B"], ["A"])
    [done] = (await shop.data(SERVICE, OPEN, state="DONE"))["refundRequests"]["nodes"]
    assert (done["leftFen"], done["doneAt"]) == ("0", AT_NOON)


async def test_what_cannot_be_paid_is_reported_and_shown_to_the_shop_alone(shop: Shop) -> None:
    _, member, _ = await asked(shop, refund("A", 700))

    payload = (await shop.data(SERVICE, FAILED, input=failure(member)))["factSubmit"]
    [shown] = (await shop.data(OPERATOR, OPEN))["refundRequests"]["nodes"]
    [own] = (await shop.data(as_member(member), OWN, id=encode_id(MEMBER, member)))["member"]["refundRequests"]["nodes"]

    assert payload == {"fact": {"type": "refund.failed"}, "userErrors": []}
    assert (shown["state"], shown["attempts"], shown["problem"], shown["failedAt"]) == (
        "OPEN",
        1,
        "card closed",
        AT_NOON,
    )
    assert (own["order"], own["state"], own["problem"]) == ("A", "OPEN", None)


@pytest.mark.parametrize(
    ("data", "code"), [({}, "REFUND_NOT_ASKED"), ({"order": "C"}, "ORDER_NOT_FOUND"), ({"order": "B"}, "REFUND_DONE")]
)
async def test_a_failure_of_nothing_that_is_open_is_refused(shop: Shop, data: dict[str, object], code: str) -> None:
    _, member, _ = await asked(shop, refund("B", 500))
    await shop.engine.submit(refunded(member, "B", 500, NOON))

    payload = (await shop.data(SERVICE, FAILED, input=failure(member, **data)))["factSubmit"]

    assert [error["code"] for error in payload["userErrors"]] == [code]


@pytest.mark.parametrize(
    ("data", "field"),
    [({"problem": ""}, "problem"), ({"problem": "x" * 501}, "problem"), ({"amount_fen": 1}, "amount_fen")],
)
async def test_what_is_wrong_with_a_failure_is_told_with_its_field(
    shop: Shop, data: dict[str, object], field: str
) -> None:
    _, member, _ = await asked(shop, refund("A", 700))

    payload = (await shop.data(SERVICE, FAILED, input=failure(member, **data)))["factSubmit"]

    assert [error["field"] for error in payload["userErrors"]] == [["input", "data", field]]


async def test_nobody_asks_by_hand(shop: Shop) -> None:
    _, member, _ = await asked(shop, refund("A", 700))
    by_hand: dict[str, Any] = failure(member) | {
        "type": "refund.requested",
        "data": {"order": "B", "amount_fen": 5, "reason": "late"},
    }

    payload = (await shop.data(OPERATOR, FAILED, input=by_hand))["factSubmit"]

    assert [(error["code"], error["field"]) for error in payload["userErrors"]] == [
        ("INVALID_INPUT", ["input", "type"])
    ]


async def test_another_member_sees_none_of_it(shop: Shop) -> None:
    _, member, _ = await asked(shop, refund("A", 700))
    [stranger] = await add_members(shop.pool, 1)

    assert await shop.error_codes(as_member(member), "{ refundRequests { nodes { id } } }") == ["FORBIDDEN"]
    assert (await shop.data(as_member(stranger), OWN, id=encode_id(MEMBER, member)))["member"] is None
    other = await shop.data(as_member(stranger), OWN, id=encode_id(MEMBER, stranger))
    assert other["member"]["refundRequests"]["nodes"] == []


@pytest.mark.parametrize(
    "damage", ["UPDATE refund_request SET reason = 'gone'", "UPDATE campaign SET type_key = 'unloaded'"]
)
async def test_a_refund_whose_reason_nobody_knows_is_still_read(shop: Shop, damage: str) -> None:
    await asked(shop, refund("A", 700))
    await shop.pool.execute(damage)

    [node] = (await shop.data(OPERATOR, OPEN))["refundRequests"]["nodes"]

    assert node["text"] == node["reason"]


async def test_the_effect_is_read_from_the_log(shop: Shop) -> None:
    *_, decision = await asked(shop, refund("A", 10**12))
    document = "query ($id: ID!) { node(id: $id) { ... on Decision { effects { ... on RefundEffect { %s } } } } }"

    node = (await shop.data(OPERATOR, document % "kind order amountFen reason", id=encode_id(DECISION, decision)))[
        "node"
    ]

    assert node["effects"] == [{"kind": "refund", "order": "A", "amountFen": str(10**12), "reason": "late"}]


async def test_a_cursor_of_something_else_is_refused(shop: Shop) -> None:
    document = '{ refundRequests(after: "%s") { nodes { id } } }'

    assert await shop.error_codes(SERVICE, document % "nonsense") == ["INVALID_ARGUMENT"]
    assert await shop.error_codes(SERVICE, "{ refundRequests(first: 101) { nodes { id } } }") == ["INVALID_ARGUMENT"]
