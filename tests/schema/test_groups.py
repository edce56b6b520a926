"""Groups over GraphQL: made, changed and archived; joined and left; listed; and no more statements for more of them."""

from datetime import timedelta
from typing import Any

import pytest

from schema.ids import GROUP, MEMBER, encode_id
from siyu.ids import new_id
from tests.factories import add_members
from tests.schema.conftest import NOON, OPERATOR, SERVICE, Shop, as_member
from tests.schema.test_members import costs
from tests.schema.test_wallets import codes, mutation, run
from tests.siyu.groups.shop import add_group, groups_of, joined

CREATE = mutation(
    "groupCreate", "group { id key name positioning rules zones capacity memberCount revision owner { id } }"
)
UPDATE = mutation("groupUpdate", "group { name positioning zones capacity revision owner { id } }")
ARCHIVE = mutation("groupArchive", "group { archivedAt }")
MOVED = "group { memberCount } membership { role joinedAt leftAt source inviter { id } history { at joined } }"
JOIN = mutation("groupJoin", MOVED)
LEAVE = mutation("groupLeave", MOVED)
SET = mutation("groupMemberSet", "group { memberCount owner { id } } membership { role }")
MOVE_GROUPS = mutation("memberUpdate", "member { groupKeys groups { nodes { key } } }")
LIST = """
query ($filter: GroupFilter, $order: GroupOrder!, $first: Int, $after: String) {
  groups(filter: $filter, orderBy: $order, first: $first, after: $after) {
    nodes { key } pageInfo { hasNextPage endCursor }
  }
}
"""
EVERYTHING = """
query ($first: Int) {
  groups(first: $first) {
    nodes {
      name owner { nickname } health { verdict advice activeShare dailyPosts healthyPosts { least most } }
      members(first: 3) {
        nodes { role lastActiveOn member { nickname groups { nodes { name } } } inviter { nickname } }
      }
      silentMembers(silence: DORMANT) { edges { cursor } }
      leftMembers { edges { cursor } }
      kocCandidates { nodes { interactions member { nickname } } }
    }
  }
}
"""
IN_ALL = """
INSERT INTO membership (community_id, member_id, role, joined_at, inviter_id, joins, leaves)
SELECT community.id, member, 'member', $2, $3, ARRAY[$2::timestamptz], '{}'
FROM community, unnest($1::uuid[]) AS member
"""
AT_NOON = "2026-11-21T04:00:00Z"
RULES = "一、文明\n二、友善"
NEW = {
    "key": "tea",
    "name": " 茶友群 ",
    "positioning": "INTEREST",
    "rules": RULES,
    "zones": ["TOPICS", "TOPICS"],
}


async def test_an_operator_makes_changes_and_archives_a_group(shop: Shop) -> None:
    [lin] = await add_members(shop.pool, 1)
    owner = encode_id(MEMBER, lin)

    made = await run(shop, OPERATOR, CREATE, NEW | {"owner": owner, "capacity": 2})

    assert made["userErrors"] == []
    group = made["group"]
    assert group | {"id": ""} == {
        "id": "", "key": "tea", "name": "茶友群", "positioning": "INTEREST", "rules": RULES, "zones": ["TOPICS"],
        "capacity": 2, "memberCount": 0, "revision": 1, "owner": {"id": owner},
    }  # fmt: skip
    changes = {"group": group["id"], "revision": 1, "positioning": "WELFARE", "owner": None, "zones": []}
    changed = (await run(shop, OPERATOR, UPDATE, changes))["group"]
    assert changed == {
        "name": "茶友群", "positioning": "WELFARE", "zones": [], "capacity": 2, "revision": 2, "owner": None,
    }  # fmt: skip
    for archived, at in ((True, AT_NOON), (False, None)):
        told = await run(shop, OPERATOR, ARCHIVE, {"group": group["id"], "archived": archived})
        assert told["group"]["archivedAt"] == at


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"key": "taken"}, "key"),
        ({"key": " "}, "key"),
        ({"name": "x" * 65}, "name"),
        ({"name": "\x07"}, "name"),
        ({"rules": "x" * 4_001}, "rules"),
        ({"rules": "a\x00"}, "rules"),
        ({"capacity": 0}, "capacity"),
        ({"capacity": 1_000_001}, "capacity"),
        ({"owner": "nobody"}, "owner"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_what_is_wrong_with_a_new_group_is_told_by_its_field(shop: Shop, wrong: Any, field: str) -> None:
    await add_group(shop.pool, "taken")

    told = await run(shop, OPERATOR, CREATE, NEW | wrong)

    assert (told["group"], told["userErrors"][0]["field"]) == (None, ["input", field])


async def test_a_group_never_holds_less_than_it_has_and_is_changed_from_its_last_revision(shop: Shop) -> None:
    members = await add_members(shop.pool, 2)
    group = encode_id(GROUP, await add_group(shop.pool, "tea"))
    for member in members:
        await shop.engine.submit(joined(member, "tea", NOON))

    for change, message in (
        ({"revision": 1, "capacity": 1}, "more members are in the group"),
        ({"revision": 7}, "the group has revision 1 by now"),
    ):
        told = await run(shop, OPERATOR, UPDATE, {"group": group, **change})
        assert [error["message"] for error in told["userErrors"]] == [message]
    assert codes(await run(shop, OPERATOR, UPDATE, {"group": encode_id(GROUP, new_id()), "revision": 1})) == [
        "NOT_FOUND"
    ]


async def test_staff_have_members_join_and_leave(shop: Shop) -> None:
    lin, wang = await add_members(shop.pool, 2)
    group = encode_id(GROUP, await add_group(shop.pool, "tea", capacity=1))
    asked = {"group": group, "member": encode_id(MEMBER, lin), "idempotencyKey": "12345678"}
    came = {**asked, "inviter": encode_id(MEMBER, wang), "source": "poster", "role": "KOC"}

    first, again = [await run(shop, SERVICE, JOIN, came) for _ in range(2)]

    assert first == again
    assert first["group"] == {"memberCount": 1}
    assert first["membership"] == {
        "role": "KOC", "joinedAt": AT_NOON, "leftAt": None, "source": "poster",
        "inviter": {"id": encode_id(MEMBER, wang)}, "history": [{"at": AT_NOON, "joined": True}],
    }  # fmt: skip
    other = {"group": group, "member": encode_id(MEMBER, wang), "idempotencyKey": "another-key"}
    full = await run(shop, OPERATOR, JOIN, other)
    assert (codes(full), full["membership"]) == (["GROUP_FULL"], None)
    late = {**asked, "at": (NOON - timedelta(hours=1)).isoformat(), "idempotencyKey": "late-leave"}
    assert codes(await run(shop, OPERATOR, LEAVE, late)) == ["NOT_IN_GROUP"]
    gone = await run(shop, OPERATOR, LEAVE, asked | {"idempotencyKey": "leaves-now"})
    assert (gone["group"], gone["membership"]["leftAt"]) == ({"memberCount": 0}, AT_NOON)


async def test_roles_are_given_to_who_is_in(shop: Shop) -> None:
    lin, wang = await add_members(shop.pool, 2)
    group = encode_id(GROUP, await add_group(shop.pool, "tea", capacity=1))
    await shop.engine.submit(joined(lin, "tea", NOON))
    await shop.engine.submit(joined(wang, "tea", NOON, role="bot"))
    asked = {"group": group, "member": encode_id(MEMBER, lin)}

    owner = await run(shop, OPERATOR, SET, asked | {"role": "OWNER"})
    assert owner["membership"] == {"role": "OWNER"}
    assert owner["group"] == {"memberCount": 1, "owner": {"id": asked["member"]}}
    person = {"group": group, "member": encode_id(MEMBER, wang), "role": "MEMBER"}
    assert codes(await run(shop, OPERATOR, SET, person)) == ["GROUP_FULL"]
    bot = await run(shop, OPERATOR, SET, asked | {"role": "BOT"})
    assert (bot["group"]["memberCount"], await groups_of(shop.pool, lin)) == (0, [])
    stranger = {"group": group, "member": encode_id(MEMBER, new_id()), "role": "KOC"}
    assert codes(await run(shop, OPERATOR, SET, stranger)) == ["NOT_IN_GROUP"]


async def test_a_members_groups_are_set_as_a_whole(shop: Shop) -> None:
    lin, wang = await add_members(shop.pool, 2)
    for key, capacity in (("tea", 9), ("wine", 9), ("full", 1)):
        await add_group(shop.pool, key, capacity)
    await shop.engine.submit(joined(lin, "tea", NOON - timedelta(days=1)))
    await shop.engine.submit(joined(wang, "full", NOON))
    asked = {"member": encode_id(MEMBER, lin)}

    told = await run(shop, OPERATOR, MOVE_GROUPS, asked | {"groups": ["wine", "full", "wine"]})

    assert told["member"] == {"groupKeys": ["wine"], "groups": {"nodes": [{"key": "wine"}]}}
    assert [(each["field"], each["code"]) for each in told["userErrors"]] == [(["input", "groups"], "GROUP_FULL")]
    strange = await run(shop, OPERATOR, MOVE_GROUPS, asked | {"groups": ["wine", "moon"]})
    assert strange["userErrors"][0]["field"] == ["input", "groups", "1"]
    assert await groups_of(shop.pool, lin) == ["wine"]


@pytest.mark.parametrize(
    ("order", "keys"),
    [
        ("CREATED_AT_DESC", ["d/1", "c", "b", "a"]),
        ("MEMBER_COUNT_DESC", ["b", "a", "d/1", "c"]),
        ("NAME_ASC", ["a", "b", "c", "d/1"]),
    ],
)
async def test_groups_are_listed_in_every_order_and_page_by_page(shop: Shop, order: str, keys: list[str]) -> None:
    for place, key in enumerate(("a", "b", "c", "d/1")):
        await add_group(shop.pool, key, at=NOON + timedelta(days=place))
    for member, group in zip(await add_members(shop.pool, 3), ("b", "b", "a"), strict=True):
        await shop.engine.submit(joined(member, group, NOON))
    found, after = [], None
    for _ in range(3):
        page = (await shop.data(OPERATOR, LIST, order=order, first=2, after=after))["groups"]
        found += [node["key"] for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break

    if order == "MEMBER_COUNT_DESC":
        # Those that are equally large come by id, which is drawn.
        found = found[:2] + sorted(found[2:], reverse=True)
    assert found == keys


async def test_groups_are_found_by_name_key_and_positioning(shop: Shop) -> None:
    await add_group(shop.pool, "Tea-1", positioning="welfare")
    await add_group(shop.pool, "wine", positioning="honour")
    gone = await add_group(shop.pool, "tea-old", positioning="welfare")
    await shop.pool.execute("UPDATE community SET archived_at = now() WHERE id = $1", gone)

    async def listed(**filter_: object) -> list[str]:
        page = await shop.data(OPERATOR, LIST, order="NAME_ASC", filter=filter_)
        return [node["key"] for node in page["groups"]["nodes"]]

    assert await listed(text="TEA") == ["Tea-1"]
    assert await listed(text="tea", archived=True) == ["Tea-1", "tea-old"]
    assert await listed(positioning="HONOUR") == ["wine"]
    assert await listed(text="\x00") == []
    for cursor in ("x", "Y3JlYXRlZC94L3k"):
        assert await shop.error_codes(OPERATOR, LIST, order="NAME_ASC", after=cursor) == ["INVALID_ARGUMENT"]


async def test_members_see_the_groups_they_are_in(shop: Shop) -> None:
    [lin] = await add_members(shop.pool, 1)
    for key in ("tea", "wine"):
        await add_group(shop.pool, key)
    await shop.engine.submit(joined(lin, "tea", NOON))
    by_key = "query ($key: String) { group(key: $key) { name rules memberCount } }"

    assert [(await shop.data(as_member(lin), by_key, key=key))["group"] for key in ("tea", "wine", "moon")] == [
        {"name": "tea", "rules": "", "memberCount": 1}, None, None
    ]  # fmt: skip
    assert await shop.error_codes(as_member(lin), "{ group { name } }") == ["INVALID_ARGUMENT"]


async def test_a_page_of_fifty_groups_costs_as_many_statements_as_a_page_of_one(shop: Shop, database_url: str) -> None:
    inviter, *members = await add_members(shop.pool, 4)
    for place in range(50):
        group = await add_group(shop.pool, f"group-{place}")
        await shop.pool.execute("UPDATE community SET owner_id = $1 WHERE id = $2", inviter, group)
    await shop.pool.execute(IN_ALL, members, NOON, inviter)

    def look(nodes: Any) -> None:
        assert all(len(node["members"]["nodes"]) == 3 for node in nodes)

    # The page, owners, health, members, the silent, the left, candidates, activity, members, their groups twice.
    assert await costs(shop, database_url, EVERYTHING, "groups", look) == [11, 11]
