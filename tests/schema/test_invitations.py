"""Codes, inviters, invitees and how far a campaign has spread, over GraphQL."""

from collections.abc import AsyncIterator
from dataclasses import replace
from uuid import UUID

import pytest

from schema.ids import CAMPAIGN, DECISION, MEMBER, encode_id
from siyu.boards import fold_everything
from siyu.engine import running
from siyu.sdk import member_code
from tests.factories import add_campaign, add_members, paid, refunded
from tests.schema.conftest import NOON, OPERATOR, SERVICE, Shop, as_member, schema_of
from tests.schema.test_members import counting
from tests.siyu.engine.inviting import add_joined, bind, inviting_engine

OF = "query ($id: ID!) { member(id: $id) { %s } }"
INVITEES = """
query ($id: ID!, $first: Int, $after: String) {
  member(id: $id) { invitees(first: $first, after: $after) {
    nodes { at member { id } } pageInfo { hasNextPage endCursor }
  } }
}
"""
TWO_LEVELS = """
query ($id: ID!, $first: Int) {
  member(id: $id) { invitees(first: $first) { nodes { member {
    code inviter { id } invitees(first: 5) { nodes { at member { id nickname } } }
  } } } }
}
"""
SPREAD = """
query ($id: ID!) { campaign(id: $id) { spread {
  members inviters depth coefficient firstOrders costs { unit given perMember }
} } }
"""
BIND = """
mutation ($input: InvitingBindInput!) { invitingBind(input: $input) {
  effects { kind ... on InviteEffect { inviter } } decision { refusal { code message missing } }
} }
"""


@pytest.fixture
async def shop(shop: Shop) -> AsyncIterator[Shop]:
    """The shop with the inviting campaign alone."""
    async with running(inviting_engine(shop.pool)) as engine:
        yield replace(shop, engine=engine, schema=schema_of(engine.registry))


async def invite(shop: Shop, campaign: UUID, *pairs: tuple[UUID, UUID]) -> None:
    """Bind each of the first to each of the second, one after the other."""
    for member, inviter in pairs:
        outcome = await shop.engine.submit(bind(campaign, member, inviter))
        assert outcome.decisions[0].refusal is None
    await shop.engine.drain()


async def test_a_code_is_for_the_member_and_the_shop_alone(shop: Shop) -> None:
    [lin] = await add_members(shop.pool, 1)
    document, shown = OF % "code", {"member": {"code": member_code(lin)}}

    for principal in (as_member(lin), OPERATOR, SERVICE):
        assert await shop.data(principal, document, id=encode_id(MEMBER, lin)) == shown


@pytest.mark.parametrize("field", ["code", "inviter { id }", "invitees { nodes { at } }"])
async def test_whom_a_member_invited_keeps_what_is_theirs(shop: Shop, field: str) -> None:
    old, lin = await add_joined(shop.pool, 0, 1)
    await invite(shop, await add_campaign(shop.pool, "inviting"), (lin, old))
    document = OF % f"invitees {{ nodes {{ member {{ id nickname {field} }} }} }}"

    assert await shop.error_codes(as_member(old), document, id=encode_id(MEMBER, old)) == ["FORBIDDEN"]
    assert await shop.error_codes(OPERATOR, document, id=encode_id(MEMBER, old)) == []


async def test_a_member_binds_by_a_code_and_finds_who_invited_them(shop: Shop) -> None:
    old, lin = await add_joined(shop.pool, 0, 1)
    campaign = await add_campaign(shop.pool, "inviting")

    def scan(inviter: UUID) -> dict[str, str]:
        told = {"campaign": encode_id(CAMPAIGN, campaign), "inviter": member_code(inviter)}
        return {**told, "idempotencyKey": f"scan-of-{inviter}"}

    done = (await shop.data(as_member(lin), BIND, input=scan(old)))["invitingBind"]
    refused = (await shop.data(as_member(lin), BIND, input=scan(lin)))["invitingBind"]
    found = await shop.data(as_member(lin), OF % "inviter { id }", id=encode_id(MEMBER, lin))
    nobody = await shop.data(as_member(old), OF % "inviter { id }", id=encode_id(MEMBER, old))

    assert done["effects"][0] == {"kind": "invite", "inviter": encode_id(MEMBER, old)}
    assert refused["decision"]["refusal"] == {
        "code": "NOT_INVITED",
        "message": "Not invited (self)",
        "missing": {"reason": "self"},
    }
    assert found == {"member": {"inviter": {"id": encode_id(MEMBER, old)}}}
    assert nobody == {"member": {"inviter": None}}


async def test_invitees_are_read_page_by_page_the_latest_first(shop: Shop) -> None:
    old, *others = await add_joined(shop.pool, *range(8))
    campaign = await add_campaign(shop.pool, "inviting")
    await invite(shop, campaign, *((member, old) for member in others))

    seen, after = [], None
    for first in (3, 3, 3):
        data = await shop.data(as_member(old), INVITEES, id=encode_id(MEMBER, old), first=first, after=after)
        page = data["member"]["invitees"]
        seen += [node["member"]["id"] for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]

    assert seen == [encode_id(MEMBER, member) for member in reversed(others)]
    assert page["pageInfo"]["hasNextPage"] is False
    assert page["nodes"][0]["at"] == NOON.isoformat().replace("+00:00", "Z")


async def test_a_page_of_many_invitees_costs_as_many_statements_as_a_page_of_one(shop: Shop, database_url: str) -> None:
    old, *others = await add_joined(shop.pool, *range(61))
    campaign = await add_campaign(shop.pool, "inviting")
    await invite(shop, campaign, *((member, old) for member in others[:30]))
    await invite(shop, campaign, *zip(others[30:], others[:30], strict=True))

    counted = []
    async with counting(database_url) as (pool, statements):
        small = replace(shop, pool=pool)
        for first in (1, 1, 30):
            statements.clear()
            data = await small.data(OPERATOR, TWO_LEVELS, id=encode_id(MEMBER, old), first=first)
            counted.append(len(statements))

    nodes = data["member"]["invitees"]["nodes"]
    assert {node["member"]["inviter"]["id"] for node in nodes} == {encode_id(MEMBER, old)}
    assert [len(node["member"]["invitees"]["nodes"]) for node in nodes] == [1] * 30
    # The first request of a connection also looks up its types.
    assert counted[1] == counted[2]


async def test_an_untouched_campaign_has_not_spread(shop: Shop) -> None:
    campaign = encode_id(CAMPAIGN, await add_campaign(shop.pool, "inviting"))

    spread = (await shop.data(OPERATOR, SPREAD, id=campaign))["campaign"]["spread"]

    nothing = {"members": "0", "inviters": "0", "depth": "0", "firstOrders": "0"}
    assert spread == {**nothing, "coefficient": None, "costs": []}


async def test_how_far_a_campaign_has_spread(shop: Shop) -> None:
    root, lin, wang, zhao, late, other = await add_joined(shop.pool, *range(6))
    ours, theirs = [await add_campaign(shop.pool, "inviting") for _ in range(2)]
    await shop.engine.submit(paid(lin, "before", 100, NOON.replace(year=2025)))
    await invite(shop, ours, (lin, root), (wang, root), (zhao, wang), (late, zhao))
    await invite(shop, theirs, (other, late))
    for member, number in ((wang, "w"), (zhao, "z1"), (zhao, "z2"), (lin, "after"), (root, "r"), (other, "o")):
        await shop.engine.submit(paid(member, number, 100, NOON.replace(hour=9)))
    await shop.engine.submit(refunded(wang, "w", 100, NOON.replace(hour=10)))

    spread = (await shop.data(OPERATOR, SPREAD, id=encode_id(CAMPAIGN, ours)))["campaign"]["spread"]
    small = (await shop.data(OPERATOR, SPREAD, id=encode_id(CAMPAIGN, theirs)))["campaign"]["spread"]

    assert spread == {
        "members": "4",
        "inviters": "3",
        "depth": "3",
        "coefficient": 4 / 3,
        "firstOrders": "2",
        "costs": [{"unit": "points", "given": "4", "perMember": 1.0}],
    }
    assert (small["members"], small["depth"], small["coefficient"], small["firstOrders"]) == ("1", "1", 1.0, "1")


@pytest.mark.parametrize("principal", [SERVICE, as_member(UUID(int=1))], ids=["service", "member"])
async def test_the_spread_is_for_operators(shop: Shop, principal: object) -> None:
    campaign = encode_id(CAMPAIGN, await add_campaign(shop.pool, "inviting"))

    assert await shop.error_codes(principal, SPREAD, id=campaign) == ["FORBIDDEN"]  # type: ignore[arg-type]


async def test_the_board_of_inviters(shop: Shop) -> None:
    old, older, *others = await add_joined(shop.pool, 1, 0, 2, 3, 4)
    campaign = await add_campaign(shop.pool, "inviting")
    await invite(shop, campaign, (others[0], older), (others[1], old), (others[2], older))
    await fold_everything(shop.pool)
    document = """
    { leaderboard(board: "invitees", window: ALL) { board { title kind } entries { nodes { score member { id } } } } }
    """

    board = (await shop.data(OPERATOR, document))["leaderboard"]

    assert board["board"] == {"title": "Members invited", "kind": "BEST"}
    best = [(node["member"]["id"], node["score"]) for node in board["entries"]["nodes"]]
    assert best == [(encode_id(MEMBER, older), "2"), (encode_id(MEMBER, old), "1")]


async def test_the_effect_is_told_in_the_decision_log(shop: Shop) -> None:
    old, lin = await add_joined(shop.pool, 0, 1)
    campaign = await add_campaign(shop.pool, "inviting")
    outcome = await shop.engine.submit(bind(campaign, lin, old))
    document = "query ($id: ID!) { node(id: $id) { ... on Decision { effects { __typename kind } } } }"

    data = await shop.data(as_member(lin), document, id=encode_id(DECISION, outcome.decisions[0].id))

    assert {"__typename": "InviteEffect", "kind": "invite"} in data["node"]["effects"]
