"""Who may ask for what beyond the matrix (test_permission_matrix.py), and what members see of each other."""

from types import SimpleNamespace
from typing import cast

import pytest
import strawberry
from graphql import GraphQLObjectType
from strawberry.permission import BasePermission, PermissionExtension

from api.executor.resolvers import strawberry_field
from api.services import PLUGINS_FOLDER
from schema import ANONYMOUS, ApiError, Principal, Role
from schema.ids import CAMPAIGN, DECISION, MEMBER, PARTICIPATION, WALLET, encode_id
from siyu.access import Scope
from siyu.boards import fold_everything
from siyu.campaigns import load_registry
from siyu.ids import new_id
from tests.factories import add_campaign, add_members, sign
from tests.schema.conftest import NOON, OPERATOR, SERVICE, Shop, as_member, schema_of

MEMBERS_TRACES = """
SELECT (SELECT id FROM participation) AS participation, (SELECT id FROM decision) AS decision
"""


async def test_a_stranger_may_read_the_schema_and_nothing_else(shop: Shop) -> None:
    assert await shop.error_codes(ANONYMOUS, "{ __typename __schema { queryType { name } } }") == []


async def test_the_viewer_is_who_calls(shop: Shop) -> None:
    [member] = await add_members(shop.pool, 1)
    document = """
    { viewer { __typename
      ... on MemberViewer { member { id } }
      ... on OperatorViewer { operator: name roles }
      ... on ServiceViewer { name }
    } }
    """

    async def viewer(principal: Principal) -> object:
        return (await shop.data(principal, document))["viewer"]

    assert await viewer(as_member(member)) == {
        "__typename": "MemberViewer",
        "member": {"id": encode_id(MEMBER, member)},
    }
    assert await viewer(OPERATOR) == {"__typename": "OperatorViewer", "operator": "lin", "roles": ["operator"]}
    assert await viewer(SERVICE) == {"__typename": "ServiceViewer", "name": "till"}


async def test_node_finds_each_type_for_those_who_may_see_it_alone(shop: Shop) -> None:
    member, stranger = await add_members(shop.pool, 2)
    campaign = await add_campaign(shop.pool, "check_in")
    await shop.engine.submit(sign(campaign, member, NOON))
    traces = await shop.pool.fetchrow(MEMBERS_TRACES)
    assert traces is not None
    nodes = {
        encode_id(MEMBER, member): "Member",
        encode_id(WALLET, f"{member}/points"): "Wallet",
        encode_id(PARTICIPATION, traces["participation"]): "CheckInParticipation",
        encode_id(DECISION, traces["decision"]): "Decision",
    }
    document = "query ($id: ID!) { node(id: $id) { __typename id } }"

    for node, type_name in nodes.items():
        for principal in (as_member(member), OPERATOR, SERVICE):
            assert (await shop.data(principal, document, id=node))["node"] == {"__typename": type_name, "id": node}
        assert (await shop.data(as_member(stranger), document, id=node))["node"] is None


async def test_what_is_an_operators_of_a_campaign_nobody_else_sees(shop: Shop) -> None:
    [member] = await add_members(shop.pool, 1)
    campaign = encode_id(CAMPAIGN, await add_campaign(shop.pool, "check_in"))
    hidden = (
        "config",
        "problem",
        "problemAt",
        "terms { lane }",
        "revisions { nodes { name } }",
        "results { decisions }",
    )

    for field in hidden:
        document = f'{{ node(id: "{campaign}") {{ ... on Campaign {{ {field} }} }} }}'
        for principal, codes in ((as_member(member), ["FORBIDDEN"]), (SERVICE, ["FORBIDDEN"]), (OPERATOR, [])):
            assert await shop.error_codes(principal, document) == codes, field


@pytest.mark.parametrize(
    "bad",
    [
        "",
        "no id",
        "ä",
        "=" * 300,
        encode_id("Nothing", new_id()),
        encode_id(MEMBER, "1"),
        encode_id(MEMBER, str(new_id()).upper()),
        encode_id(WALLET, f"{new_id()}/points"),
        encode_id(WALLET, f"{new_id()}/gold"),
        encode_id(WALLET, "points"),
        encode_id(DECISION, new_id()),
        encode_id(PARTICIPATION, "{}"),
        encode_id(CAMPAIGN, "\0"),
    ],
    ids=range(13),
)
async def test_what_is_no_id_is_an_object_that_does_not_exist(shop: Shop, bad: str) -> None:
    document = "query ($id: ID!) { node(id: $id) { id } member(id: $id) { id } campaign(id: $id) { id } }"

    assert await shop.data(OPERATOR, document, id=bad) == {"node": None, "member": None, "campaign": None}


async def test_members_see_of_each_other_what_a_board_shows(shop: Shop) -> None:
    member, other = await add_members(shop.pool, 2)
    await shop.engine.submit(sign(await add_campaign(shop.pool, "check_in"), other, NOON))
    await fold_everything(shop.pool)
    document = 'query {{ leaderboard(board: "points", window: ALL) {{ entries {{ nodes {{ member {{ {} }} }} }} }} }}'
    hidden = ("joinedAt", "wallets { id }", "wallet(unit: POINTS) { id }", "participations { nodes { id } }")

    shown = await shop.data(as_member(member), document.format("id nickname avatarUrl"))

    assert shown["leaderboard"]["entries"]["nodes"][0]["member"]["id"] == encode_id(MEMBER, other)
    for field in hidden:
        assert await shop.error_codes(as_member(member), document.format(field)) == ["FORBIDDEN"], field
        assert await shop.error_codes(as_member(other), document.format(field)) == [], field


async def test_members_find_themselves_alone(shop: Shop) -> None:
    member, stranger = await add_members(shop.pool, 2)
    await shop.pool.execute("INSERT INTO identity VALUES ($1, 'shop', '17', $2)", new_id(), member)
    campaign = await add_campaign(shop.pool, "check_in")
    await shop.engine.submit(sign(campaign, member, NOON))
    document = """
    query ($id: ID!, $campaign: ID!) {
      member(id: $id) { id }
      known: member(identity: {kind: "shop", value: "17"}) { id }
      participation(campaign: $campaign, member: $id) { member { id } }
    }
    """
    found = {"id": encode_id(MEMBER, member)}
    asked = {"id": found["id"], "campaign": encode_id(CAMPAIGN, campaign)}

    for principal in (as_member(member), OPERATOR, SERVICE):
        data = await shop.data(principal, document, **asked)
        assert data == {"member": found, "known": found, "participation": {"member": found}}
    nobody = 'query { member(identity: {kind: "\\u0000", value: "17"}) { id } }'
    assert await shop.data(OPERATOR, nobody) == {"member": None}
    hidden = await shop.data(as_member(stranger), document, **asked)
    assert hidden == {"member": None, "known": None, "participation": None}


def permissions() -> dict[type[BasePermission], BasePermission]:
    """Those that fields of the schema have, one of each class."""
    schema = schema_of(load_registry(PLUGINS_FOLDER))._schema
    objects = [each for each in schema.type_map.values() if isinstance(each, GraphQLObjectType)]
    found = [strawberry_field(each) for type_ in objects for each in type_.fields.values()]
    fields = [each for each in found if each is not None]
    extensions = [each for field in fields for each in field.extensions if isinstance(each, PermissionExtension)]
    return {type(each): each for extension in extensions for each in extension.permissions}


def passes(permission: BasePermission, source: object, info: strawberry.Info) -> bool:
    """Whether the permission lets the caller see something of the object."""
    try:
        return permission.has_permission(source, info) is True
    except ApiError:
        return False


def test_who_is_let_see_all_objects_at_once_is_let_see_each() -> None:
    # A stranger's object: nobody sees it for being the stranger.
    strangers, member = SimpleNamespace(row=SimpleNamespace(id=new_id())), as_member(new_id())
    keys = [
        Principal(Role.SERVICE, subject="till", scopes=frozenset(scopes)) for scopes in ((), *zip(Scope), tuple(Scope))
    ]
    staff = [Principal(role, subject="lin") for role in Role if role not in {Role.ANONYMOUS, Role.MEMBER}]
    found = permissions()

    assert len(found) > 10
    for permission in found.values():
        for principal in (ANONYMOUS, member, *staff, *keys):
            info = cast("strawberry.Info", SimpleNamespace(context=SimpleNamespace(principal=principal)))
            at_once = permission.lets_all_pass(info)  # type: ignore[attr-defined]  # the schema's own have it
            assert at_once == passes(permission, strangers, info), (permission, principal)
