"""Other systems (rows 24 to 26, 28 and 35 of the attack table): who reports facts, who signs members in, who is called.

siyu takes no webhooks: partners call GraphQL with an API key. It sends none and calls nobody. WeChat's codes and
session keys stay with the shop's login service.
"""

import re
from datetime import timedelta
from typing import Any

import httpx

from api.identity import Tokens
from api.services import Services
from siyu.access import Scope, create_api_key
from siyu.clock import utc_now
from siyu.ids import new_id
from tests.api.graphql import ask, operator_token, token_of
from tests.attacks.table import ROOT
from tests.factories import add_campaign, add_members, points_of

SUBMIT = """
mutation Submit($input: FactSubmitInput!) {
  factSubmit(input: $input) { decisions { effects { kind } } userErrors { code } }
}
"""
START = """
mutation Start($kind: String!) {
  sessionStart(input: { identity: { kind: $kind, value: "oX-1" } }) { session { accessToken } userErrors { code } }
}
"""
ME = "{ viewer { ... on MemberViewer { member { id } } } }"
IMPORT = re.compile(r"^ *(?:import|from) ([\w.]+)", re.MULTILINE)
ROOMS = ("api", "schema", "siyu", "plugins")
# Whoever imports one of these calls somebody.
CALLING = {"aiohttp", "ftplib", "http", "httpx", "pycurl", "requests", "smtplib", "urllib3", "websockets"}
# The explorer's files are fetched by npm when siyu is installed; the database and Redis have clients of their own.
SOCKETS = {"api/embedded/daemon.py", "api/embedded/valkey.py", "api/metrics_port.py", "api/server.py"}
LOGIN_SECRETS = re.compile(r"session_?key|encrypted_?data|js_?code|\biv\b|app_?secret", re.IGNORECASE)


async def key_of(services: Services, *scopes: Scope) -> str:
    """An API key of a partner's."""
    return (await create_api_key(services.pool, "till", scopes, timedelta(days=1), "lin", utc_now())).text


def order(member: str, amount_fen: int, key: str, type_: str = "order.paid") -> dict[str, Any]:
    """A fact that a partner reports."""
    data = {"order": "F-1", "amount_fen": amount_fen}
    identity = {"kind": "shop", "value": member}
    return {
        "type": type_,
        "identity": identity,
        "occurredAt": "2026-11-21T04:00:00Z",
        "data": data,
        "idempotencyKey": key,
    }


async def codes_of(http: httpx.AsyncClient, bearer: str, given: dict[str, Any]) -> list[str]:
    """What comes of a report: codes of errors, else of userErrors."""
    headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}
    answer = (
        await http.post("/graphql", json={"query": SUBMIT, "variables": {"input": given}}, headers=headers)
    ).json()
    if "errors" in answer:
        return [error["extensions"]["code"] for error in answer["errors"]]
    return [error["code"] for error in answer["data"]["factSubmit"]["userErrors"]]


async def test_a_forged_report_enters_nothing(http: httpx.AsyncClient, services: Services, tokens: Tokens) -> None:
    key = await key_of(services, Scope.FACTS)
    others = await key_of(services, Scope.MEMBERS_READ)
    [member] = await add_members(services.pool, 1)
    forged = ["", key[:-1] + ("A" if key[-1] != "A" else "B"), others, token_of(tokens, member)]

    before = await services.pool.fetchval("SELECT count(*) FROM fact")
    codes = [await codes_of(http, bearer, order("forged", 100, "forged-report")) for bearer in forged]

    assert codes == [["UNAUTHENTICATED"], ["UNAUTHENTICATED"], ["FORBIDDEN"], ["FORBIDDEN"]]
    assert await services.pool.fetchval("SELECT count(*) FROM fact") == before


async def test_a_report_counts_once_and_cannot_be_changed_or_come_too_early(
    http: httpx.AsyncClient, services: Services
) -> None:
    key, [member] = await key_of(services, Scope.FACTS), await add_members(services.pool, 1)
    await services.pool.execute("INSERT INTO identity VALUES ($1, 'shop', 'replayed', $2)", new_id(), member)
    await add_campaign(services.pool, "purchase")

    early = await codes_of(http, key, order("replayed", 10_000, "early-refund", "order.refunded"))
    reports = [await codes_of(http, key, order("replayed", 10_000, "replayed-report")) for _ in range(3)]
    tampered = await codes_of(http, key, order("replayed", 99_000, "replayed-report"))

    assert early == ["ORDER_NOT_FOUND"]
    assert reports == [[], [], []]
    assert tampered == ["IDEMPOTENCY_CONFLICT"]
    assert await points_of(services.pool, member) == 100


async def test_a_login_service_alone_signs_members_in(
    http: httpx.AsyncClient, services: Services, tokens: Tokens
) -> None:
    [member] = await add_members(services.pool, 1)
    bearers = ["", token_of(tokens, member), operator_token(tokens), await key_of(services, Scope.FACTS)]
    for bearer in bearers:
        headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}
        body = {"query": START, "variables": {"kind": "wx_openid"}}
        [error] = (await http.post("/graphql", json=body, headers=headers)).json()["errors"]
        assert error["extensions"]["code"] in {"UNAUTHENTICATED", "FORBIDDEN"}


async def test_the_same_openid_of_another_app_is_another_member(http: httpx.AsyncClient, services: Services) -> None:
    key = await key_of(services, Scope.SESSIONS)

    async def member_of(kind: str) -> str:
        session = (await ask(http, START, key, kind=kind))["sessionStart"]["session"]
        found: str = (await ask(http, ME, session["accessToken"]))["viewer"]["member"]["id"]
        return found

    first, again, other = [await member_of(kind) for kind in ("wx_app_a", "wx_app_a", "wx_app_b")]

    assert first == again != other


def test_nothing_that_wechat_keeps_secret_is_asked_for() -> None:
    assert not LOGIN_SECRETS.search((ROOT / "schema" / "schema.graphql").read_text(encoding="utf-8"))


def test_the_server_calls_nobody() -> None:
    files = [path for room in ROOMS for path in (ROOT / room).rglob("*.py")]
    found = [(path.relative_to(ROOT).as_posix(), name) for path in files for name in IMPORT.findall(path.read_text())]

    assert [(file, name) for file, name in found if name.split(".")[0] in CALLING or name == "urllib.request"] == []
    assert {file for file, name in found if name == "socket"} == SOCKETS
