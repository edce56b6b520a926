"""factSubmit: what services and operators report."""

from typing import Any

import pytest

from schema.ids import MEMBER, encode_id
from siyu.ids import new_id
from tests.factories import add_campaign, add_members
from tests.schema.conftest import OPERATOR, SERVICE, Shop

SUBMIT = """
mutation ($input: FactSubmitInput!) {
  factSubmit(input: $input) {
    fact { id type at }
    decisions { id campaign { __typename } effects { kind ... on GrantEffect { amount } } refusal { code message } }
    userErrors { field code message }
  }
}
"""


def order(**given: object) -> dict[str, object]:
    """A paid order of the customer 17."""
    return {
        "type": "order.paid",
        "identity": {"kind": "shop", "value": "17"},
        "occurredAt": "2026-11-21T10:00:00+08:00",
        "data": {"order": "A-1", "amount_fen": 9_900},
        "idempotencyKey": "paid/A-1",
        **given,
    }


async def submit(shop: Shop, **given: object) -> Any:
    """The payload of factSubmit for a paid order."""
    return (await shop.data(SERVICE, SUBMIT, input=order(**given)))["factSubmit"]


async def test_an_unknown_identity_becomes_a_member_and_earns(shop: Shop) -> None:
    await add_campaign(shop.pool, "purchase")

    payload = await submit(shop)

    assert payload["userErrors"] == []
    assert payload["fact"]["type"] == "order.paid"
    assert payload["fact"]["at"] == "2026-11-21T02:00:00Z"
    [decision] = payload["decisions"]
    assert decision["campaign"] == {"__typename": "PurchaseCampaign"}
    assert {"kind": "grant", "amount": "99"} in decision["effects"]
    assert await shop.pool.fetchval("SELECT count(*) FROM member JOIN identity ON member_id = member.id") == 1


async def test_a_repeated_report_gets_the_first_answer(shop: Shop) -> None:
    await add_campaign(shop.pool, "purchase")

    first, second = await submit(shop), await submit(shop)

    assert first == second
    assert await shop.pool.fetchval("SELECT count(*) FROM transfer") == 1


async def test_services_and_operators_have_keys_of_their_own(shop: Shop) -> None:
    await submit(shop)

    payload = (await shop.data(OPERATOR, SUBMIT, input=order()))["factSubmit"]

    assert [error["code"] for error in payload["userErrors"]] == ["ORDER_ALREADY_PAID"]
    assert payload["decisions"][0]["refusal"]["code"] == "ORDER_ALREADY_PAID"


async def test_the_campaigns_refusal_is_a_decision_with_its_sentence(shop: Shop) -> None:
    await add_campaign(shop.pool, "purchase", {"lateness_days": 3})
    await submit(shop)

    late = {
        "data": {"order": "A-0", "amount_fen": 100},
        "idempotencyKey": "paid/A-0",
        "occurredAt": "2026-11-01T00:00:00Z",
    }
    payload = await submit(shop, **late)

    refusal = payload["decisions"][0]["refusal"]
    assert payload["userErrors"] == []
    assert refusal == {"code": "TOO_LATE", "message": "The order arrived more than 3 days late"}


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"data": {"order": "A-1"}}, ["data", "amount_fen"]),
        ({"data": {"order": "A-1", "amount_fen": -1}}, ["data", "amount_fen"]),
        ({"data": {"order": "A-1", "amount_fen": "100"}}, ["data", "amount_fen"]),
        ({"data": {"order": "A-1", "amount_fen": 10**30}}, ["data", "amount_fen"]),
        ({"data": {"order": "A\u0000", "amount_fen": 1}}, ["data", "order"]),
        ({"data": {"order": "A", "amount_fen": 1, "x": 1}}, ["data", "x"]),
        ({"data": "text"}, ["data"]),
        ({"type": "check_in.sign", "data": {}}, ["type"]),
        ({"type": "weather.changed", "data": {}}, ["type"]),
        ({"occurredAt": "2026-11-21T04:05:01Z"}, ["occurredAt"]),
        ({"occurredAt": "1969-12-31T23:59:59Z"}, ["occurredAt"]),
        ({"idempotencyKey": "short"}, ["idempotencyKey"]),
        ({"identity": {"kind": "shop", "value": ""}}, ["identity", "value"]),
        ({"identity": {"kind": "k" * 33, "value": "17"}}, ["identity", "kind"]),
        ({"identity": None}, ["member"]),
        ({"member": encode_id(MEMBER, new_id())}, ["member"]),
    ],
)
async def test_what_cannot_be_is_told_with_its_path_and_changes_nothing(
    shop: Shop, given: dict[str, object], path: list[str]
) -> None:
    payload = await submit(shop, **given)

    assert [(error["code"], error["field"]) for error in payload["userErrors"]] == [("INVALID_INPUT", ["input", *path])]
    assert await shop.pool.fetchval("SELECT (SELECT count(*) FROM member) + (SELECT count(*) FROM fact)") == 0


async def test_a_member_is_named_by_id_too(shop: Shop) -> None:
    [member] = await add_members(shop.pool, 1)

    payload = await submit(shop, identity=None, member=encode_id(MEMBER, member))

    assert payload["userErrors"] == []
    assert await shop.pool.fetchval("SELECT member_id FROM fact") == member


async def test_a_member_who_does_not_exist_is_not_found(shop: Shop) -> None:
    for member in (encode_id(MEMBER, new_id()), "no id at all"):
        payload = await submit(shop, identity=None, member=member)
        assert [error["code"] for error in payload["userErrors"]] == ["NOT_FOUND"]


@pytest.mark.parametrize(
    "moment", ["2026-11-21T10:00:00", "2026-11-21", "2026-02-30T00:00:00Z", "0001-01-01T00:00:00+14:00"]
)
async def test_a_moment_needs_an_offset_and_has_to_exist(shop: Shop, moment: str) -> None:
    assert await shop.error_codes(SERVICE, SUBMIT, input=order(occurredAt=moment)) == ["INVALID_REQUEST"]


@pytest.mark.parametrize(
    ("data", "path"),
    [
        ({"order": "A-9", "reservation": ""}, "reservation"),
        ({"order": "A-9", "team": "t" * 65}, "team"),
        ({"order": "A-9", "amount_fen": 1}, "amount_fen"),
        ({}, "order"),
    ],
)
async def test_what_is_wrong_with_a_cancelled_order_is_told_with_its_field(
    shop: Shop, data: dict[str, object], path: str
) -> None:
    payload = await submit(shop, type="order.cancelled", data=data, idempotencyKey="off/A-9-9")

    assert [error["field"] for error in payload["userErrors"]] == [["input", "data", path]]
    assert await shop.pool.fetchval("SELECT count(*) FROM fact") == 0
