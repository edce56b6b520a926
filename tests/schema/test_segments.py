"""Rules and segments over GraphQL."""

from datetime import timedelta

from schema.ids import MEMBER, SEGMENT, encode_id
from siyu.features import keep_everything
from siyu.ids import new_id
from siyu.rules import MEMBER_FEATURES, RuleClock
from tests.factories import SHANGHAI, add_members
from tests.schema.conftest import NOON, OPERATOR, SERVICE, Shop, as_member

CHECK = """
query ($rule: String!) {
  ruleCheck(rule: $rule) { count features { name } problems { code line column message suggestion } }
}
"""
CREATE = """
mutation ($name: String!, $rule: String!, $kind: SegmentKind! = LIVE) {
  segmentCreate(input: {name: $name, rule: $rule, kind: $kind}) {
    segment { id name rule kind revision takenAt updatedBy count } userErrors { field code message }
  }
}
"""
READ = """
query ($id: ID!, $member: ID!, $other: ID!) {
  segment(id: $id) {
    count
    members(first: 2) { nodes { id } pageInfo { hasNextPage } }
    explain(member: $member) { isIn clauses { text depth holds known { feature { name type } value } } }
    overlap(other: $other) { count otherCount both }
    check { problems { code } }
  }
  members(segment: $id, orderBy: JOINED_AT_ASC) { nodes { id } }
}
"""


async def create(shop: Shop, name: str, rule: str, kind: str = "LIVE") -> str:
    """The id of a new segment."""
    made = (await shop.data(OPERATOR, CREATE, name=name, rule=rule, kind=kind))["segmentCreate"]
    assert made["userErrors"] == []
    segment_id: str = made["segment"]["id"]
    return segment_id


async def test_a_rule_is_checked_and_counted_before_it_is_saved(shop: Shop) -> None:
    lin, _ = await add_members(shop.pool, 2)
    await shop.pool.execute("UPDATE member SET tags = '{vip}' WHERE id = $1", lin)

    good = await shop.data(OPERATOR, CHECK, rule="'vip' in member.tags && !member.has_ordered")
    bad = await shop.data(OPERATOR, CHECK, rule="'vip' in member.tags &&\n  member.order > 'x'", language="zh")

    assert good["ruleCheck"] == {
        "count": 1,
        "features": [{"name": "member.tags"}, {"name": "member.has_ordered"}],
        "problems": [],
    }
    assert bad["ruleCheck"] == {
        "count": None,
        "features": [],
        "problems": [
            {
                "code": "RULE_UNKNOWN_FIELD",
                "line": 2,
                "column": 3,
                "message": "没有字段 member.order，是否指 member.orders？",
                "suggestion": "member.orders",
            }
        ],
    }


async def test_a_segment_tells_whom_it_has_and_why(shop: Shop) -> None:
    members = await add_members(shop.pool, 3)
    for place, member in enumerate(members):
        await shop.pool.execute(
            "UPDATE member SET joined_at = $2, tier = $3 WHERE id = $1",
            member,
            NOON - timedelta(days=10 - place),
            "gold" if place else None,
        )
    await keep_everything(shop.pool, RuleClock(NOON, SHANGHAI))
    ids = [encode_id(MEMBER, member) for member in members]
    gold = await create(shop, "gold", "member.tier == 'gold' && member.joined_days < 30")
    old = await create(shop, "old", "member.joined_days >= 9", "STATIC")

    for caller in (OPERATOR, SERVICE):
        read = await shop.data(caller, READ, id=gold, member=ids[0], other=old)
        assert read["segment"] == {
            "count": 2,
            "members": {"nodes": [{"id": ids[2]}, {"id": ids[1]}], "pageInfo": {"hasNextPage": False}},
            "explain": {
                "isIn": False,
                "clauses": [
                    {
                        "text": "member.tier == 'gold'",
                        "depth": 0,
                        "holds": None,
                        "known": [{"feature": {"name": "member.tier", "type": "STRING"}, "value": None}],
                    },
                    {
                        "text": "member.joined_days < 30",
                        "depth": 0,
                        "holds": True,
                        "known": [{"feature": {"name": "member.joined_days", "type": "INT"}, "value": "10"}],
                    },
                ],
            },
            "overlap": {"count": 2, "otherCount": 2, "both": 1},
            "check": {"problems": []},
        }
        assert [node["id"] for node in read["members"]["nodes"]] == ids[1:]


async def test_what_cannot_be_saved_says_where(shop: Shop) -> None:
    await create(shop, "vip", "true")

    twice = await shop.data(OPERATOR, CREATE, name="vip", rule="true")
    bad = await shop.data(OPERATOR, CREATE, name="x", rule="member.tier > 'a'")

    assert twice["segmentCreate"] == {
        "segment": None,
        "userErrors": [
            {"field": ["input", "name"], "code": "INVALID_INPUT", "message": "another segment has this name"}
        ],
    }
    assert bad["segmentCreate"]["userErrors"] == [
        {
            "field": ["input", "rule"],
            "code": "RULE_NOT_ALLOWED",
            "message": "line 1, column 13: string has no order: use `==` or `!=`",
        }
    ]


async def test_segments_are_changed_listed_and_deleted(shop: Shop) -> None:
    first, second = await create(shop, "a", "true"), await create(shop, "b", "false", "STATIC")
    update = """
    mutation ($id: ID!, $revision: Int!, $rule: String) {
      segmentUpdate(input: {segment: $id, revision: $revision, rule: $rule}) {
        segment { name rule revision updatedBy } userErrors { field code }
      }
    }
    """
    delete = "mutation ($id: ID!) { segmentDelete(input: {segment: $id}) { deleted userErrors { code } } }"
    listed = "{ segments { nodes { id name count } } }"

    changed = await shop.data(OPERATOR, update, id=second, revision=1, rule="member.orders == 0")
    late = await shop.data(OPERATOR, update, id=second, revision=1, rule="true")

    assert changed["segmentUpdate"]["segment"] == {
        "name": "b",
        "rule": "member.orders == 0",
        "revision": 2,
        "updatedBy": "lin",
    }
    assert late["segmentUpdate"] == {
        "segment": None,
        "userErrors": [{"field": ["input", "revision"], "code": "INVALID_INPUT"}],
    }
    assert (await shop.data(SERVICE, listed))["segments"]["nodes"] == [
        {"id": second, "name": "b", "count": 0},
        {"id": first, "name": "a", "count": 0},
    ]
    assert (await shop.data(OPERATOR, delete, id=first))["segmentDelete"] == {"deleted": first, "userErrors": []}
    gone = (await shop.data(OPERATOR, delete, id=first))["segmentDelete"]
    assert gone == {"deleted": None, "userErrors": [{"code": "NOT_FOUND"}]}


async def test_what_is_no_segment_for_the_caller_is_null_or_an_invalid_argument(shop: Shop) -> None:
    [member] = await add_members(shop.pool, 1)
    segment, nobodys = await create(shop, "a", "true"), encode_id(SEGMENT, new_id())
    node = "query ($id: ID!) { node(id: $id) { id } }"

    assert (await shop.data(OPERATOR, node, id=segment))["node"] == {"id": segment}
    assert (await shop.data(as_member(member), node, id=segment))["node"] is None
    assert (await shop.data(OPERATOR, "query ($id: ID!) { segment(id: $id) { id } }", id=nobodys))["segment"] is None
    listed = "query ($id: ID!) { members(segment: $id) { nodes { id } } }"
    assert await shop.error_codes(OPERATOR, listed, id=nobodys) == ["INVALID_ARGUMENT"]
    read = await shop.data(
        OPERATOR, READ.replace("$id, order", "$id, first: 1, order"), id=segment, member=nobodys, other=nobodys
    )
    assert (read["segment"]["explain"], read["segment"]["overlap"]) == (None, None)


async def test_a_segment_whose_rule_is_none_any_more_says_so_and_stops_nothing(shop: Shop) -> None:
    segment = await create(shop, "a", "true")
    await shop.pool.execute("UPDATE segment SET rule = 'member.weather == 1'")
    read = """
    query ($id: ID!) {
      segment(id: $id) { name count members { nodes { id } } overlap(other: $id) { both } check { problems { code } } }
    }
    """

    assert (await shop.data(OPERATOR, read, id=segment))["segment"] == {
        "name": "a",
        "count": None,
        "members": None,
        "overlap": None,
        "check": {"problems": [{"code": "RULE_UNKNOWN_FIELD"}]},
    }


async def test_presets_and_features_are_told_in_the_callers_language(shop: Shop) -> None:
    asked = "{ segmentPresets { key title rule } ruleFeatures { name type nullable description } }"

    english, chinese = await shop.data(OPERATOR, asked), await shop.data(OPERATOR, asked, language="zh")

    assert [each["name"] for each in english["ruleFeatures"]] == list(MEMBER_FEATURES.by_name)
    silent = {each["key"]: each for each in chinese["segmentPresets"]}["layers/silent"]
    assert silent["title"] == "沉默"
    assert (await shop.data(OPERATOR, CHECK, rule=silent["rule"]))["ruleCheck"]["problems"] == []
    tier = {each["name"]: each for each in english["ruleFeatures"]}["member.tier"]
    assert tier == {"name": "member.tier", "type": "STRING", "nullable": True, "description": "the tier"}


async def test_the_shop_sees_where_members_stand_and_the_member_does_not(shop: Shop) -> None:
    lin, wang = await add_members(shop.pool, 2)
    await shop.pool.execute("UPDATE member SET joined_at = $2 WHERE id = $1", wang, NOON - timedelta(days=8))
    await keep_everything(shop.pool, RuleClock(NOON, SHANGHAI))
    listed, own = "{ members { nodes { stage layer } } }", "query ($id: ID!) { member(id: $id) { stage } }"

    assert (await shop.data(SERVICE, listed))["members"]["nodes"] == [
        {"stage": "growth", "layer": None},
        {"stage": "decline", "layer": "silent"},
    ]
    assert await shop.error_codes(as_member(lin), own, id=encode_id(MEMBER, lin)) == ["FORBIDDEN"]
