"""Touches, channels, figures, experiments and invitation trees over GraphQL."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from schema.ids import CAMPAIGN, MEMBER, encode_id
from siyu.ids import new_id
from siyu.sdk import member_code
from siyu.touches.queries import REPORTS_MAX
from tests.factories import add_campaign, add_members, paid, sign
from tests.schema.conftest import NOON, OPERATOR, SERVICE, Shop, as_member
from tests.schema.test_members import counting
from tests.siyu.attribution.test_experiments import expose, weigh

REPORT = (
    "mutation ($input: TouchReportInput!) { touchReport(input: $input) { reported userErrors { field code message } } }"
)
ARRIVED = """
query ($id: ID!) { member(id: $id) {
  channel device arrivedAt arrivalChanges { channel campaign }
  touches { nodes { at channel utmSource utmCampaign scene device campaign } }
} }
"""
START = """
mutation ($input: SessionStartInput!) { sessionStart(input: $input) {
  session { accessToken } userErrors { field code message }
} }
"""
RULES = """
mutation ($input: ChannelRuleSetInput!) { channelRuleSet(input: $input) {
  channelRules { revision rules { channel utmSource scenes } madeBy } userErrors { field code message }
} }
"""
COMPARED = """
query ($ids: [ID!]!) { campaignComparison(campaigns: $ids, attribution: EVEN, windowDays: 7) {
  campaign { id } touches reached joined participation converted conversion orders revenueFen
  cost { totalFen valueFen unpriced } roi newMembers costPerNewMemberFen coefficient depth
} }
"""
COST = """
mutation ($key: String!, $fen: BigInt!) { valueCostSet(input: { kind: UNIT, key: $key, fenPerThousand: $fen }) {
  valueCost { key fenPerThousand } userErrors { field code }
} }
"""
EXPERIMENT = """
query ($id: ID!, $level: Float! = 0.95) { campaign(id: $id) { experiment(level: $level) {
  control isSound sampleRatioPValue arms { arm exposed converted rate rateInterval { low high }
    difference { pValue adjustedPValue rateInterval { low } revenueInterval { high } verdict words } }
} } }
"""
TREE = """
query ($id: ID!, $depth: Int!, $first: Int!) { member(id: $id) { invitationTree(depth: $depth, first: $first) {
  depth levels { level members channels { channel members } newest { id } }
} } }
"""


async def report(shop: Shop, member_id: UUID, key: str | None = None, **data: object) -> dict[str, object]:
    """What the member is answered who reports a touch."""
    given = {**data, "idempotencyKey": key or str(new_id())}
    answer: dict[str, object] = (await shop.data(as_member(member_id), REPORT, input=given))["touchReport"]
    return answer


async def test_a_members_report_is_their_arrival_and_operators_see_it(shop: Shop) -> None:
    [member_id] = await add_members(shop.pool, 1)
    campaign_id = await add_campaign(shop.pool, "check_in")
    await shop.pool.execute("UPDATE member SET joined_at = $2 WHERE id = $1", member_id, NOON)
    utm = {"source": "wecom", "campaign": member_code(campaign_id)}
    for _ in range(2):
        answer = await report(shop, member_id, "the same key", utm=utm, scene=1167, device="IOS")
        assert answer == {"reported": True, "userErrors": []}
    id_ = encode_id(MEMBER, member_id)
    seen = (await shop.data(OPERATOR, ARRIVED, id=id_))["member"]
    campaign = encode_id(CAMPAIGN, campaign_id)
    assert seen.pop("touches")["nodes"] == [
        {
            "at": "2026-11-21T04:00:00Z",
            "channel": "wecom",
            "utmSource": "wecom",
            "utmCampaign": member_code(campaign_id),
            "scene": 1167,
            "device": "ios",
            "campaign": campaign,
        }
    ]
    assert seen == {
        "channel": "wecom",
        "device": "ios",
        "arrivedAt": "2026-11-21T04:00:00Z",
        "arrivalChanges": [{"channel": "wecom", "campaign": campaign}],
    }
    link = (await shop.data(OPERATOR, "query ($id: ID!) { campaign(id: $id) { linkCode } }", id=campaign))["campaign"]
    assert link == {"linkCode": member_code(campaign_id)}


async def test_a_report_of_nothing_and_one_too_many_are_refused_but_a_repeat_is_not(shop: Shop) -> None:
    [member_id] = await add_members(shop.pool, 1)
    [empty] = (await report(shop, member_id))["userErrors"]  # type: ignore[misc]  # a list
    assert empty["code"] == "INVALID_INPUT"
    [scene] = (await report(shop, member_id, scene=7))["userErrors"]  # type: ignore[misc]  # a list
    assert scene["field"] == ["input", "scene"]
    await report(shop, member_id, "the first of all", scene=1047)
    await shop.pool.execute(
        "INSERT INTO touch (fact_id, member_id, at, arrived_at, channel) "
        "SELECT gen_random_uuid(), $1, $2, $2, 'other' FROM generate_series(2, $3)",
        member_id,
        NOON,
        REPORTS_MAX,
    )
    [refusal] = (await report(shop, member_id, scene=1047))["userErrors"]  # type: ignore[misc]  # a list
    assert refusal["code"] == "TOO_MANY_TOUCHES"
    assert (await report(shop, member_id, "the first of all", scene=1047))["reported"]
    shop.now = NOON + timedelta(hours=1)
    assert (await report(shop, member_id, scene=1047))["reported"]


async def test_who_signs_in_tells_how_they_came(shop: Shop) -> None:
    given = {"identity": {"kind": "openid", "value": "o-1"}, "arrival": {"scene": 1008, "device": "ANDROID"}}
    answer = (await shop.data(SERVICE, START, input=given))["sessionStart"]
    assert answer["userErrors"] == []
    assert tuple(await shop.pool.fetchrow("SELECT channel, device FROM member")) == ("group", "android")
    given["arrival"] = {"scene": 12}
    refused = (await shop.data(SERVICE, START, input=given))["sessionStart"]
    assert [error["field"] for error in refused["userErrors"]] == [["input", "arrival", "scene"]]
    assert await shop.pool.fetchval("SELECT count(*) FROM session") == 1


async def test_operators_set_rules_of_channels_from_the_newest_revision_alone(shop: Shop) -> None:
    given = {
        "revision": 0,
        "channels": [{"key": "store_a", "titleZh": "A 店", "titleEn": "Store A"}],
        "rules": [{"channel": "store_a", "scenes": [1047]}],
    }
    answer = (await shop.data(OPERATOR, RULES, input=given))["channelRuleSet"]
    rules = [{"channel": "store_a", "utmSource": None, "scenes": [1047]}]
    assert answer == {"channelRules": {"revision": 1, "rules": rules, "madeBy": "lin"}, "userErrors": []}
    [stale] = (await shop.data(OPERATOR, RULES, input=given))["channelRuleSet"]["userErrors"]
    assert stale["field"] == ["input", "revision"]
    unknown = {"revision": 1, "rules": [{"channel": "nowhere", "utmSource": "x"}]}
    assert (await shop.data(OPERATOR, RULES, input=unknown))["channelRuleSet"]["userErrors"]
    [member_id] = await add_members(shop.pool, 1)
    await report(shop, member_id, scene=1047)
    assert await shop.pool.fetchval("SELECT channel FROM touch") == "store_a"
    titles = await shop.data(OPERATOR, "{ channelRules { channels { key title } preset { channel } } }", language="zh")
    assert {"key": "store_a", "title": "A 店"} in titles["channelRules"]["channels"]
    assert {"key": "group", "title": "群聊"} in titles["channelRules"]["channels"]


async def test_campaigns_stand_side_by_side_with_what_they_cost_and_brought(shop: Shop) -> None:
    member_id, other = await add_members(shop.pool, 2)
    first, second = [await add_campaign(shop.pool, "check_in") for _ in range(2)]
    shop.now = NOON - timedelta(days=2)
    await shop.engine.submit(sign(first, member_id, shop.now, f"member/{member_id}/12345678"))
    await report(shop, member_id, campaign=member_code(second))
    await report(shop, other, campaign=member_code(first))
    await shop.pool.execute("UPDATE member SET joined_at = $2 WHERE id = $1", other, shop.now)
    await report(shop, other, campaign=member_code(first))
    await shop.engine.submit(paid(member_id, "A-1", 10_001, NOON - timedelta(days=1)))
    shop.now = NOON
    ids = [encode_id(CAMPAIGN, each) for each in (second, first, new_id())]
    left, right = (await shop.data(OPERATOR, COMPARED, ids=ids))["campaignComparison"]
    assert [left["campaign"]["id"], right["campaign"]["id"]] == ids[:2]
    assert (right["touches"], right["reached"], right["joined"], right["participation"]) == ("2", "2", "1", 0.5)
    assert (right["converted"], right["conversion"], right["newMembers"]) == ("1", 1.0, "1")
    assert sorted([left["revenueFen"], right["revenueFen"]]) == ["5000", "5001"]
    points = int(right["cost"]["valueFen"])
    assert points > 0
    assert right["roi"] == int(right["revenueFen"]) / points
    assert right["costPerNewMemberFen"] == points
    assert (left["cost"]["totalFen"], left["roi"], left["participation"]) == ("0", None, 0.0)
    await shop.data(OPERATOR, COST, key="points", fen="2000")
    _, dearer = (await shop.data(OPERATOR, COMPARED, ids=ids))["campaignComparison"]
    assert int(dearer["cost"]["valueFen"]) == 2 * points
    own = "query ($id: ID!) { campaign(id: $id) { results(attribution: EVEN) { figures { revenueFen } } } }"
    results = (await shop.data(OPERATOR, own, id=ids[1]))["campaign"]["results"]
    assert results["figures"]["revenueFen"] == right["revenueFen"]


async def test_what_is_out_of_bounds_is_told(shop: Shop) -> None:
    id_ = encode_id(CAMPAIGN, await add_campaign(shop.pool, "check_in"))
    for document in (
        "query ($id: ID!) { campaign(id: $id) { results(windowDays: 0) { decisions } } }",
        "query ($id: ID!) { campaign(id: $id) { experiment(level: 0.2) { control } } }",
        'query ($id: ID!) { campaignComparison(campaigns: [$id], range: {since: "2026-11-02T00:00:00Z", '
        'until: "2026-11-01T00:00:00Z"}) { reached } }',
    ):
        arms = [("a", 1), ("b", 1)]
        if "experiment" in document:
            await weigh(shop.pool, (await shop.pool.fetchval("SELECT id FROM campaign")), arms, NOON)
        assert await shop.error_codes(OPERATOR, document, id=id_) == ["INVALID_ARGUMENT"]
    assert await shop.error_codes(OPERATOR, COMPARED, ids=[id_] * 21) == ["INVALID_ARGUMENT"]
    for key, fen in (("nothing", "1"), ("commission", "1"), ("points", "-1")):
        assert (await shop.data(OPERATOR, COST, key=key, fen=fen))["valueCostSet"]["userErrors"]


async def test_an_experiment_is_told_in_words_of_the_readers_language(shop: Shop) -> None:
    campaign_id = await add_campaign(shop.pool, "check_in")
    id_ = encode_id(CAMPAIGN, campaign_id)
    assert (await shop.data(OPERATOR, EXPERIMENT, id=id_))["campaign"]["experiment"] is None
    await weigh(shop.pool, campaign_id, [("a", 1), ("b", 1)], NOON - timedelta(days=60))
    for arm, payers in (("a", 20), ("b", 50)):
        await expose(shop.pool, campaign_id, arm, 200, payers)
    told = (await shop.data(OPERATOR, EXPERIMENT, id=id_))["campaign"]["experiment"]
    assert (told["control"], told["isSound"], told["sampleRatioPValue"]) == ("a", True, 1.0)
    control, arm = told["arms"]
    assert control["difference"] is None
    assert (arm["exposed"], arm["converted"], arm["rate"]) == ("200", "50", 0.25)
    assert arm["difference"]["verdict"] == "BETTER"
    assert arm["difference"]["words"] == "Converts better than the control"
    chinese = (await shop.data(OPERATOR, EXPERIMENT, language="zh", id=id_))["campaign"]["experiment"]
    assert chinese["arms"][1]["difference"]["words"] == "转化率显著高于对照组"


async def test_a_tree_tells_its_levels_with_channels_and_newest_members(shop: Shop) -> None:
    members = await add_members(shop.pool, 7)
    campaign_id = await add_campaign(shop.pool, "check_in")
    # Below the first: two, below the second of these three; one stands alone.
    for place, by in ((1, 0), (2, 0), (3, 2), (4, 2), (5, 2)):
        moment = NOON + timedelta(minutes=place)
        await shop.pool.execute(
            "UPDATE member SET joined_at = $2, channel = $3 WHERE id = $1", members[place], moment, "scan"
        )
        await shop.pool.execute(
            "INSERT INTO invitation (id, member_id, inviter_id, campaign_id, fact_id, at, member_joined_at, "
            "inviter_joined_at) SELECT $1, $2, $3, $4, $1, $5, m.joined_at, i.joined_at "
            "FROM member AS m, member AS i WHERE m.id = $2 AND i.id = $3",
            new_id(),
            members[place],
            members[by],
            campaign_id,
            moment,
        )
    await shop.pool.execute("UPDATE member SET channel = NULL WHERE id = $1", members[5])

    async def tree(place: int, depth: int = 5, first: int = 2) -> dict[str, object]:
        variables = {"id": encode_id(MEMBER, members[place]), "depth": depth, "first": first}
        found: dict[str, object] = (await shop.data(OPERATOR, TREE, **variables))["member"]["invitationTree"]
        return found

    newest = [{"id": encode_id(MEMBER, members[place])} for place in (2, 1)]
    level = {"level": 1, "members": 2, "channels": [{"channel": "scan", "members": 2}], "newest": newest}
    assert await tree(0, depth=1) == {"depth": 0, "levels": [level]}
    levels = (await tree(0))["levels"]
    assert [(each["level"], each["members"]) for each in levels] == [(1, 2), (2, 3)]  # type: ignore[attr-defined]  # a list
    assert levels[1]["channels"] == [{"channel": "scan", "members": 2}, {"channel": None, "members": 1}]  # type: ignore[index]  # a list
    assert (await tree(4))["depth"] == 2
    assert await tree(6) == {"depth": 0, "levels": []}
    for depth, first in ((0, 2), (6, 2), (1, 0), (1, 101)):
        variables = {"id": encode_id(MEMBER, members[0]), "depth": depth, "first": first}
        assert await shop.error_codes(OPERATOR, TREE, **variables) == ["INVALID_ARGUMENT"]


async def test_a_page_of_fifty_members_takes_as_many_statements_as_one_of_one(shop: Shop, database_url: str) -> None:
    await add_members(shop.pool, 50)
    await shop.pool.execute(
        "INSERT INTO touch (fact_id, member_id, at, arrived_at, channel) "
        "SELECT gen_random_uuid(), id, $1, $1, 'scan' FROM member",
        NOON,
    )
    fields = "channel device arrivedAt arrivalChanges { channel } touches(first: 3) { nodes { at } }"
    fields += " invitationTree { depth levels { members } }"
    document = f"query ($first: Int) {{ members(first: $first) {{ nodes {{ {fields} }} }} }}"
    counts = []
    async with counting(database_url) as (pool, statements):
        for first in (1, 1, 50):
            statements.clear()
            answer = await replace(shop, pool=pool).data(OPERATOR, document, first=first)
            assert len(answer["members"]["nodes"]) == first
            counts.append(len(statements))
    assert counts[1] == counts[2]


async def test_touches_are_read_page_by_page(shop: Shop) -> None:
    [member_id] = await add_members(shop.pool, 1)
    for minute in range(5):
        shop.now = NOON + timedelta(minutes=minute % 3)
        await report(shop, member_id, scene=1047 + minute)
    document = """query ($id: ID!, $after: String) { member(id: $id) { touches(first: 2, after: $after) {
        nodes { scene } pageInfo { hasNextPage endCursor } } } }"""
    after, seen = None, []
    while True:
        page = (await shop.data(OPERATOR, document, id=encode_id(MEMBER, member_id), after=after))["member"]["touches"]
        seen += [node["scene"] for node in page["nodes"]]
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
    assert seen == [1049, 1051, 1048, 1050, 1047]
    bad = {"id": encode_id(MEMBER, member_id), "after": "bm8"}
    assert await shop.error_codes(OPERATOR, document, **bad) == ["INVALID_ARGUMENT"]
