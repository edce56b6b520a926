"""API keys, made, listed and revoked by admins."""

import pytest

from schema import Principal, Role
from siyu.access import KnownCredentials
from tests.schema.conftest import NOON, Shop

ADMIN = Principal(Role.ADMIN, subject="mei")
CREATE = """
mutation Create($input: ApiKeyCreateInput!) {
  apiKeyCreate(input: $input) {
    apiKey { prefix name scopes createdBy createdAt expiresAt revokedAt lastUsedAt }
    secret
    userErrors { field code }
  }
}
"""
LIST = """
query List($after: String) {
  apiKeys(first: 2, after: $after) { nodes { name revokedAt } pageInfo { hasNextPage endCursor } }
}
"""
REVOKE = """
mutation Revoke($prefix: String!) {
  apiKeyRevoke(input: { prefix: $prefix }) { apiKey { revokedAt } userErrors { code } }
}
"""


async def test_an_admin_makes_lists_and_revokes_keys(shop: Shop) -> None:
    names = ["till", "login", "crm"]
    made = [
        (await shop.data(ADMIN, CREATE, input={"name": name, "scopes": ["MEMBERS_READ", "FACTS"], "days": 1}))
        for name in names
    ]
    key = made[0]["apiKeyCreate"]["apiKey"]

    assert key == {
        "prefix": key["prefix"],
        "name": "till",
        "scopes": ["FACTS", "MEMBERS_READ"],
        "createdBy": "mei",
        "createdAt": "2026-11-21T04:00:00Z",
        "expiresAt": "2026-11-22T04:00:00Z",
        "revokedAt": None,
        "lastUsedAt": None,
    }
    live = await KnownCredentials(shop.pool, lambda: NOON).key(made[0]["apiKeyCreate"]["secret"], NOON)
    assert live is not None
    assert live.name == "till"

    revoked = await shop.data(ADMIN, REVOKE, prefix=key["prefix"])
    assert revoked["apiKeyRevoke"] == {"apiKey": {"revokedAt": "2026-11-21T04:00:00Z"}, "userErrors": []}
    first = (await shop.data(ADMIN, LIST))["apiKeys"]
    second = (await shop.data(ADMIN, LIST, after=first["pageInfo"]["endCursor"]))["apiKeys"]
    assert [node["name"] for page in (first, second) for node in page["nodes"]] == names[::-1]
    assert second["nodes"] == [{"name": "till", "revokedAt": "2026-11-21T04:00:00Z"}]
    assert (first["pageInfo"]["hasNextPage"], second["pageInfo"]["hasNextPage"]) == (True, False)


@pytest.mark.parametrize(
    ("change", "field"),
    [({"name": ""}, "name"), ({"name": "x" * 61}, "name"), ({"scopes": []}, "scopes"), ({"days": 0}, "days")]
    + [({"days": days}, "days") for days in (-1, 367, 2**31 - 1)],
    ids=range(7),
)
async def test_what_no_key_can_be_is_told(shop: Shop, change: dict[str, object], field: str) -> None:
    data = await shop.data(ADMIN, CREATE, input={"name": "till", "scopes": ["FACTS"]} | change)

    errors = data["apiKeyCreate"]["userErrors"]
    assert errors == [{"field": ["input", field], "code": "INVALID_INPUT"}]
    assert data["apiKeyCreate"]["secret"] is None


@pytest.mark.parametrize("prefix", ["", "x", "\0", "x" * 1_000], ids=range(4))
async def test_a_key_that_is_not_there_cannot_be_revoked(shop: Shop, prefix: str) -> None:
    data = await shop.data(ADMIN, REVOKE, prefix=prefix)

    assert data["apiKeyRevoke"] == {"apiKey": None, "userErrors": [{"code": "NOT_FOUND"}]}
