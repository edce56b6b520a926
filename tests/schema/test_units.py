"""Units over GraphQL: the shop's terms for each, and what a wallet is about to lose."""

from datetime import timedelta
from typing import Any

import pytest

from schema.ids import MEMBER, encode_id
from tests.factories import add_campaign, add_members, paid
from tests.schema.conftest import ADMIN, NOON, Shop, as_member

SET = """
mutation ($input: UnitUpdateInput!) {
  unitUpdate(input: $input) {
    unit { unit title expiry { months until } warningDays shortfall adjustLimit payoutMin }
    userErrors { field code message }
  }
}
"""
UNITS = "{ units { unit title expiry { months until } warningDays shortfall adjustLimit payoutMin } }"
EXPIRING = """
query ($id: ID!, $soon: DateTime!, $later: DateTime!) {
  member(id: $id) { wallet(unit: POINTS) {
    balance soon: expiring(before: $soon) later: expiring(before: $later)
    entries { nodes { kind amount purpose fact { id } campaign { id } } }
  } }
}
"""


async def update(shop: Shop, **changes: Any) -> Any:
    """What an admin is answered."""
    return (await shop.data(ADMIN, SET, input=changes))["unitUpdate"]


async def test_units_never_expire_until_the_shop_says_so(shop: Shop) -> None:
    [member_id] = await add_members(shop.pool, 1)

    before = (await shop.data(as_member(member_id), UNITS))["units"]
    answer = await update(shop, unit="POINTS", expiry={"months": 12, "until": "MONTH"}, warningDays=30)
    after = (await shop.data(as_member(member_id), UNITS))["units"]

    assert [(unit["unit"], unit["expiry"]) for unit in before] == [
        ("COMMISSION", None),
        ("GROWTH", None),
        ("POINTS", None),
    ]
    terms = {"shortfall": "LEFT", "adjustLimit": "1000", "payoutMin": "100"}
    points = {"unit": "POINTS", "title": "Points", "expiry": {"months": 12, "until": "MONTH"}, "warningDays": 30}
    points |= terms
    assert answer == {"unit": points, "userErrors": []}
    assert after[2] == points


async def test_what_is_left_out_stays_and_null_lifts(shop: Shop) -> None:
    await update(shop, unit="POINTS", expiry={"months": 12, "until": "MONTH"}, warningDays=30)

    ruled = await update(shop, unit="POINTS", shortfall="DEBT", adjustLimit="5", payoutMin="7")
    silent = await update(shop, unit="POINTS", warningDays=None)
    lasting = [await update(shop, unit="POINTS", **changes) for changes in ({"warningDays": 7}, {"expiry": None})]

    rules = {"shortfall": "DEBT", "adjustLimit": "5", "payoutMin": "7"}
    points = {"unit": "POINTS", "title": "Points", "expiry": {"months": 12, "until": "MONTH"}} | rules
    assert ruled["unit"] == points | {"warningDays": 30}
    assert silent["unit"] == points | {"warningDays": None}
    assert lasting[0]["unit"]["warningDays"] == 7
    assert lasting[1]["unit"] == points | {"expiry": None, "warningDays": None}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"expiry": {"months": 0, "until": "DAY"}}, ["input", "expiry", "months"]),
        ({"expiry": {"months": 1_201, "until": "MONTH"}}, ["input", "expiry", "months"]),
        ({"expiry": {"months": 1, "until": "MONTH"}, "warningDays": 0}, ["input", "warningDays"]),
        ({"warningDays": 7}, ["input", "warningDays"]),
        ({"adjustLimit": "-1"}, ["input", "adjustLimit"]),
        ({"payoutMin": "0"}, ["input", "payoutMin"]),
        ({"unit": "GOLD"}, None),
    ],
)
async def test_impossible_terms_are_refused_with_their_field(
    shop: Shop, changes: dict[str, Any], field: list[str] | None
) -> None:
    answer = await update(shop, **{"unit": "POINTS"} | changes)

    assert answer["unit"] is None
    assert [error["field"] for error in answer["userErrors"]] == [field]


async def test_a_wallet_tells_what_is_about_to_expire(shop: Shop) -> None:
    await update(shop, unit="POINTS", expiry={"months": 0, "until": "MONTH"})
    [member_id] = await add_members(shop.pool, 1)
    await add_campaign(shop.pool, "purchase", {"points_per_yuan": 1})
    await shop.engine.submit(paid(member_id, "A-1", 1_000, NOON))
    # The end of November in Shanghai.
    end = NOON.replace(day=30, hour=16)

    data = await shop.data(
        as_member(member_id),
        EXPIRING,
        id=encode_id(MEMBER, member_id),
        soon=(end - timedelta(seconds=1)).isoformat(),
        later=end.isoformat(),
    )

    wallet = data["member"]["wallet"]
    assert (wallet["balance"], wallet["soon"], wallet["later"]) == ("10", "0", "10")
    [entry] = wallet["entries"]["nodes"]
    assert (entry["kind"], entry["amount"], entry["purpose"]) == ("grant", "10", None)
    assert entry["fact"] is not None
    assert entry["campaign"] is not None
