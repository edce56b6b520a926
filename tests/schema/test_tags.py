"""Tags that campaigns give, over GraphQL: for the shop to see, not for members."""

from schema.ids import FACT, MEMBER, encode_id
from tests.factories import add_campaign, add_members
from tests.schema.conftest import NOON, OPERATOR, SERVICE, Shop, as_member
from tests.schema.test_counters import with_type
from tests.siyu.engine.till import TILL, play

DECISIONS = """
query ($fact: ID) {
  decisions(fact: $fact) { nodes { refusal { code messageZh messageEn missing } effects {
    __typename kind ... on TagEffect { tag changed } ... on UntagEffect { tag changed }
  } } }
}
"""
TAGS = "query ($member: ID!) { node(id: $member) { ... on Member { tags } } }"


async def test_the_shop_sees_the_tags_that_a_campaign_gives_and_the_member_that_there_are_some(shop: Shop) -> None:
    shop = with_type(shop, TILL)
    [lin] = await add_members(shop.pool, 1)
    campaign = await add_campaign(shop.pool, "till")
    fact = play(campaign, lin, NOON, ("Tag", {"tag": "new"}), ("Untag", {"tag": "old"}))
    asked = {"fact": encode_id(FACT, (await shop.engine.submit(fact)).fact_id)}

    for caller, given, taken in ((OPERATOR, "new", "old"), (SERVICE, "new", "old"), (as_member(lin), None, None)):
        [node] = (await shop.data(caller, DECISIONS, **asked))["decisions"]["nodes"]
        assert node["effects"] == [
            {"__typename": "TagEffect", "kind": "tag", "tag": given, "changed": True},
            {"__typename": "UntagEffect", "kind": "untag", "tag": taken, "changed": False},
        ]
    shown = await shop.data(OPERATOR, TAGS, member=encode_id(MEMBER, lin))
    assert shown["node"]["tags"] == ["new"]


async def test_a_member_with_too_many_tags_is_refused_in_words(shop: Shop) -> None:
    shop = with_type(shop, TILL)
    [lin] = await add_members(shop.pool, 1)
    await shop.pool.execute("UPDATE member SET tags = array(SELECT n::text FROM generate_series(1, 64) AS n)")
    fact = play(await add_campaign(shop.pool, "till"), lin, NOON, ("Tag", {"tag": "new"}))
    asked = {"fact": encode_id(FACT, (await shop.engine.submit(fact)).fact_id)}

    [node] = (await shop.data(as_member(lin), DECISIONS, **asked))["decisions"]["nodes"]

    assert node["refusal"] == {
        "code": "TOO_MANY_TAGS",
        "messageZh": "会员标签已达上限（64 个）",
        "messageEn": "The member has 64 tags, the most there may be",
        "missing": {"most": 64},
    }
