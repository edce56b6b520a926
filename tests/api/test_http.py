"""What POST /graphql takes, and what it answers to everything else."""

import json
import logging
from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.types import Message

from api.identity import Tokens
from api.refusals import BadRequest
from api.requests import Incoming, read_request
from api.services import Services
from schema import ErrorCode
from tests.api.graphql import operator_token

ASK = {"query": "{ __typename }"}
JSON = {"Content-Type": "application/json"}
BODY_BYTES_MAX = 128 * 1024


def code_of(reply: httpx.Response) -> str:
    """The code of the one error in an answer."""
    [error] = reply.json()["errors"]
    assert error["extensions"]["requestId"] == reply.headers["x-request-id"]
    assert error["extensions"]["retryable"] is False
    code: str = error["extensions"]["code"]
    return code


def body_of(size: int) -> bytes:
    """A request's body of exactly so many bytes."""
    start = b'{"query": "{ __typename }", "filling": "'
    return start + b"x" * (size - len(start) - 2) + b'"}'


@pytest.mark.parametrize("content_type", ["application/json", "application/json; charset=utf-8", "Application/JSON"])
async def test_json_is_answered_and_never_stored(http: httpx.AsyncClient, content_type: str) -> None:
    reply = await http.post("/graphql", content=json.dumps(ASK), headers={"Content-Type": content_type})

    assert (reply.status_code, reply.json()["data"]) == (200, {"__typename": "Query"})
    assert reply.headers["content-type"] == "application/json; charset=utf-8"
    assert reply.headers["cache-control"] == "no-store"
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert len(reply.headers["x-request-id"]) == 32


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "application/jsonfoo",
        "application/json-patch+json",
        "application/graphql",
        "text/plain",
        "text/plain; application/json",
        "multipart/form-data; boundary=x",
        "application/x-www-form-urlencoded",
    ],
)
async def test_a_form_that_any_web_page_could_send_is_refused(http: httpx.AsyncClient, content_type: str) -> None:
    reply = await http.post("/graphql", content=json.dumps(ASK), headers={"Content-Type": content_type})

    assert (reply.status_code, code_of(reply)) == (415, "UNSUPPORTED_MEDIA_TYPE")
    assert reply.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE"])
async def test_only_post_is_answered(http: httpx.AsyncClient, method: str) -> None:
    reply = await http.request(method, "/graphql?query={__typename}", headers={"Accept": "application/json"})

    assert reply.status_code == 405
    assert "POST" in reply.headers["allow"]
    assert "data" not in reply.text


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "INVALID_JSON"),
        (b"{", "INVALID_JSON"),
        (b'{"query": "{ __typename }", "variables": {"n": NaN}}', "INVALID_JSON"),
        (b'{"query": "{ __typename }", "variables": {"n": Infinity}}', "INVALID_JSON"),
        (b'{"query": "{ __typename }", "variables": {"n": 1e999}}', "INVALID_JSON"),
        (b'{"query": "\xff"}', "INVALID_JSON"),
        (b"[" * 100_000, "INVALID_JSON"),
        (b'{"query": "{ __typename }", "variables": ' + b'{"a": ' * 15_000 + b"1" + b"}" * 15_001, "INVALID_JSON"),
        (b'{"query": "{ __typename }", "query": "{ viewer }"}', "INVALID_JSON"),
        (b'{"query": "{ __typename }", "variables": {"n": 1, "\\u006e": 2}}', "INVALID_JSON"),
        (b'{"query": "{ __typename }", "variables": {"n": ' + b"[" * 31 + b"]" * 31 + b"}}", "INVALID_JSON"),
        (json.dumps([ASK, ASK]).encode(), "NO_BATCHING"),
        (b"[]", "NO_BATCHING"),
        (b"null", "INVALID_REQUEST"),
        (b'"{ __typename }"', "INVALID_REQUEST"),
        (b"{}", "INVALID_REQUEST"),
        (b'{"query": null}', "INVALID_REQUEST"),
        (b'{"query": ["{ __typename }"]}', "INVALID_REQUEST"),
        (b'{"query": "{ __typename }", "variables": []}', "INVALID_REQUEST"),
        (b'{"query": "{ __typename }", "variables": "{}"}', "INVALID_REQUEST"),
        (b'{"query": "{ __typename }", "operationName": 1}', "INVALID_REQUEST"),
        (b'{"query": "{ __typename }", "extensions": "x"}', "INVALID_REQUEST"),
        (b'{"query": "{ __typename }", "extensions": {"persistedQuery": 1}}', "INVALID_REQUEST"),
        (b'{"documentId": 1}', "INVALID_REQUEST"),
    ],
    ids=lambda value: value[:60] if isinstance(value, bytes) else value,
)
async def test_a_body_that_is_no_request_is_refused(http: httpx.AsyncClient, body: bytes, code: str) -> None:
    reply = await http.post("/graphql", content=body, headers=JSON)

    assert (reply.status_code, code_of(reply)) == (400, code)


async def test_null_is_as_good_as_nothing(http: httpx.AsyncClient) -> None:
    reply = await http.post("/graphql", json=ASK | {"variables": None, "operationName": None, "extensions": {}})

    assert reply.json()["data"] == {"__typename": "Query"}


async def test_a_body_may_have_128_kilobytes_and_no_more(http: httpx.AsyncClient) -> None:
    largest = await http.post("/graphql", content=body_of(BODY_BYTES_MAX), headers=JSON)
    larger = await http.post("/graphql", content=body_of(BODY_BYTES_MAX + 1), headers=JSON)

    assert largest.status_code == 200
    assert (larger.status_code, code_of(larger)) == (413, "BODY_TOO_LARGE")


async def test_a_body_of_unknown_length_is_read_no_further_than_allowed(http: httpx.AsyncClient) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 1024
            yield b" " * 1024

    reply = await http.post("/graphql", content=endless(), headers=JSON)

    assert (reply.status_code, code_of(reply)) == (413, "BODY_TOO_LARGE")
    assert sent == BODY_BYTES_MAX + 1024


async def test_a_client_that_goes_away_within_its_body_is_no_failure() -> None:
    sent: list[Message] = [{"type": "http.request", "body": b"{", "more_body": True}, {"type": "http.disconnect"}]

    async def receive() -> Message:
        return sent.pop(0)

    incoming = Incoming({"content-type": "application/json"}, receive, "")
    with pytest.raises(BadRequest) as caught:
        await read_request(incoming, BODY_BYTES_MAX)

    assert (caught.value.status, caught.value.code) == (400, ErrorCode.INCOMPLETE_BODY)


async def test_deep_variables_are_refused_and_not_a_failure(http: httpx.AsyncClient, tokens: Tokens) -> None:
    created = 'campaignCreate(input: {type: "check_in", name: "n", config: $c}) { userErrors { code } }'
    document = f"mutation ($c: JSON!) {{ {created} }}"
    deep = '{"streak_points": ' + "[" * 900 + "1" + "]" * 900 + "}"
    body = f'{{"query": {json.dumps(document)}, "variables": {{"c": {deep}}}}}'

    reply = await http.post(
        "/graphql", content=body, headers=JSON | {"Authorization": f"Bearer {operator_token(tokens)}"}
    )

    assert "INVALID" in reply.text
    assert "INTERNAL" not in reply.text


async def test_what_nobody_foresaw_is_masked(
    http: httpx.AsyncClient,
    services: Services,
    tokens: Tokens,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def fail(*arguments: object) -> None:
        await services.pool.execute("SELECT secret FROM nowhere")

    monkeypatch.setattr("schema.member_lists.member_page", fail)
    with caplog.at_level(logging.ERROR):
        reply = await http.post(
            "/graphql",
            json={"query": "{ members { nodes { id } } }"},
            headers={"Authorization": f"Bearer {operator_token(tokens)}"},
        )

    assert (reply.status_code, code_of(reply)) == (200, "INTERNAL")
    for leak in ("nowhere", "SELECT", "Traceback", "asyncpg", ".py"):
        assert leak not in reply.text
    assert reply.headers["x-request-id"] in caplog.text
    assert "nowhere" in caplog.text


async def test_an_unknown_path_is_not_found(http: httpx.AsyncClient) -> None:
    assert (await http.get("/nothing")).status_code == 404
    assert (await http.post("/healthz")).status_code == 405


async def test_several_operations_need_a_name(http: httpx.AsyncClient) -> None:
    document = "query A { a: __typename } query B { b: __typename }"

    unnamed = await http.post("/graphql", json={"query": document})
    named = await http.post("/graphql", json={"query": document, "operationName": "B"})
    unknown = await http.post("/graphql", json={"query": document, "operationName": "C"})

    assert [error["extensions"]["code"] for error in unnamed.json()["errors"]] == ["INVALID_REQUEST"]
    assert "data" not in unnamed.json()
    assert named.json()["data"] == {"b": "Query"}
    assert [error["extensions"]["code"] for error in unknown.json()["errors"]] == ["INVALID_REQUEST"]


async def test_the_servers_address_leads_to_the_explorer(http: httpx.AsyncClient) -> None:
    reply = await http.get("/")

    assert (reply.status_code, reply.headers["location"]) == (307, "/graphql")
