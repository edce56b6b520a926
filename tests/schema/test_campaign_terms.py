"""Terms, lanes, revisions, results and the archive over GraphQL."""

from typing import Any

from schema.errors import user_errors
from schema.ids import CAMPAIGN, MEMBER, encode_id
from siyu.campaigns import service
from siyu.campaigns.service import CampaignSettings
from siyu.errors import InvalidInput, Problem
from siyu.sdk import Text
from tests.factories import add_campaign, add_members, sign
from tests.schema.conftest import NOON, OPERATOR, SERVICE, Shop, as_member
from tests.siyu.groups.shop import add_group

TERMS = """
terms {
  lane priority stopsFurther timeZone commissionLevels
  audience { rule }
  arms { key weight override }
}
"""
CREATE = f"""
mutation ($input: CampaignCreateInput!) {{
  campaignCreate(input: $input) {{ campaign {{ id {TERMS} }} userErrors {{ field code message }} }}
}}
"""
UPDATE = f"""
mutation ($input: CampaignUpdateInput!) {{
  campaignUpdate(input: $input) {{ campaign {{ revision {TERMS} }} userErrors {{ field code }} }}
}}
"""
ARCHIVE = """
mutation ($campaign: ID!) {
  campaignArchive(input: { campaign: $campaign }) { campaign { id state } userErrors { code } }
}
"""
SET_LANES = "mutation ($lanes: [String!]!) { lanesSet(input: { lanes: $lanes }) { lanes userErrors { field code } } }"
REVISIONS = """
query ($id: ID!, $after: String) {
  campaign(id: $id) {
    revisions(first: 1, after: $after) {
      nodes { revision name config createdBy createdAt terms { priority } } pageInfo { hasNextPage endCursor }
    }
  }
}
"""
GIVEN: dict[str, Any] = {
    "lane": "orders",
    "priority": 7,
    "stopsFurther": True,
    "timeZone": "Asia/Tokyo",
    "commissionLevels": 2,
    "audience": {"rule": "member.tier == 'gold' && member.joined_days >= 1"},
    "arms": [{"key": "a", "weight": 1, "override": {"streak_points": [1]}}],
}


async def create(shop: Shop, **given: object) -> Any:
    """The payload of campaignCreate for a check-in."""
    given = {"type": "check_in", "name": "每日签到", "config": {}, **given}
    return (await shop.data(OPERATOR, CREATE, input=given))["campaignCreate"]


async def test_terms_come_back_as_they_were_given(shop: Shop) -> None:
    await shop.data(OPERATOR, SET_LANES, lanes=["orders"])

    payload = await create(shop, terms=GIVEN)

    assert payload["userErrors"] == []
    assert payload["campaign"]["terms"] == GIVEN


async def test_an_update_keeps_the_terms_or_replaces_them_or_takes_them_away(shop: Shop) -> None:
    campaign = (await create(shop, terms={"priority": 7}))["campaign"]["id"]

    priorities = []
    for revision, changes in enumerate([{"name": "新名"}, {"terms": {"priority": 3}}, {"terms": None}], start=1):
        changes |= {"campaign": campaign, "revision": revision}
        payload = (await shop.data(OPERATOR, UPDATE, input=changes))["campaignUpdate"]
        priorities.append(payload["campaign"]["terms"]["priority"])

    assert priorities == [7, 3, 0]


async def test_terms_that_cannot_be_are_told_with_their_path(shop: Shop) -> None:
    payload = await create(shop, terms={"arms": [{"key": "a", "weight": 1, "override": {"streak_points": "x"}}]})

    [error] = payload["userErrors"]
    assert (error["code"], error["field"]) == (
        "INVALID_INPUT",
        ["input", "terms", "arms", "0", "override", "streak_points"],
    )


async def test_a_bad_rule_of_an_audience_is_told_with_its_place(shop: Shop) -> None:
    payload = await create(shop, terms={"audience": {"rule": "member.teir == 'gold' &&\n  member.orders > 'x'"}})

    assert [(error["code"], error["field"]) for error in payload["userErrors"]] == [
        ("RULE_UNKNOWN_FIELD", ["input", "terms", "audience", "rule"]),
        ("RULE_TYPE", ["input", "terms", "audience", "rule"]),
    ]
    assert "line 1, column 1:" in payload["userErrors"][0]["message"]
    assert "line 2, column 17:" in payload["userErrors"][1]["message"]


async def test_lanes_are_read_as_they_were_set(shop: Shop) -> None:
    await shop.data(OPERATOR, SET_LANES, lanes=["orders", "gifts"])
    await create(shop, terms={"lane": "orders"})

    kept = (await shop.data(OPERATOR, SET_LANES, lanes=["gifts"]))["lanesSet"]
    wrong = (await shop.data(OPERATOR, SET_LANES, lanes=["orders", "Gifts"]))["lanesSet"]

    assert kept == {"lanes": None, "userErrors": [{"field": None, "code": "CAMPAIGN_STATE"}]}
    assert wrong["userErrors"] == [{"field": ["input", "lanes", "1"], "code": "INVALID_INPUT"}]
    assert (await shop.data(OPERATOR, "{ lanes }"))["lanes"] == ["orders", "gifts"]


async def test_revisions_are_listed_newest_first_with_who_made_them(shop: Shop) -> None:
    campaign = (await create(shop))["campaign"]["id"]
    await shop.data(OPERATOR, UPDATE, input={"campaign": campaign, "revision": 1, "terms": {"priority": 3}})

    newest = (await shop.data(OPERATOR, REVISIONS, id=campaign))["campaign"]["revisions"]
    oldest = await shop.data(OPERATOR, REVISIONS, id=campaign, after=newest["pageInfo"]["endCursor"])
    codes = await shop.error_codes(OPERATOR, REVISIONS, id=campaign, after="bm9uZQ")

    [first] = oldest["campaign"]["revisions"]["nodes"]
    assert [(n["revision"], n["createdBy"], n["terms"]) for n in newest["nodes"]] == [(2, "lin", {"priority": 3})]
    assert (first["revision"], first["createdAt"], first["terms"]) == (1, "2026-11-21T04:00:00Z", {"priority": 0})
    assert oldest["campaign"]["revisions"]["pageInfo"]["hasNextPage"] is False
    assert codes == ["INVALID_ARGUMENT"]


async def test_results_and_the_arm_are_for_operators(shop: Shop) -> None:
    [member] = await add_members(shop.pool, 1)
    terms = {"arms": [{"key": "a", "weight": 1, "override": {"streak_points": [4]}}]}
    registry = shop.engine.registry
    made = await service.create(
        shop.pool, registry, "check_in", CampaignSettings(name="x", config={}, terms=terms), NOON
    )
    await service.publish(shop.pool, registry, made.id, NOON)
    for _ in range(2):
        await shop.engine.submit(sign(made.id, member, NOON))
    document = """
    query ($id: ID!) {
      campaign(id: $id) {
        results {
          participants decisions refusals { code count }
          arms { arm participants value { unit rewarded granted reversed } rewards { reward } }
        }
      }
    }
    """
    arm = "query ($id: ID!, $member: ID!) { participation(campaign: $id, member: $member) { arm progress { target } } }"
    ids = {"id": encode_id(CAMPAIGN, made.id), "member": encode_id(MEMBER, member)}

    results = (await shop.data(OPERATOR, document, id=ids["id"]))["campaign"]["results"]

    assert results == {
        "participants": "1",
        "decisions": "2",
        "refusals": [{"code": "ALREADY_SIGNED", "count": "1"}],
        "arms": [
            {
                "arm": "a",
                "participants": "1",
                "value": [{"unit": "points", "rewarded": "1", "granted": "4", "reversed": "0"}],
                "rewards": [],
            }
        ],
    }
    # The arm's table has one entry: what a member is told is the arm's config, though not its name.
    assert (await shop.data(OPERATOR, arm, **ids))["participation"] == {"arm": "a", "progress": {"target": 1}}
    assert await shop.error_codes(as_member(member), document, id=ids["id"]) == ["FORBIDDEN"]
    assert await shop.error_codes(as_member(member), arm, **ids) == ["FORBIDDEN"]


async def test_an_archived_campaign_is_listed_where_asked_for_and_hidden_if_it_never_ran(shop: Shop) -> None:
    [member] = await add_members(shop.pool, 1)
    draft = encode_id(CAMPAIGN, await add_campaign(shop.pool, "check_in", state="draft"))
    ended = encode_id(CAMPAIGN, await add_campaign(shop.pool, "check_in", state="ended"))
    await shop.pool.execute("UPDATE campaign SET published_at = now() WHERE state = 'ended'")
    running = encode_id(CAMPAIGN, await add_campaign(shop.pool, "check_in"))

    answers = [(await shop.data(OPERATOR, ARCHIVE, campaign=c))["campaignArchive"] for c in (draft, ended, running)]

    assert [a["campaign"] and a["campaign"]["state"] for a in answers] == ["ARCHIVED", "ARCHIVED", None]
    listing = "query ($f: CampaignFilter) { campaigns(filter: $f) { nodes { id } } }"
    archived = await shop.data(OPERATOR, listing, f={"state": ["ARCHIVED"]})
    assert [node["id"] for node in archived["campaigns"]["nodes"]] == [ended, draft]
    for caller in (OPERATOR, as_member(member)):
        assert [n["id"] for n in (await shop.data(caller, listing, f={}))["campaigns"]["nodes"]] == [running]
    one = "query ($id: ID!) { campaign(id: $id) { state } }"
    seen = [(await shop.data(as_member(member), one, id=campaign))["campaign"] for campaign in (draft, ended)]
    assert seen == [None, {"state": "ARCHIVED"}]


UPDATE_MEMBER = """
mutation ($input: MemberUpdateInput!) {
  memberUpdate(input: $input) { member { id tier tags { name family } groupKeys } userErrors { field code } }
}
"""


async def test_the_shop_says_what_it_knows_of_a_member(shop: Shop) -> None:
    [member] = await add_members(shop.pool, 1)
    await add_group(shop.pool, "g")
    given = {"member": encode_id(MEMBER, member), "tier": "gold", "tags": ["tea", "tea", " new "], "groups": ["g"]}

    set_once = (await shop.data(SERVICE, UPDATE_MEMBER, input=given))["memberUpdate"]
    kept = (await shop.data(OPERATOR, UPDATE_MEMBER, input={"member": given["member"], "tags": None}))["memberUpdate"]

    tags = [{"name": name, "family": "MANUAL"} for name in ("tea", "new")]
    known = {"id": given["member"], "tier": "gold", "tags": tags, "groupKeys": ["g"]}
    assert set_once == {"member": known, "userErrors": []}
    assert kept["member"] == known | {"tags": []}


async def test_members_cannot_promote_themselves(shop: Shop) -> None:
    [member] = await add_members(shop.pool, 1)

    for features in ({"tier": "gold"}, {"tags": ["vip"]}, {"groups": []}):
        assert await shop.error_codes(as_member(member), UPDATE_MEMBER, input=features) == ["FORBIDDEN"]

    assert await shop.pool.fetchval("SELECT tier FROM member") is None
    own = await shop.data(as_member(member), "{ viewer { ... on MemberViewer { member { tier } } } }")
    assert own == {"viewer": {"member": {"tier": None}}}
    codes = await shop.error_codes(as_member(member), "{ viewer { ... on MemberViewer { member { tags { name } } } } }")
    assert codes == ["FORBIDDEN"]


async def test_labels_that_cannot_be_are_told_with_their_path(shop: Shop) -> None:
    [member] = await add_members(shop.pool, 1)
    given = {"member": encode_id(MEMBER, member)}

    fields = []
    for wrong in ({"tags": ["ok", "x" * 33]}, {"groups": [""]}, {"tier": "\0"}, {"tags": [str(n) for n in range(65)]}):
        [error] = (await shop.data(OPERATOR, UPDATE_MEMBER, input=given | wrong))["memberUpdate"]["userErrors"]
        fields.append(error["field"])

    assert fields == [["input", "tags", "1"], ["input", "groups", "0"], ["input", "tier"], ["input", "tags"]]


def test_a_broken_rule_is_told_by_its_name_in_the_callers_language() -> None:
    text = Text(zh="不得为分享行为发放奖励", en="no reward for the act of sharing")
    error = InvalidInput([Problem(("config",), f"RULE: {text.en}", code="NO_REWARD_FOR_SHARING", text=text)])

    told = [user_errors(error, language)[0] for language in ("zh", "en")]

    assert [(each.code, each.message, each.field) for each in told] == [
        ("NO_REWARD_FOR_SHARING", text.zh, ["input", "config"]),
        ("NO_REWARD_FOR_SHARING", text.en, ["input", "config"]),
    ]
