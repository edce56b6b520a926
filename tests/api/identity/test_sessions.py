"""Signing in, staying so and being signed out, over HTTP, in GraphQL and by command."""

import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from api.app import build_app
from api.embedded import Servers
from api.identity import Tokens
from api.services import Services, open_services
from api.settings import Settings
from schema import Principal, Role
from schema.ids import MEMBER, encode_id
from siyu.access import Caller, Scope, create_api_key, revoke
from siyu.clock import utc_now
from tests.api.graphql import VIEWER, ask, operator_token
from tests.api.processes import Commands
from tests.databases import Databases
from tests.factories import add_members

QUARTER = timedelta(minutes=15)
NOTHING_LISTENS = "redis://127.0.0.1:1"
START = """
mutation Start($input: SessionStartInput!) {
  sessionStart(input: $input) { session { accessToken accessExpiresAt refreshToken } userErrors { field code } }
}
"""
REFRESH = """
mutation Refresh($held: String!) {
  sessionRefresh(input: { refreshToken: $held }) { session { accessToken refreshToken } userErrors { code } }
}
"""
END = "mutation End($held: String!) { sessionEnd(input: { refreshToken: $held }) { userErrors { code } } }"
REVOKE = "mutation Revoke($member: ID!) { sessionsRevoke(input: { member: $member }) { userErrors { code } } }"


async def service_key(services: Services, *scopes: Scope) -> str:
    """A service's API key."""
    made = await create_api_key(services.pool, "login", scopes, timedelta(days=1), "tests", utc_now())
    return made.text


async def signed_in(http: httpx.AsyncClient, services: Services) -> tuple[UUID, dict[str, Any]]:
    """A member, and the tokens that the login service got for them."""
    [member] = await add_members(services.pool, 1)
    key = await service_key(services, Scope.SESSIONS)
    started = (await ask(http, START, key, input={"member": encode_id(MEMBER, member)}))["sessionStart"]
    assert started["userErrors"] == []
    return member, started["session"]


async def refreshed(http: httpx.AsyncClient, token: str) -> dict[str, Any]:
    """The payload of a refresh."""
    payload: dict[str, Any] = (await ask(http, REFRESH, held=token))["sessionRefresh"]
    return payload


async def status_of(http: httpx.AsyncClient, token: str) -> int:
    """How the server answers the bearer of this token."""
    reply = await http.post("/graphql", json={"query": VIEWER}, headers={"Authorization": f"Bearer {token}"})
    return reply.status_code


async def known_now(services: Services) -> None:
    """What is revoked is known to the process without the five seconds that it may take."""
    await services.credentials._join(services.credentials._seconds())


async def test_a_member_stays_signed_in_by_refreshing(
    http: httpx.AsyncClient, services: Services, tokens: Tokens
) -> None:
    member, session = await signed_in(http, services)
    again = (await refreshed(http, session["refreshToken"]))["session"]

    for token in (session["accessToken"], again["accessToken"]):
        seen = (await ask(http, VIEWER, token))["viewer"]
        assert seen["member"]["id"] == encode_id(MEMBER, member)
        verified = tokens.verify(token, utc_now())
        assert timedelta(0) < verified.expires_at - verified.issued_at <= QUARTER


async def test_a_stolen_refresh_token_ends_the_session_for_thief_and_member(
    http: httpx.AsyncClient, services: Services
) -> None:
    _, session = await signed_in(http, services)
    again = (await refreshed(http, session["refreshToken"]))["session"]

    for token in (session["refreshToken"], again["refreshToken"], "nobody's"):
        assert await refreshed(http, token) == {"session": None, "userErrors": [{"code": "SESSION_ENDED"}]}
    await known_now(services)
    assert await status_of(http, again["accessToken"]) == 401


async def test_who_signs_out_is_out(http: httpx.AsyncClient, services: Services) -> None:
    _, session = await signed_in(http, services)

    assert await ask(http, END, held=session["refreshToken"]) == {"sessionEnd": {"userErrors": []}}
    await known_now(services)

    assert await status_of(http, session["accessToken"]) == 401
    assert (await refreshed(http, session["refreshToken"]))["session"] is None


async def test_an_operator_signs_a_member_out_everywhere_who_may_sign_in_again(
    http: httpx.AsyncClient, services: Services, tokens: Tokens
) -> None:
    member, session = await signed_in(http, services)
    own = tokens.issue(Principal(Role.MEMBER, member_id=member), utc_now(), QUARTER)
    assert await status_of(http, own) == 200

    asked = await ask(http, REVOKE, operator_token(tokens), member=encode_id(MEMBER, member))
    nobody = await ask(http, REVOKE, operator_token(tokens), member="nobody")
    await known_now(services)

    assert asked["sessionsRevoke"]["userErrors"] == []
    assert nobody["sessionsRevoke"]["userErrors"] == [{"code": "NOT_FOUND"}]
    assert [await status_of(http, token) for token in (own, session["accessToken"])] == [401, 401]
    assert await status_of(http, tokens.issue(Principal(Role.MEMBER, member_id=member), utc_now(), QUARTER)) == 200


async def test_who_signs_in_is_a_member_or_becomes_one(http: httpx.AsyncClient, services: Services) -> None:
    key = await service_key(services, Scope.SESSIONS)
    identity = {"identity": {"kind": "openid", "value": "o-1"}}

    first, second = [(await ask(http, START, key, input=identity))["sessionStart"]["session"] for _ in range(2)]
    viewers = [await ask(http, VIEWER, session["accessToken"]) for session in (first, second)]

    assert viewers[0] == viewers[1]
    for wrong, code in (({}, "INVALID_INPUT"), ({"member": "nobody"}, "NOT_FOUND")):
        payload = (await ask(http, START, key, input=wrong))["sessionStart"]
        assert [error["code"] for error in payload["userErrors"]] == [code]


async def test_a_key_is_good_for_its_scopes_alone(http: httpx.AsyncClient, services: Services) -> None:
    key = await service_key(services, Scope.MEMBERS_READ)

    async def codes(document: str, **variables: object) -> list[str]:
        headers = {"Authorization": f"Bearer {key}"}
        reply = await http.post("/graphql", json={"query": document, "variables": variables}, headers=headers)
        return [error["extensions"]["code"] for error in reply.json().get("errors", ())]

    assert await ask(http, "{ viewer { ... on ServiceViewer { name } } }", key) == {"viewer": {"name": "login"}}
    assert await codes("{ members { nodes { id } } }") == []
    assert await codes(START, input={}) == ["FORBIDDEN"]
    assert await codes("{ refundRequests { nodes { id } } }") == ["FORBIDDEN"]


async def test_revocations_hold_without_redis(
    settings: Settings, databases: Databases, servers: Servers, tokens: Tokens
) -> None:
    lin = tokens.issue(Principal(Role.OPERATOR, subject="lin"), utc_now(), QUARTER)
    async with databases.fresh() as url, open_services(settings, Servers(url, NOTHING_LISTENS)) as services:
        await revoke(services.pool, Caller("operator", name="lin"), utc_now())
        transport = httpx.ASGITransport(build_app(services))
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as http:
            assert await status_of(http, lin) == 401


async def test_without_a_database_nobody_is_let_in(settings: Settings, databases: Databases, tokens: Tokens) -> None:
    async with databases.fresh() as url, open_services(settings, Servers(url, NOTHING_LISTENS)) as services:
        transport = httpx.ASGITransport(build_app(services))
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as http:
            await services.pool.close()
            headers = {"Authorization": f"Bearer {operator_token(tokens)}"}
            reply = await http.post("/graphql", json={"query": VIEWER}, headers=headers)

    assert reply.status_code == 503
    assert reply.json()["errors"][0]["extensions"]["code"] == "UNAVAILABLE"
    assert reply.json()["errors"][0]["extensions"]["retryable"] is True


@pytest.mark.prove
async def test_processes_know_of_a_revocation_within_five_seconds(commands: Commands, tokens: Tokens) -> None:
    """Two servers, and commands that make, revoke and rotate beside them; nobody is started again."""
    async with commands.serving("--no-worker") as one, commands.serving("--no-worker") as two:
        started = json.loads((await commands.run("session", "start", "--name", "lin")).out)
        key = (await commands.run("api-key", "create", "--name", "till", "--scope", "facts")).out.strip()
        await commands.run("keys", "rotate")
        clients = [server.client() for server in (one, two)]
        secrets = (started["accessToken"], key, operator_token(tokens))
        assert [await status_of(client, secret) for client in clients for secret in secrets] == [200] * 6
        again = (await refreshed(clients[1], started["refreshToken"]))["session"]
        assert await status_of(clients[0], again["accessToken"]) == 200

        listed = json.loads((await commands.run("api-key", "list", "--json")).out)["apiKeys"]
        assert (await commands.run("api-key", "revoke", listed[0]["prefix"])).code == 0
        assert (await commands.run("session", "revoke", "--name", "lin")).code == 0
        revoked_at, ends = utc_now(), [again["accessToken"], key]
        while [await status_of(client, secret) for client in clients for secret in ends] != [401] * 4:
            assert utc_now() - revoked_at < timedelta(seconds=6)
        assert (await refreshed(clients[0], again["refreshToken"]))["session"] is None
        for client in clients:
            await client.aclose()
