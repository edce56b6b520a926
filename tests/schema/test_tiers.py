"""Tiers over GraphQL: the ladder, how members stand, how far the next tier is, and what operators change."""

from datetime import UTC, datetime
from typing import Any

import pytest

from schema.ids import MEMBER, encode_id
from siyu.tiers.presets import COMMUNITY, RETAIL
from siyu.tiers.review import review_all, warn_all
from siyu.tiers.service import set_ladder
from siyu.tiers.settling import settle_all
from tests.factories import SHANGHAI, add_members, paid
from tests.schema.conftest import NOON, OPERATOR, SERVICE, Shop, as_member
from tests.schema.test_members import costs
from tests.siyu.tiers.ladders import MIXED

STANDING = """
query ($id: ID!) { member(id: $id) {
  tier
  tierStanding {
    tier { key title privileges { discountPercent pointsPercent gates texts } } since validUntil flagged
    warning { validUntil warnedAt text campaignType } keeping { sentence }
  }
  tierProgress {
    tier { key } sentence
    allOf { missing } anyOf { condition { measure atLeast days } have missing until }
  }
} }
"""
HISTORY = """
query ($id: ID!, $first: Int, $after: String) { member(id: $id) { tierHistory(first: $first, after: $after) {
  nodes { number fromTier toTier at notedAt reason fact numbers note madeBy } pageInfo { hasNextPage endCursor }
} } }
"""
MESSAGES = "query ($id: ID!) { member(id: $id) { messages { nodes { text } } } }"
LADDER = "{ tierLadder { revision activeFrom settledAt config tiers { key review graceDays warningDays downgrade } } }"
PREVIEW = """
query ($input: TierLadderInput!) { tierLadderPreview(input: $input) {
  moves { fromTier toTier members } isExact userErrors { field code message }
} }
"""
SET_LADDER = """
mutation ($input: TierLadderInput!) { tierLadderSet(input: $input) {
  ladder { revision settledAt tiers { key } } userErrors { field code message }
} }
"""
SET_TIER = """
mutation ($input: MemberTierSetInput!) { memberTierSet(input: $input) {
  member { tier tierStanding { validUntil } } userErrors { field code message }
} }
"""
UPDATE = """
mutation ($input: MemberUpdateInput!) { memberUpdate(input: $input) { userErrors { field code } } }
"""


async def community(shop: Shop, *amounts_fen: int) -> str:
    """The id of a member of a shop with the preset, who paid so much at noon."""
    await settle_all(shop.pool, await set_ladder(shop.pool, COMMUNITY, SHANGHAI, NOON, "lin"), NOON)
    [member] = await add_members(shop.pool, 1)
    for number, amount_fen in enumerate(amounts_fen):
        await shop.engine.submit(paid(member, f"N{number}", amount_fen, NOON))
    return encode_id(MEMBER, member)


async def test_a_member_sees_how_far_the_next_tier_is(shop: Shop) -> None:
    member = await community(shop, 18_000)

    english, chinese = [
        (await shop.data(OPERATOR, STANDING, language=lang, id=member))["member"] for lang in ("en", "zh")
    ]

    assert (english["tier"], english["tierStanding"]["tier"]["title"]) == ("bronze", "Bronze")
    assert english["tierProgress"] == {
        "tier": {"key": "silver"},
        "sentence": "¥120 more until 30 November for Silver",
        "allOf": [],
        "anyOf": [
            {
                "condition": {"measure": "SPEND_MONTH", "atLeast": "30000", "days": None},
                "have": "18000",
                "missing": "12000",
                "until": "2026-11-30",
            }
        ],
    }
    assert chinese["tierStanding"]["tier"]["title"] == "青铜"
    assert chinese["tierProgress"]["sentence"] == "11 月 30 日前再消费 ¥120，即可升至白银"


async def test_what_cannot_be_lost_has_no_date_and_the_highest_no_progress(shop: Shop) -> None:
    await set_ladder(shop.pool, RETAIL, SHANGHAI, NOON, "lin")
    [member] = await add_members(shop.pool, 1)
    await shop.engine.submit(paid(member, "A", 5_000_000, NOON))

    told = (await shop.data(as_member(member), STANDING, id=encode_id(MEMBER, member)))["member"]

    assert told["tierProgress"] is None
    assert (told["tierStanding"]["validUntil"], told["tierStanding"]["keeping"]) == (None, None)
    assert told["tierStanding"]["tier"] == {
        "key": "black",
        "title": "Black",
        "privileges": {
            "discountPercent": 0,
            "pointsPercent": 200,
            "gates": ["new_product_trials", "vip_events"],
            "texts": ["VIP events", "Custom service"],
        },
    }


async def test_who_is_about_to_lose_a_tier_is_told_what_keeps_it(shop: Shop) -> None:
    member = await community(shop, 30_000)
    before = (await shop.data(OPERATOR, STANDING, id=member))["member"]["tierStanding"]

    shop.now = datetime(2027, 3, 17, 4, tzinfo=UTC)
    await warn_all(shop.pool, await set_ladder(shop.pool, COMMUNITY, SHANGHAI, shop.now, "lin"), shop.now)
    after = (await shop.data(OPERATOR, STANDING, id=member))["member"]["tierStanding"]

    assert (before["validUntil"], before["warning"]) == ("2027-03-31", None)
    assert after["warning"] == {
        "validUntil": "2027-03-31",
        "warnedAt": "2027-03-17T04:00:00Z",
        "text": "Spend ¥300 within one month to stay silver",
        "campaignType": None,
    }
    assert after["keeping"]["sentence"] == "¥300 more until 31 March to keep Silver"
    messages = (await shop.data(OPERATOR, MESSAGES, id=member))["member"]["messages"]["nodes"]
    assert messages == [{"text": "Your Silver tier ends after 2027-03-31. Spend ¥300 within one month to stay silver"}]


async def test_the_standing_is_that_of_the_clock_before_the_review_has_come(shop: Shop) -> None:
    member = await community(shop, 30_000)
    shop.now = datetime(2027, 4, 1, 4, tzinfo=UTC)

    told = (await shop.data(OPERATOR, STANDING, id=member))["member"]

    assert (told["tier"], told["tierStanding"]["tier"]["key"]) == ("silver", "bronze")
    assert told["tierStanding"]["flagged"] is True
    live = await set_ladder(shop.pool, COMMUNITY, SHANGHAI, shop.now, "lin")
    await review_all(shop.pool, live, shop.now)
    assert (await shop.data(OPERATOR, STANDING, id=member))["member"]["tier"] == "bronze"


async def test_several_conditions_are_told_in_one_sentence(shop: Shop) -> None:
    await set_ladder(shop.pool, MIXED, SHANGHAI, NOON, "lin")
    [member] = await add_members(shop.pool, 1)
    ids = {"id": encode_id(MEMBER, member)}

    async def sentence(language: str) -> str:
        told = (await shop.data(OPERATOR, STANDING, language=language, **ids))["member"]["tierProgress"]["sentence"]
        return str(told)

    assert await sentence("en") == ("2 more interactions within 7 days or ¥100 more until 30 November for words")
    assert await sentence("zh") == "7 天内再互动 2 次或11 月 30 日前再消费 ¥100，即可升至字"
    await shop.engine.submit(paid(member, "A", 10_050, NOON))
    assert await sentence("en") == "150 more growth and ¥99.50 more for words"
    assert await sentence("zh") == "再获得 150 成长值，且再消费 ¥99.50，即可升至字"


async def test_the_history_is_paged_and_says_why(shop: Shop) -> None:
    member = await community(shop, 30_000, 200_000)

    first = (await shop.data(OPERATOR, HISTORY, id=member, first=1))["member"]["tierHistory"]
    rest = (await shop.data(OPERATOR, HISTORY, id=member, after=first["pageInfo"]["endCursor"]))["member"][
        "tierHistory"
    ]

    [gold] = first["nodes"]
    assert (gold["number"], gold["fromTier"], gold["toTier"], gold["reason"]) == (2, "silver", "gold", "UPGRADE")
    assert gold["numbers"] == [{"measure": "spend_total", "days": None, "need": 200_001, "have": 230_000}]
    assert gold["fact"] is not None
    assert [node["toTier"] for node in rest["nodes"]] == ["silver"]
    assert (first["pageInfo"]["hasNextPage"], rest["pageInfo"]["hasNextPage"]) == (True, False)


async def test_an_operator_gives_a_tier_once_for_a_key_and_members_do_not_see_why(shop: Shop) -> None:
    member = await community(shop)
    given = {"member": member, "tier": "gold", "note": "a journalist", "idempotencyKey": "gold-for-7"}

    payloads = [(await shop.data(OPERATOR, SET_TIER, input=given))["memberTierSet"] for _ in range(2)]
    conflict = (await shop.data(OPERATOR, SET_TIER, input=given | {"tier": "silver"}))["memberTierSet"]

    done = {"member": {"tier": "gold", "tierStanding": {"validUntil": "2027-12-31"}}, "userErrors": []}
    assert payloads == [done, done]
    assert [error["code"] for error in conflict["userErrors"]] == ["IDEMPOTENCY_CONFLICT"]
    [entry] = (await shop.data(OPERATOR, HISTORY, id=member))["member"]["tierHistory"]["nodes"]
    assert (entry["reason"], entry["note"], entry["madeBy"]) == ("MANUAL", "a journalist", "lin")
    [row] = await shop.pool.fetch("SELECT id FROM member")
    [own] = (await shop.data(as_member(row[0]), HISTORY, id=member))["member"]["tierHistory"]["nodes"]
    assert (own["reason"], own["note"], own["madeBy"]) == ("MANUAL", None, None)


async def test_a_tier_that_is_confirmed_is_written_down_too(shop: Shop) -> None:
    member = await community(shop, 30_000)
    for key in ("key-number-1", "key-number-2"):
        given = {"member": member, "tier": "silver", "note": "kept", "idempotencyKey": key}
        await shop.data(OPERATOR, SET_TIER, input=given)

    nodes = (await shop.data(OPERATOR, HISTORY, id=member))["member"]["tierHistory"]["nodes"]

    assert [(node["number"], node["fromTier"], node["toTier"]) for node in nodes] == [
        (3, "silver", "silver"),
        (2, "silver", "silver"),
        (1, "bronze", "silver"),
    ]


@pytest.mark.parametrize(
    ("changed", "field"),
    [({"tier": "platinum"}, "tier"), ({"note": " "}, "note"), ({"idempotencyKey": "short"}, "idempotencyKey")],
)
async def test_what_is_wrong_with_a_tier_by_hand_is_told(shop: Shop, changed: dict[str, str], field: str) -> None:
    member = await community(shop)
    given = {"member": member, "tier": "gold", "note": "why", "idempotencyKey": "12345678"} | changed

    payload = (await shop.data(OPERATOR, SET_TIER, input=given))["memberTierSet"]

    assert [error["field"] for error in payload["userErrors"]] == [["input", field]]


async def test_a_member_who_is_not_there_is_given_nothing(shop: Shop) -> None:
    await community(shop)
    given = {"member": "nobody", "tier": "gold", "note": "why", "idempotencyKey": "12345678"}

    payload = (await shop.data(OPERATOR, SET_TIER, input=given))["memberTierSet"]

    assert [error["code"] for error in payload["userErrors"]] == ["NOT_FOUND"]


async def test_a_ladder_is_previewed_and_set(shop: Shop) -> None:
    [member] = await add_members(shop.pool, 1)
    await shop.engine.submit(paid(member, "A", 30_000, NOON))
    assert (await shop.data(SERVICE, LADDER))["tierLadder"] is None

    preview = (await shop.data(OPERATOR, PREVIEW, input={"preset": "community"}))["tierLadderPreview"]
    payloads = [
        (await shop.data(OPERATOR, SET_LADDER, input={"preset": "community"}))["tierLadderSet"] for _ in range(2)
    ]
    shown = (await shop.data(as_member(member), LADDER))["tierLadder"]
    again = (await shop.data(OPERATOR, SET_LADDER, input={"config": shown["config"]}))["tierLadderSet"]

    moves = [{"fromTier": "bronze", "toTier": "silver", "members": 1}]
    assert preview == {"moves": moves, "isExact": True, "userErrors": []}
    assert payloads[0] == payloads[1] == again
    assert payloads[0]["ladder"]["revision"] == 1
    assert shown["tiers"][1] == {
        "key": "silver",
        "review": "QUARTER",
        "graceDays": 0,
        "warningDays": 14,
        "downgrade": "TO_EARNED",
    }
    assert shown["settledAt"] == "2026-11-21T04:00:00Z"
    assert await shop.pool.fetchval("SELECT tier FROM member") == "silver"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({}, ["input", "preset"]),
        ({"preset": "none"}, ["input", "preset"]),
        ({"preset": "retail", "config": {}}, ["input", "preset"]),
        ({"config": {"tiers": []}}, ["input", "config", "tiers"]),
        ({"config": {"tiers": [{"rule": "member.grwth >= 5"}]}}, ["input", "config", "tiers", "0", "rule"]),
    ],
)
@pytest.mark.parametrize(("document", "name"), [(PREVIEW, "tierLadderPreview"), (SET_LADDER, "tierLadderSet")])
async def test_what_is_wrong_with_a_ladder_is_told(
    shop: Shop, document: str, name: str, given: dict[str, Any], field: list[str]
) -> None:
    payload = (await shop.data(OPERATOR, document, input=given))[name]

    assert [error["field"] for error in payload["userErrors"]] == [field]


async def test_a_ladder_of_rules_judges_as_one_of_conditions(shop: Shop) -> None:
    titles = {"zh": "级", "en": "tier"}
    asked = [None, "member.spend_fen >= 100", "member.spend_fen >= 9000 && member.interactions_7d >= 1"]
    tiers = [
        {"key": key, "title": titles} | ({"rule": rule} if rule else {})
        for key, rule in zip(("base", "some", "top"), asked, strict=True)
    ]
    [lin] = await add_members(shop.pool, 1)

    saved = (await shop.data(OPERATOR, SET_LADDER, input={"config": {"tiers": tiers}}))["tierLadderSet"]
    await shop.engine.submit(paid(lin, "A1", 9_000, NOON))
    told = await shop.data(OPERATOR, "{ tierLadder { config tiers { key rule allOf { measure } } } }")

    assert saved["userErrors"] == []
    assert told["tierLadder"]["config"]["tiers"] == tiers
    assert [(tier["key"], tier["rule"]) for tier in told["tierLadder"]["tiers"]] == list(
        zip(("base", "some", "top"), asked, strict=True)
    )
    assert len(told["tierLadder"]["tiers"][2]["allOf"]) == 2
    assert await shop.pool.fetchval("SELECT tier FROM member WHERE id = $1", lin) == "some"


async def test_with_a_ladder_nobody_sets_tiers_from_outside(shop: Shop) -> None:
    member = await community(shop)

    refused = await shop.data(SERVICE, UPDATE, input={"member": member, "tier": "gold"})
    others = await shop.data(SERVICE, UPDATE, input={"member": member, "tags": ["tea"]})

    assert refused["memberUpdate"]["userErrors"] == [{"field": ["input", "tier"], "code": "INVALID_INPUT"}]
    assert others["memberUpdate"]["userErrors"] == []


async def test_without_a_ladder_there_is_nothing_to_stand_on(shop: Shop) -> None:
    [member] = await add_members(shop.pool, 1)
    told = (await shop.data(as_member(member), STANDING, id=encode_id(MEMBER, member)))["member"]

    assert told == {"tier": None, "tierStanding": None, "tierProgress": None}


async def test_a_page_of_fifty_costs_as_many_statements_as_a_page_of_one(shop: Shop, database_url: str) -> None:
    await community(shop, 30_000)
    await add_members(shop.pool, 60)
    document = """query ($first: Int!) { members(first: $first) { nodes {
        tierStanding { tier { key } } tierProgress { sentence } tierHistory(first: 2) { nodes { number } } } } }"""

    def look(nodes: Any) -> None:
        assert {node["tierStanding"]["tier"]["key"] for node in nodes} == {"bronze"}

    # The page, the ladder, the standings, the orders, the changes.
    assert await costs(shop, database_url, document, "members", look) == [5, 5]
