"""Requests that are none of a front end's (rows 4, 7, 11, 13 to 16, 18 and 37 of the attack table)."""

import json
import logging
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from api.identity import Tokens
from api.services import Services
from schema import ErrorCode
from tests.api.applications import application
from tests.api.graphql import operator_token

ASK = {"query": "{ __typename }"}
JSON = {"Content-Type": "application/json"}
FOREIGN, OWN = "https://evil.example", "https://shop.example"
INTROSPECTING = [
    "{ __schema { types { name } } }",
    '{ a: __type(name: "Member") { name } }',
    "{ ...F } fragment F on Query { __schema { queryType { name } } }",
]
GUESSING = [
    "{ memberss { id } }",
    "{ members(firs: 1) { nodes { id } } }",
    "{ viewer { ... on MemberVieww { member { id } } } }",
    "query ($a: CampaignFilterr) { campaigns(filter: $a) { nodes { id } } }",
    "{ members(orderBy: JOINED_AT_AS) { nodes { id } } }",
    "mutation { campaignCreat { userErrors { code } } }",
    "{ viewer { member { id } } }",
    "{ __typename @skipp(if: true) }",
]
SECRETS = ("Traceback", "SELECT", "asyncpg", "/siyu/", ".py", "nowhere", "postgres")


def codes(reply: httpx.Response) -> list[str]:
    """The codes of an answer's errors, all of the closed list."""
    found = [error["extensions"]["code"] for error in reply.json()["errors"]]
    assert set(found) <= {code.value for code in ErrorCode}
    return found


@pytest.fixture(scope="module")
async def shut(services: Services) -> AsyncIterator[httpx.AsyncClient]:
    """The application as it is in production, with one page of another origin that may call."""
    async with application(services, environment="production", cors_origins=OWN) as client:
        yield client


async def test_an_array_of_operations_is_refused(http: httpx.AsyncClient) -> None:
    reply = await http.post("/graphql", json=[ASK] * 50)

    assert (reply.status_code, codes(reply)) == (400, ["NO_BATCHING"])


async def test_eight_megabytes_are_refused_after_the_first_128_kilobytes(http: httpx.AsyncClient) -> None:
    sent = 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(8 * 1024):
            sent += 1024
            yield b" " * 1024

    reply = await http.post("/graphql", content=body(), headers=JSON)

    assert (reply.status_code, codes(reply)) == (413, ["BODY_TOO_LARGE"])
    assert sent <= 129 * 1024


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000,
        b'{"query": "{ __typename }", "variables": ' + b'{"a": ' * 33 + b"1" + b"}" * 34,
        b'{"query": "{ __typename }", "variables": {"a": NaN}}',
        b'{"query": "{ __typename }", "variables": {"a": -Infinity}}',
        b'{"query": "{ __typename }", "variables": {"a": 1e400}}',
        b'{"query": "{ __typename }", "variables": {"a": 1, "a": 2}}',
        b'{"query": "{ __typename }", "variables": {"a": "\\ud800"}}',
    ],
    ids=["brackets", "depth", "nan", "infinity", "overflow", "twice", "surrogate"],
)
async def test_json_that_reads_differently_elsewhere_is_refused(http: httpx.AsyncClient, body: bytes) -> None:
    reply = await http.post("/graphql", content=body, headers=JSON)

    assert (reply.status_code, codes(reply)) == (400, ["INVALID_JSON"])


@pytest.mark.parametrize("document", INTROSPECTING)
async def test_strangers_cannot_introspect_in_production(
    shut: httpx.AsyncClient, http: httpx.AsyncClient, tokens: Tokens, document: str
) -> None:
    stranger = await shut.post("/graphql", json={"query": document})
    headers = {"Authorization": f"Bearer {operator_token(tokens)}"}
    operator = await shut.post("/graphql", json={"query": document}, headers=headers)
    developer = await http.post("/graphql", json={"query": document})

    assert codes(stranger) == ["DOCUMENT_REFUSED"]
    assert stranger.json()["errors"][0]["extensions"]["limit"] == "introspection"
    assert "errors" not in operator.json()
    assert "errors" not in developer.json()


@pytest.mark.parametrize("document", GUESSING)
async def test_strangers_are_not_helped_to_guess_in_production(
    shut: httpx.AsyncClient, tokens: Tokens, document: str
) -> None:
    variables = {"a": {"stat": ["RUNNING"]}}
    stranger = await shut.post("/graphql", json={"query": document, "variables": variables})

    assert set(codes(stranger)) == {"INVALID_REQUEST"}
    assert "Did you mean" not in stranger.text


async def test_strangers_are_not_helped_with_variables_either(shut: httpx.AsyncClient) -> None:
    selections = "campaigns(filter: $a) { nodes { id } } members(orderBy: $o) { nodes { id } }"
    document = f"query ($a: CampaignFilter, $o: MemberOrder) {{ {selections} }}"
    for variables in ({"a": {"stat": []}}, {"a": {"state": ["RUNING"]}}, {"o": "JOINED_AT_AS"}):
        stranger = await shut.post("/graphql", json={"query": document, "variables": variables})

        assert codes(stranger) == ["INVALID_REQUEST"]
        assert "Did you mean" not in stranger.text


async def test_there_is_no_explorer_in_production(shut: httpx.AsyncClient) -> None:
    browser = {"Accept": "text/html"}

    assert (await shut.get("/graphql", headers=browser)).status_code == 405
    assert (await shut.get("/", headers=browser)).status_code == 404
    assert (await shut.get("/explorer/explorer.js", headers=browser)).status_code == 404


@pytest.mark.parametrize("document", ["{ __typename }", "mutation { __typename }"])
async def test_nothing_is_run_by_get(shut: httpx.AsyncClient, document: str) -> None:
    reply = await shut.get("/graphql", params={"query": document}, headers={"Accept": "application/json"})

    assert (reply.status_code, reply.headers["allow"], codes(reply)) == (405, "POST", ["METHOD_NOT_ALLOWED"])


@pytest.mark.parametrize(
    "content_type",
    ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/jsonfoo"],
)
async def test_a_form_of_another_page_is_no_request(shut: httpx.AsyncClient, content_type: str) -> None:
    reply = await shut.post("/graphql", content=json.dumps(ASK), headers={"Content-Type": content_type})

    assert (reply.status_code, codes(reply)) == (415, ["UNSUPPORTED_MEDIA_TYPE"])


@pytest.mark.parametrize("origin", [FOREIGN, "null", f"{OWN}.evil.example", "http://shop.example"])
async def test_a_foreign_page_reads_nothing(shut: httpx.AsyncClient, origin: str) -> None:
    asking = {
        "Origin": origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type",
    }
    answers = [
        await shut.post("/graphql", json=ASK, headers={"Origin": origin}),
        await shut.options("/graphql", headers=asking),
    ]

    assert all("access-control-allow-origin" not in answer.headers for answer in answers)
    assert answers[1].status_code == 400


async def test_a_page_of_the_list_may_call_without_credentials(shut: httpx.AsyncClient) -> None:
    asking = {
        "Origin": OWN,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization, content-type",
    }
    preflight = await shut.options("/graphql", headers=asking)
    reply = await shut.post("/graphql", json=ASK, headers={"Origin": OWN})

    assert preflight.status_code == 200
    assert preflight.headers["access-control-allow-origin"] == reply.headers["access-control-allow-origin"] == OWN
    assert "access-control-allow-credentials" not in preflight.headers


async def test_by_default_no_page_may(http: httpx.AsyncClient) -> None:
    reply = await http.post("/graphql", json=ASK, headers={"Origin": OWN})

    assert not [name for name in reply.headers if name.startswith("access-control-")]


async def test_what_nobody_foresaw_shows_a_number_alone(
    shut: httpx.AsyncClient,
    services: Services,
    tokens: Tokens,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def fail(*_: object) -> None:
        await services.pool.execute("SELECT secret FROM nowhere")

    headers = {"Authorization": f"Bearer {operator_token(tokens)}"}
    monkeypatch.setattr("schema.member_lists.member_page", fail)
    monkeypatch.setattr("api.http.status_of", lambda *_: 1 // 0)
    with caplog.at_level(logging.ERROR):
        replies = [await shut.post("/graphql", json={"query": "{ members { nodes { id } } }"}, headers=headers)]
        monkeypatch.undo()
        monkeypatch.setattr("schema.member_lists.member_page", fail)
        replies.append(await shut.post("/graphql", json={"query": "{ members { nodes { id } } }"}, headers=headers))

    for reply, status in zip(replies, (500, 200), strict=True):
        [error] = reply.json()["errors"]
        assert (reply.status_code, error["message"], codes(reply)) == (status, "internal error", ["INTERNAL"])
        assert error["extensions"]["requestId"] == reply.headers["x-request-id"]
        assert error["extensions"]["requestId"] in caplog.text
        assert not [secret for secret in SECRETS if secret in reply.text]


async def test_every_answer_is_kept_by_nobody_and_is_nothing_but_data(shut: httpx.AsyncClient, tokens: Tokens) -> None:
    bad: list[dict[str, Any]] = [
        {"json": ASK},
        {"json": ASK, "headers": {"Authorization": f"Bearer {operator_token(tokens)}"}},
        {"json": ASK, "headers": {"Authorization": "Bearer nonsense"}},
        {"json": {"query": "{"}},
        {"content": b"{", "headers": JSON},
        {"content": b"", "headers": {"Accept": "image/png"}},
    ]
    for request in bad:
        reply = await shut.post("/graphql", **request)

        assert reply.headers["cache-control"] == "no-store"
        assert reply.headers["x-content-type-options"] == "nosniff"
        assert reply.headers["referrer-policy"] == "no-referrer"
        assert reply.headers["content-security-policy"].startswith("default-src 'none'")
        assert reply.headers["strict-transport-security"]
        assert "server" not in reply.headers
