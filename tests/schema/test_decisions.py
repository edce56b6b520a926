"""`decisions`: the log about a fact, a member, a campaign, page by page, for those who may see it."""

import re
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from schema import Principal
from schema.ids import CAMPAIGN, DECISION, FACT, MEMBER, encode_id
from schema.types.effects import ALL_EFFECTS
from siyu.ids import new_id
from siyu.sdk import EFFECT_TYPES, Refuse
from tests.factories import add_campaign, add_members, paid, sign
from tests.schema.conftest import NOON, OPERATOR, SERVICE, Shop, as_member

DOCUMENT = """
query ($fact: ID, $member: ID, $campaign: ID, $first: Int, $after: String) {
  decisions(fact: $fact, member: $member, campaign: $campaign, first: $first, after: $after) {
    nodes {
      id at revision pluginVersion member { id } campaign { id } fact { id type }
      refusal { code messageZh messageEn missing }
      effects { kind }
    }
    pageInfo { hasNextPage hasPreviousPage endCursor }
  }
}
"""
DAY = timedelta(days=1)


async def page(shop: Shop, principal: Principal, **asked: object) -> dict[str, Any]:
    """One page of decisions."""
    answer: dict[str, Any] = (await shop.data(principal, DOCUMENT, **asked))["decisions"]
    return answer


async def ids(shop: Shop, principal: Principal, **asked: object) -> list[str]:
    """Every decision, three at a time."""
    found: list[str] = []
    after = None
    while True:
        part = await page(shop, principal, first=3, after=after, **asked)
        found.extend(node["id"] for node in part["nodes"])
        assert part["pageInfo"]["hasPreviousPage"] == (after is not None)
        if not part["pageInfo"]["hasNextPage"]:
            return found
        after = part["pageInfo"]["endCursor"]


async def submit_signs(shop: Shop, campaign: UUID, member: UUID, days: int) -> list[str]:
    """Check-ins of that many days: the ids of their decisions, oldest first."""
    outcomes = [await shop.engine.submit(sign(campaign, member, NOON + day * DAY)) for day in range(days)]
    return [encode_id(DECISION, outcome.decisions[0].id) for outcome in outcomes]


async def test_pages_of_a_member_and_of_a_campaign_hold_everything_once_newest_first(shop: Shop) -> None:
    lin, wang = await add_members(shop.pool, 2)
    first, second = await add_campaign(shop.pool, "check_in"), await add_campaign(shop.pool, "check_in")
    of_lin = await submit_signs(shop, first, lin, 8)
    of_wang = await submit_signs(shop, first, wang, 2)
    elsewhere = await submit_signs(shop, second, lin, 3)
    member, campaign = encode_id(MEMBER, lin), encode_id(CAMPAIGN, first)

    assert await ids(shop, OPERATOR, campaign=campaign) == [*of_wang[::-1], *of_lin[::-1]]
    assert await ids(shop, SERVICE, campaign=campaign, member=member) == of_lin[::-1]
    by_day = [of_lin[7], of_lin[6], of_lin[5], of_lin[4], of_lin[3]]
    by_day += [elsewhere[2], of_lin[2], elsewhere[1], of_lin[1], elsewhere[0], of_lin[0]]
    assert await ids(shop, OPERATOR, member=member) == by_day


async def test_a_refusal_is_told_with_its_code_both_sentences_and_what_is_missing(shop: Shop) -> None:
    [member] = await add_members(shop.pool, 1)
    campaign = await add_campaign(shop.pool, "purchase")
    await shop.engine.submit(paid(member, "A-1", 500, NOON))
    late = await shop.engine.submit(paid(member, "A-2", 500, NOON - 40 * DAY))
    twice = await shop.engine.submit(paid(member, "A-2", 500, NOON, key="again"))

    [node] = (await page(shop, OPERATOR, fact=encode_id(FACT, late.fact_id)))["nodes"]
    [refused] = (await page(shop, OPERATOR, fact=encode_id(FACT, twice.fact_id)))["nodes"]

    assert node == {
        "id": encode_id(DECISION, late.decisions[0].id),
        "at": node["at"],
        "revision": 1,
        "pluginVersion": "1.0.0",
        "member": {"id": encode_id(MEMBER, member)},
        "campaign": {"id": encode_id(CAMPAIGN, campaign)},
        "fact": {"id": encode_id(FACT, late.fact_id), "type": "order.paid"},
        "refusal": {
            "code": "TOO_LATE",
            "messageZh": "订单超过 31 天才上报，不再计积分",
            "messageEn": "The order arrived more than 31 days late",
            "missing": {"lateness_days": 31},
        },
        "effects": [],
    }
    assert (refused["campaign"], refused["revision"], refused["pluginVersion"]) == (None, None, None)
    assert refused["refusal"]["code"] == "ORDER_ALREADY_PAID"


async def test_members_see_what_is_about_themselves_alone(shop: Shop) -> None:
    lin, wang = await add_members(shop.pool, 2)
    campaign = await add_campaign(shop.pool, "check_in")
    of_lin = await submit_signs(shop, campaign, lin, 2)
    fact = (await shop.engine.submit(sign(campaign, lin, NOON + 5 * DAY))).fact_id
    newest = (await ids(shop, OPERATOR, fact=encode_id(FACT, fact)))[0]
    asked = [
        {"member": encode_id(MEMBER, lin)},
        {"campaign": encode_id(CAMPAIGN, campaign)},
        {"campaign": encode_id(CAMPAIGN, campaign), "member": encode_id(MEMBER, lin)},
    ]

    for selection in asked:
        assert await ids(shop, as_member(lin), **selection) == [newest, *of_lin[::-1]]
        assert await ids(shop, as_member(wang), **selection) == []
    assert await ids(shop, as_member(lin), fact=encode_id(FACT, fact)) == [newest]
    assert await ids(shop, as_member(wang), fact=encode_id(FACT, fact)) == []


async def test_what_is_no_id_has_no_decisions(shop: Shop) -> None:
    [member] = await add_members(shop.pool, 1)
    await submit_signs(shop, await add_campaign(shop.pool, "check_in"), member, 1)
    nobody = encode_id(MEMBER, new_id())

    for principal in (OPERATOR, as_member(member)):
        for asked in ({"member": nobody}, {"member": "x"}, {"fact": nobody}, {"campaign": nobody}, {"fact": "x"}):
            assert await ids(shop, principal, **asked) == []


@pytest.mark.parametrize(
    "arguments",
    [
        "",
        "fact: null",
        'fact: "x", member: "x"',
        'fact: "x", campaign: "x"',
        'member: "x", first: 0',
        'member: "x", first: 101',
        'member: "x", after: "x"',
    ],
)
async def test_arguments_out_of_bounds_are_told(shop: Shop, arguments: str) -> None:
    asked = f"decisions({arguments})" if arguments else "decisions"

    assert await shop.error_codes(OPERATOR, f"{{ {asked} {{ nodes {{ id }} }} }}") == ["INVALID_ARGUMENT"]


def test_every_effect_that_is_logged_has_an_object_type() -> None:
    logged = {re.sub("(?<!^)(?=[A-Z])", "_", kind.__name__).lower() for kind in EFFECT_TYPES if kind is not Refuse}

    # What desks log beside.
    assert set(ALL_EFFECTS) == logged | {"coupon", "redemption", "privilege", "wallet", "merge", "carry"}
