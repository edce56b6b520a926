"""Each request has an id: the caller's, if it is one, on the answer, in its errors and in the log."""

import httpx
import pytest

from api.identity import Tokens
from api.services import Services
from schema import ErrorCode
from siyu.ids import new_id
from tests.api.graphql import ask, check_in, operator_token, token_of
from tests.api.observing.lines import production_log
from tests.factories import add_campaign, add_members

ASK = {"query": "{ __typename }"}
GIVEN = "0af7651916cd43dd8448eb211c80319c"


@pytest.mark.parametrize("given", [GIVEN, "0af76519-16cd-43dd-8448-eb211c80319c", "x" * 20, "x" * 64])
async def test_an_id_that_comes_along_is_kept(http: httpx.AsyncClient, given: str) -> None:
    reply = await http.post("/graphql", json=ASK, headers={"X-Request-Id": given})

    assert reply.headers["x-request-id"] == given


@pytest.mark.parametrize(
    "given", ["", "13800138000", "x" * 19, "x" * 65, "x" * 19 + ".", "x" * 20 + "\x7f", "x y" * 10]
)
async def test_another_text_is_no_id(http: httpx.AsyncClient, given: str) -> None:
    reply = await http.post("/graphql", json=ASK, headers={"X-Request-Id": given})

    assert reply.headers["x-request-id"] != given
    assert len(reply.headers["x-request-id"]) == 32


@pytest.mark.parametrize(
    ("body", "path"), [({"query": 1}, "/graphql"), ({"documentId": "0" * 64}, "/graphql"), (ASK, "/nothing")], ids=str
)
async def test_it_is_in_the_error_of_a_request_that_is_refused(
    http: httpx.AsyncClient, body: dict[str, object], path: str
) -> None:
    with production_log() as log:
        reply = await http.post(path, json=body, headers={"X-Request-Id": GIVEN})

    [error] = reply.json()["errors"]
    [line] = log.parsed("answered")
    assert error["extensions"]["requestId"] == reply.headers["x-request-id"] == line["request"] == GIVEN
    assert (line["status"], line["codes"]) == (reply.status_code, [error["extensions"]["code"]])


async def test_it_is_in_the_masked_error_of_a_bug(
    http: httpx.AsyncClient, tokens: Tokens, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("schema.member_lists.member_page", fail)
    headers = {"X-Request-Id": GIVEN, "Authorization": f"Bearer {operator_token(tokens)}"}
    with production_log() as log:
        field = await http.post("/graphql", json={"query": "{ members { nodes { id } } }"}, headers=headers)
        monkeypatch.setattr("api.http.status_of", lambda *_: 1 // 0)
        whole = await http.post("/graphql", json=ASK, headers=headers)

    for reply in (field, whole):
        assert reply.json()["errors"][0]["extensions"]["requestId"] == GIVEN
    assert [(line["status"], line["codes"]) for line in log.parsed("answered")] == [
        (200, [ErrorCode.INTERNAL.value]),
        (500, [ErrorCode.INTERNAL.value]),
    ]


async def test_a_line_a_request_names_the_operation_its_cost_and_its_facts(
    http: httpx.AsyncClient, services: Services, tokens: Tokens
) -> None:
    campaign_id, [member_id] = await add_campaign(services.pool, "check_in"), await add_members(services.pool, 1)

    with production_log() as log:
        await check_in(http, campaign_id, "first-key", token_of(tokens, member_id))
        await check_in(http, campaign_id, "first-key", token_of(tokens, member_id))
    first, again = log.parsed("answered")

    fact_id = await services.pool.fetchval("SELECT id FROM fact WHERE member_id = $1", member_id)
    assert (first["operation"], first["role"], first["status"]) == ("checkInSign", "member", 200)
    assert first["cost"] > 0
    assert first["facts"] == [fact_id.hex]
    assert again["facts"][1] == fact_id.hex
    assert first["document"] == again["document"]
    assert str(member_id) not in log.getvalue()


async def test_who_is_not_let_in_has_no_operation(http: httpx.AsyncClient) -> None:
    with production_log() as log:
        reply = await http.post("/graphql", json=ASK, headers={"Authorization": f"Bearer {new_id()}"})

    [line] = log.parsed("answered")
    assert (reply.status_code, line["operation"], line["role"]) == (401, None, None)
    assert await ask(http, "{ __typename }") == {"__typename": "Query"}
