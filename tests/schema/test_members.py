"""Members: pages in both directions, profiles, and what a page costs."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import asyncpg
import pytest

from schema import build_schema
from schema.ids import MEMBER, encode_id
from siyu.campaigns import Registry
from siyu.ids import new_id
from siyu.sdk import Scope
from tests.factories import add_campaign, add_members, paid, refunded, sign
from tests.schema.conftest import NOON, OPERATOR, SERVICE, Shop, as_member
from tests.siyu.engine.tally import tally

PAGE = """
query ($orderBy: MemberOrder, $first: Int, $after: String, $last: Int, $before: String) {
  members(orderBy: $orderBy, first: $first, after: $after, last: $last, before: $before) {
    edges { cursor node { id } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}
"""
UPDATE = """
mutation ($input: MemberUpdateInput!) {
  memberUpdate(input: $input) { member { id nickname avatarUrl } userErrors { field code } }
}
"""
ENTRIES = """
query ($id: ID!, $first: Int, $after: String) {
  member(id: $id) {
    wallet(unit: POINTS) {
      balance
      entries(first: $first, after: $after) {
        nodes { id at amount balance kind reference fact { type } campaign { __typename } }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
}
"""
CAMPAIGNS = """
query ($first: Int) {
  campaigns(first: $first) {
    nodes {
      name problem terms { priority } type { key status problem }
      counters { used }
      viewerParticipation { progress { current } state } viewerProgress { current }
    }
  }
}
"""
COSTLY = """
query ($first: Int) {
  members(first: $first) {
    nodes {
      id nickname tier tags { name } groupKeys
      rewards(first: 3) { nodes { reward campaign { name } } }
      messages(first: 3) { nodes { text campaign { name } } }
      participations(first: 5) { nodes { campaign { name } member { nickname } progress { current text } } }
      wallet(unit: POINTS) { balance held available entries(first: 3) { nodes { amount campaign { name } } } }
    }
  }
}
"""

GIVEN = """
INSERT INTO issued_reward (id, campaign_id, member_id, key, reward, state, issued_at)
SELECT gen_random_uuid(), $1, id, 'k', 'mug', 'issued', now() FROM member
"""
TOLD = """
INSERT INTO message (id, campaign_id, member_id, message, params, at)
SELECT gen_random_uuid(), $1, id, 'gone', '{}', now() FROM member
"""


async def page(shop: Shop, **arguments: object) -> tuple[list[str], Any]:
    """The ids of a page of members, and its pageInfo."""
    members = (await shop.data(OPERATOR, PAGE, **arguments))["members"]
    return [edge["node"]["id"] for edge in members["edges"]], members["pageInfo"]


@pytest.mark.parametrize("order", ["JOINED_AT_ASC", "JOINED_AT_DESC"])
async def test_pages_meet_without_gap_or_repeat_in_both_directions(shop: Shop, order: str) -> None:
    # All joined in one moment: the id alone parts them.
    ids = [encode_id(MEMBER, member) for member in sorted(await add_members(shop.pool, 7))]
    expected = ids if order == "JOINED_AT_ASC" else ids[::-1]

    forward: list[str] = []
    info = {"hasNextPage": True, "endCursor": None}
    while info["hasNextPage"]:
        found, info = await page(shop, orderBy=order, first=3, after=info["endCursor"])
        forward += found
    backward: list[str] = []
    info = {"hasPreviousPage": True, "startCursor": None}
    while info["hasPreviousPage"]:
        found, info = await page(shop, orderBy=order, last=3, before=info["startCursor"])
        backward = found + backward

    assert forward == expected
    assert backward == expected


async def test_a_page_does_not_shift_when_members_join_meanwhile(shop: Shop) -> None:
    await add_members(shop.pool, 4)
    first, info = await page(shop, first=2)

    await shop.pool.execute("INSERT INTO member (id, joined_at) VALUES ($1, $2)", new_id(), NOON)
    second, _ = await page(shop, first=2, after=info["endCursor"])

    assert len({*first, *second}) == 4


async def test_both_cursors_bound_a_page(shop: Shop) -> None:
    await add_members(shop.pool, 5)
    everyone = (await shop.data(OPERATOR, PAGE))["members"]["edges"]

    found, _ = await page(shop, first=10, after=everyone[0]["cursor"], before=everyone[4]["cursor"])

    assert found == [edge["node"]["id"] for edge in everyone[1:4]]


@pytest.mark.parametrize(
    "arguments",
    [
        {"first": 0},
        {"first": 101},
        {"last": -1},
        {"first": 1, "last": 1},
        {"after": "nonsense"},
        {"after": "MQ"},
        {"before": encode_id("x", "y/z")},
    ],
)
async def test_arguments_out_of_bounds_are_errors(shop: Shop, arguments: dict[str, object]) -> None:
    assert await shop.error_codes(OPERATOR, PAGE, **arguments) == ["INVALID_ARGUMENT"]


async def test_a_page_of_fifty_costs_as_many_statements_as_a_page_of_one(shop: Shop, database_url: str) -> None:
    members = await add_members(shop.pool, 50)
    campaign = await add_campaign(shop.pool, "check_in")
    for member in members:
        await shop.engine.submit(sign(campaign, member, NOON))
    await shop.pool.execute(GIVEN, campaign)
    await shop.pool.execute(TOLD, campaign)

    def look(nodes: Any) -> None:
        assert {node["wallet"]["balance"] for node in nodes} == {"5"}
        assert all(node["participations"]["nodes"][0]["progress"]["current"] == 1 for node in nodes)
        assert all(node[name]["nodes"][0]["campaign"] for node in nodes for name in ("rewards", "messages"))

    # The page, rewards, messages, participations, campaigns, members, balances, what is held, entries.
    assert await costs(shop, database_url, COSTLY, "members", look) == [10, 10]


async def test_a_page_of_fifty_campaigns_costs_as_many_statements_as_a_page_of_one(
    shop: Shop, database_url: str
) -> None:
    kind = tally(Scope.CAMPAIGN, public=True)
    shop = replace(shop, schema=build_schema(Registry(MappingProxyType({kind.key: kind}))))
    for _ in range(50):
        await add_campaign(shop.pool, kind.key)

    def look(nodes: Any) -> None:
        assert all(len(node["counters"]) == 1 for node in nodes)

    # The page, the types that fail, counters.
    assert await costs(shop, database_url, CAMPAIGNS, "campaigns", look) == [3, 3]


async def costs(shop: Shop, url: str, document: str, name: str, look: Callable[[Any], None]) -> list[int]:
    """The statements that an operator's page of one costs, and a page of fifty, whose nodes are looked at."""
    counted = []
    async with counting(url) as (pool, statements):
        shop = replace(shop, pool=pool)
        # asyncpg asks for the types of arrays once a connection.
        await shop.data(OPERATOR, document, first=1)
        for first in (1, 50):
            statements.clear()
            nodes = (await shop.data(OPERATOR, document, first=first))[name]["nodes"]
            counted.append(len(statements))
            assert len(nodes) == first
            look(nodes)
    return counted


@asynccontextmanager
async def counting(url: str) -> AsyncIterator[tuple[Any, list[str]]]:
    """A pool of one connection, and the statements that were sent through it."""
    statements: list[str] = []

    def note(query: Any) -> None:
        # The pool's own, on every release.
        if "UNLISTEN" not in query.query:
            statements.append(query.query)

    async def listen(connection: Any) -> None:
        connection.add_query_logger(note)

    async with asyncpg.create_pool(url, min_size=1, max_size=1, init=listen) as pool:
        yield pool, statements


async def test_a_member_changes_what_they_show(shop: Shop) -> None:
    [member] = await add_members(shop.pool, 1)

    changes = {"nickname": " 小林 ", "avatarUrl": "https://shop.example/a.png"}
    payload = (await shop.data(as_member(member), UPDATE, input=changes))["memberUpdate"]
    cleared = (await shop.data(as_member(member), UPDATE, input={"avatarUrl": None}))["memberUpdate"]

    assert payload["member"]["nickname"] == "小林"
    assert payload["member"]["avatarUrl"] == "https://shop.example/a.png"
    assert (cleared["member"]["nickname"], cleared["member"]["avatarUrl"]) == ("小林", None)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"nickname": ""}, "nickname"),
        ({"nickname": "x" * 65}, "nickname"),
        ({"nickname": "a\u0000b"}, "nickname"),
        ({"nickname": "a\nb"}, "nickname"),
        ({"avatarUrl": "javascript:alert(1)"}, "avatarUrl"),
        ({"avatarUrl": "https://[broken"}, "avatarUrl"),
        ({"avatarUrl": "https://x/" + "y" * 512}, "avatarUrl"),
    ],
)
async def test_a_profile_that_cannot_be_is_told_with_its_field(shop: Shop, changes: dict[str, str], field: str) -> None:
    [member] = await add_members(shop.pool, 1)

    payload = (await shop.data(as_member(member), UPDATE, input=changes))["memberUpdate"]

    assert payload == {"member": None, "userErrors": [{"field": ["input", field], "code": "INVALID_INPUT"}]}


async def test_operators_change_any_member_and_members_themselves_alone(shop: Shop) -> None:
    member, stranger = await add_members(shop.pool, 2)
    changes = {"member": encode_id(MEMBER, member), "nickname": "林"}
    not_found = [{"field": None, "code": "NOT_FOUND"}]

    assert (await shop.data(OPERATOR, UPDATE, input=changes))["memberUpdate"]["member"]["nickname"] == "林"
    assert (await shop.data(as_member(stranger), UPDATE, input=changes))["memberUpdate"]["userErrors"] == not_found
    missing = {**changes, "member": encode_id(MEMBER, new_id())}
    assert (await shop.data(OPERATOR, UPDATE, input=missing))["memberUpdate"]["userErrors"] == not_found


async def test_entries_of_both_directions_are_paged_newest_first(shop: Shop) -> None:
    [member] = await add_members(shop.pool, 1)
    await add_campaign(shop.pool, "purchase")
    for number in ("A1", "A2", "A3"):
        await shop.engine.submit(paid(member, number, 10_000, NOON))
    await shop.engine.submit(refunded(member, "A2", 10_000, NOON))

    rows, after = [], None
    for _ in range(2):
        found = await shop.data(SERVICE, ENTRIES, id=encode_id(MEMBER, member), first=2, after=after)
        wallet = found["member"]["wallet"]
        rows += [(row["amount"], row["balance"], row["kind"], row["reference"]) for row in wallet["entries"]["nodes"]]
        after = wallet["entries"]["pageInfo"]["endCursor"]

    assert rows == [
        ("-100", "200", "reverse", "A2"),
        ("100", "300", "grant", "A3"),
        ("100", "200", "grant", "A2"),
        ("100", "100", "grant", "A1"),
    ]
    assert wallet["balance"] == "200"
    assert wallet["entries"]["pageInfo"]["hasNextPage"] is False
    assert wallet["entries"]["nodes"][0]["campaign"] == {"__typename": "PurchaseCampaign"}


async def test_an_untouched_wallet_is_empty(shop: Shop) -> None:
    [member] = await add_members(shop.pool, 1)

    wallet = (await shop.data(as_member(member), ENTRIES, id=encode_id(MEMBER, member)))["member"]["wallet"]

    assert (wallet["balance"], wallet["entries"]["nodes"]) == ("0", [])


async def test_what_is_no_campaign_has_no_participations(shop: Shop) -> None:
    [member] = await add_members(shop.pool, 1)
    await shop.engine.submit(sign(await add_campaign(shop.pool, "check_in"), member, NOON))
    document = "query ($id: ID!) { member(id: $id) { participations(campaign: $id) { nodes { id } } } }"

    data = await shop.data(OPERATOR, document, id=encode_id(MEMBER, member))

    assert data == {"member": {"participations": {"nodes": []}}}
