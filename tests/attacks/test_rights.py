"""Rights that a request takes for itself (rows 20 to 22 and 27 of the attack table): it does not get them."""

import base64
import json
from typing import Any

import httpx
import pytest

from api.identity import Tokens
from api.services import Services
from schema.ids import MEMBER, encode_id
from siyu.ids import new_id
from tests.api.graphql import token_of
from tests.factories import add_members

# What the shop decides and no member; each would be a field of the member's own change.
DECIDED_BY_THE_SHOP = ("balance", "code", "groups", "joinedAt", "role", "tags", "tier", "walletsFrozen")
CHANGE = "mutation ($input: MemberUpdateInput!) { memberUpdate(input: $input) { member { id } userErrors { code } } }"
OF_STAFF = [
    "{ members { nodes { id } } }",
    "{ apiKeys { nodes { name } } }",
    "{ payouts { nodes { id } } }",
    'mutation { sessionsRevoke(input: { member: "x" }) { userErrors { code } } }',
    'mutation { unitCreate(input: { key: "GEMS", titleZh: "x", titleEn: "x" }) { userErrors { code } } }',
]


async def asked(http: httpx.AsyncClient, bearer: str, document: str, **variables: object) -> tuple[int, Any]:
    """The status and the answer."""
    body = {"query": document, "variables": variables}
    reply = await http.post("/graphql", json=body, headers={"Authorization": f"Bearer {bearer}"})
    return reply.status_code, reply.json()


async def test_another_members_object_is_none(http: httpx.AsyncClient, services: Services, tokens: Tokens) -> None:
    member, other = await add_members(services.pool, 2)
    document = "query ($id: ID!) { member(id: $id) { wallets { balance } } node(id: $id) { id } }"

    answers = [
        await asked(http, token_of(tokens, member), document, id=encode_id(MEMBER, who)) for who in (other, new_id())
    ]

    assert answers[0] == answers[1]
    assert answers[0][1]["data"] == {"member": None, "node": None}


@pytest.mark.parametrize("document", OF_STAFF, ids=range(len(OF_STAFF)))
async def test_a_field_of_staff_is_refused(
    http: httpx.AsyncClient, services: Services, tokens: Tokens, document: str
) -> None:
    [member] = await add_members(services.pool, 1)
    status, answer = await asked(http, token_of(tokens, member), document)

    assert (status, [error["extensions"]["code"] for error in answer["errors"]]) == (200, ["FORBIDDEN"])


@pytest.mark.parametrize("name", DECIDED_BY_THE_SHOP)
async def test_what_the_shop_decides_cannot_be_sent_along(
    http: httpx.AsyncClient, services: Services, tokens: Tokens, name: str
) -> None:
    [member] = await add_members(services.pool, 1)
    given = {"member": encode_id(MEMBER, member), "nickname": "Lin", name: "1"}
    _, answer = await asked(http, token_of(tokens, member), CHANGE, input=given)

    # There is no such field, or it is for staff.
    assert answer["errors"][0]["extensions"]["code"] in {"INVALID_REQUEST", "FORBIDDEN"}
    assert await services.pool.fetchval("SELECT nickname FROM member WHERE id = $1", member) is None


def forged(token: str, **header: object) -> str:
    """The token with another header, its signature and claims as they were."""
    encoded = base64.urlsafe_b64encode(json.dumps(header).encode()).rstrip(b"=").decode()
    return ".".join([encoded, *token.split(".")[1:]])


@pytest.mark.parametrize(
    "header",
    [
        {"alg": "none"},
        {"alg": "HS256"},
        {"alg": "EdDSA", "kid": "../../etc/passwd"},
        {"alg": "EdDSA", "jku": "https://x"},
    ],
    ids=["none", "key confusion", "traversal", "key of the token's own"],
)
async def test_a_forged_token_is_none(
    http: httpx.AsyncClient, services: Services, tokens: Tokens, header: dict[str, str]
) -> None:
    [member] = await add_members(services.pool, 1)
    token = forged(token_of(tokens, member), typ="at+jwt", **header)
    unsigned = token.rpartition(".")[0] + "."

    for each in (token, unsigned):
        status, answer = await asked(http, each, "{ __typename }")
        assert (status, answer["errors"][0]["extensions"]["code"]) == (401, "UNAUTHENTICATED")
