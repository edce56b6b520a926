"""The documents that HTTP tests send, and how they send them."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import httpx

from api.identity import Tokens
from schema import Principal, Role
from schema.ids import CAMPAIGN, encode_id
from siyu.clock import utc_now

# The most that production accepts.
TOKEN_LIFE = timedelta(minutes=15)
CHECK_IN = """
mutation CheckIn($campaign: ID!, $key: String!) {
  checkInSign(input: { campaign: $campaign, idempotencyKey: $key }) {
    decision { id }
    effects { kind ... on GrantEffect { unit amount } }
    participation { id state }
    userErrors { field code }
  }
}
"""
VIEWER = "{ viewer { __typename ... on MemberViewer { member { id } } } }"


def token_of(tokens: Tokens, member_id: UUID, now: datetime | None = None) -> str:
    """A member's token, issued now."""
    return tokens.issue(Principal(Role.MEMBER, member_id=member_id), now or utc_now(), TOKEN_LIFE)


def operator_token(tokens: Tokens) -> str:
    """An operator's token."""
    return tokens.issue(Principal(Role.OPERATOR, subject="lin"), utc_now(), TOKEN_LIFE)


async def ask(client: httpx.AsyncClient, document: str, token: str = "", **variables: object) -> dict[str, Any]:
    """The data of an answer that must have no errors."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    reply = await client.post("/graphql", json={"query": document, "variables": variables}, headers=headers)
    answer: dict[str, Any] = reply.json()
    assert reply.status_code == 200, answer
    assert "errors" not in answer, answer["errors"]
    data: dict[str, Any] = answer["data"]
    return data


async def check_in(client: httpx.AsyncClient, campaign_id: UUID, key: str, token: str = "") -> dict[str, Any]:
    """The payload of a check-in."""
    data = await ask(client, CHECK_IN, token, campaign=encode_id(CAMPAIGN, campaign_id), key=key)
    payload: dict[str, Any] = data["checkInSign"]
    return payload


def points_of(payload: dict[str, Any]) -> list[str]:
    """The points that a check-in's effects grant."""
    return [effect["amount"] for effect in payload["effects"] if effect["kind"] == "grant"]
