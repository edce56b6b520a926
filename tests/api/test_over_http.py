"""GraphQL over HTTP: media types and status codes, audit by audit of the suite that the specification's authors keep.

`tests/api/test_http_audits.py` runs that suite itself. What siyu does not serve, and the suite only notes, is GET.
"""

import json
from typing import Any

import httpx
import pytest
from graphql import build_schema

JSON = "application/json"
RESPONSE = "application/graphql-response+json"
ASK = {"query": "{ __typename }"}
NOTHING_RUN = [
    ({"query": "{"}, "parsing"),
    ({"query": "{ 8f31403dfe404bccbb0e835f2629c6a7 }"}, "parsing a name"),
    ({"query": "{ nowhere }"}, "validation"),
    ({"query": "query ($id: ID!) { node(id: $id) { id } }", "variables": {"id": [1]}}, "variables"),
    ({"query": "query A { __typename }", "operationName": "B"}, "operation"),
]


async def send(http: httpx.AsyncClient, content: object, **headers: str) -> httpx.Response:
    """POST JSON with exactly these headers beside its type."""
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    request = http.build_request("POST", "/graphql", content=body, headers={"Content-Type": JSON})
    del request.headers["accept"]
    request.headers.update({name.replace("_", "-"): value for name, value in headers.items()})
    return await http.send(request)


def type_of(reply: httpx.Response) -> str:
    """The media type of an answer; what it says of its bytes is always the same."""
    media_type, charset = reply.headers["content-type"].split("; ")
    assert charset == "charset=utf-8"
    assert isinstance(media_type, str)
    return media_type


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (RESPONSE, RESPONSE),
        (JSON, JSON),
        ("*/*", JSON),
        ("", JSON),
        ("application/*", JSON),
        (f"{RESPONSE}, {JSON};q=0.9", RESPONSE),
        (f"{RESPONSE};charset=utf-8, {JSON};charset=utf-8", RESPONSE),
        (f"{JSON}, {RESPONSE}", RESPONSE),
        (f"{JSON}, {RESPONSE};q=0.5", JSON),
        (f"{JSON};q=0, */*", RESPONSE),
        (f"*/*;q=0.1, {RESPONSE};q=0", JSON),
        ("text/html, application/xhtml+xml, */*;q=0.8", JSON),
        (f"APPLICATION/GraphQL-response+JSON ; Q=0.3, {JSON};q=0.2", RESPONSE),
    ],
)
async def test_the_answer_has_the_type_that_is_liked_best(http: httpx.AsyncClient, accept: str, expected: str) -> None:
    reply = await send(http, ASK, accept=accept)

    assert (reply.status_code, type_of(reply)) == (200, expected)
    assert reply.json()["data"] == {"__typename": "Query"}


async def test_without_an_accept_header_the_older_type_is_meant(http: httpx.AsyncClient) -> None:
    assert type_of(await send(http, ASK)) == JSON


@pytest.mark.parametrize(
    "accept", ["text/html", "application/jsonfoo", f"{JSON};q=0", f"{JSON};q=nan", "image/*", "," * 5_000]
)
async def test_who_takes_none_of_our_types_is_told(http: httpx.AsyncClient, accept: str) -> None:
    reply = await send(http, ASK, accept=accept)

    assert (reply.status_code, type_of(reply)) == (406, JSON)
    assert reply.json()["errors"][0]["extensions"]["code"] == "NOT_ACCEPTABLE"


@pytest.mark.parametrize("content", [each for each, _ in NOTHING_RUN], ids=[name for _, name in NOTHING_RUN])
async def test_where_nothing_was_run_the_newer_type_has_400_and_the_older_200(
    http: httpx.AsyncClient, content: dict[str, Any]
) -> None:
    newer, older = await send(http, content, accept=RESPONSE), await send(http, content, accept=JSON)

    assert (newer.status_code, older.status_code) == (400, 200)
    assert newer.json() == older.json()
    assert "data" not in newer.json()
    assert newer.json()["errors"]


async def test_what_was_run_has_200_though_a_field_failed(http: httpx.AsyncClient) -> None:
    reply = await send(http, {"query": "{ campaigns { nodes { id } } }"}, accept=RESPONSE)

    assert reply.status_code == 200
    assert reply.json()["data"] is None
    assert reply.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


@pytest.mark.parametrize("accept", [JSON, RESPONSE])
@pytest.mark.parametrize("body", [b"", b"{ not json", b"{}", b'{"query": 0}', b'{"query": "{ a }", "variables": [1]}'])
async def test_a_body_that_is_no_request_has_400_in_either_type(
    http: httpx.AsyncClient, accept: str, body: bytes
) -> None:
    reply = await send(http, body, accept=accept)

    assert (reply.status_code, type_of(reply)) == (400, accept)


@pytest.mark.parametrize("accept", [JSON, RESPONSE])
@pytest.mark.parametrize("parameter", ["operationName", "variables", "extensions"])
async def test_parameters_may_be_null(http: httpx.AsyncClient, accept: str, parameter: str) -> None:
    null = await send(http, ASK | {parameter: None}, accept=accept)

    assert (null.status_code, null.json()["data"]) == (200, {"__typename": "Query"})


@pytest.mark.parametrize("content_type", [f"{JSON}; charset=utf-8", f'{JSON}; charset="UTF-8"', f"{JSON};charset=utf8"])
async def test_bodies_are_utf_8(http: httpx.AsyncClient, content_type: str) -> None:
    body = json.dumps({"query": '{ __type(name: "会员🏊") { name } }'}, ensure_ascii=False).encode()

    reply = await send(http, body, content_type=content_type)
    other = await send(http, body, content_type=f"{JSON}; charset=gb18030")

    assert (reply.status_code, reply.json()["data"]) == (200, {"__type": None})
    assert (other.status_code, other.json()["errors"][0]["extensions"]["code"]) == (415, "UNSUPPORTED_MEDIA_TYPE")


async def test_a_compressed_body_is_refused(http: httpx.AsyncClient) -> None:
    reply = await send(http, ASK, content_encoding="gzip")

    assert reply.status_code == 415


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS"])
async def test_other_methods_are_named(http: httpx.AsyncClient, method: str) -> None:
    reply = await http.request(method, "/graphql")

    assert (reply.status_code, reply.headers["allow"]) == (405, "POST")
    assert reply.json()["errors"][0]["extensions"]["code"] == "METHOD_NOT_ALLOWED"


async def test_no_such_page_is_told_in_json(http: httpx.AsyncClient) -> None:
    reply = await http.get("/nowhere")

    assert reply.status_code == 404
    assert reply.json()["errors"][0]["extensions"]["code"] == "NOT_FOUND"


async def test_the_schema_is_sent_to_those_who_do_not_have_it(http: httpx.AsyncClient) -> None:
    first = await http.get("/schema.graphql")
    known = await http.get("/schema.graphql", headers={"If-None-Match": f'"other", {first.headers["etag"]}'})
    other = await http.get("/schema.graphql", headers={"If-None-Match": '"other"'})

    assert first.status_code == other.status_code == 200
    assert build_schema(first.text).query_type is not None
    assert (known.status_code, known.content, known.headers["etag"]) == (304, b"", first.headers["etag"])


async def test_only_long_answers_are_compressed(http: httpx.AsyncClient) -> None:
    long = await http.get("/schema.graphql", headers={"Accept-Encoding": "gzip"})
    short = await send(http, ASK, accept_encoding="gzip")

    assert long.headers["content-encoding"] == "gzip"
    assert int(long.headers["content-length"]) < len(long.text) / 3
    assert "content-encoding" not in short.headers


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip", "gzip"),
        ("br;q=1, GZIP; q=0.1", "gzip"),
        ("zstd, br", None),
        ("gzip;q=0, *", None),
        ("gzip;q=0.0", None),
        ("xgzip", None),
        ("", None),
    ],
)
async def test_an_answer_is_compressed_as_the_client_takes_it(
    http: httpx.AsyncClient, accepted: str, coding: str | None
) -> None:
    reply = await http.get("/schema.graphql", headers={"Accept-Encoding": accepted})

    assert (reply.headers.get("content-encoding"), reply.headers["vary"]) == (coding, "Accept-Encoding")
