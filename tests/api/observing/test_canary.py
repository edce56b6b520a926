"""Nothing that a caller enters is in the log of production, whichever way it enters and whatever becomes of it."""

import logging
from dataclasses import replace
from typing import Any
from uuid import UUID

import httpx
import pytest

from api.identity import Tokens
from api.services import Services
from schema.ids import CAMPAIGN, encode_id
from siyu.engine.faults import FAILED_MAX
from siyu.engine.watching import look_back
from tests.api.graphql import CHECK_IN, operator_token, token_of
from tests.api.observing.lines import Lines, production_log
from tests.clock import NOON
from tests.factories import add_campaign, add_members, paid
from tests.siyu.engine.stage import MEMBER, PURCHASE, live, play, world_of

PHONE, NAME, KEY = "13800138000", "张伟测试", "key-of-zhang-wei"
CANARIES = (PHONE, NAME, NAME.encode().hex(), KEY, "zhangwei", "Zhang/1.0", NAME.encode("unicode_escape").decode())
MEMBERS = "{ members { nodes { id } } }"
FIND = "query Find($value: String!) { member(identity: { kind: $value, value: $value }) { id } }"


def entries(token: str, key: str) -> list[dict[str, Any]]:
    """Requests with a canary in every place there is."""
    authorized = {"Authorization": f"Bearer {token}"}
    check_in = {"query": CHECK_IN, "variables": {"campaign": NAME, "key": KEY}}
    return [
        {"json": {"query": FIND, "variables": {"value": PHONE}}, "headers": authorized},
        {"json": {"query": FIND, "variables": {"value": [NAME]}}, "headers": authorized},
        {"json": {"query": FIND, "variables": {"other": NAME}}, "headers": authorized},
        {"json": {"query": FIND, "operationName": f"p{PHONE}"}, "headers": authorized},
        {"json": {"query": f"query zhangwei{PHONE} {{ zhangwei{PHONE}: __typename }}"}},
        {"json": {"query": f'{{ member(identity: {{ kind: "{NAME}", value: "{PHONE}" }}) {{ id }} }}'}},
        {"json": {"query": f'{{ {PHONE} "{NAME}"'}},
        {"json": {"query": f"{{ zhangwei{PHONE} }}"}},
        {"json": {"documentId": f"sha256:{PHONE}"}},
        {"json": check_in, "headers": authorized},
        {"json": {**check_in, "variables": {"campaign": key, "key": KEY}}, "headers": authorized},
        {"content": f'{{"query": "{NAME}", {PHONE}'.encode(), "headers": {"Content-Type": "application/json"}},
        {"content": NAME.encode("gb18030"), "headers": {"Content-Type": "application/json"}},
        {"json": {"query": MEMBERS}, "headers": {"Authorization": f"Bearer {PHONE}.{KEY}.zhangwei"}},
        {
            "json": {"query": MEMBERS},
            "headers": {
                **authorized,
                "X-Client": "Zhang/1.0",
                "User-Agent": f"zhangwei {PHONE}",
                "Accept-Language": "zhangwei",
                "X-Request-Id": PHONE,
                "traceparent": f"00-{PHONE}",
                "X-Forwarded-For": PHONE,
                "Accept": f"application/{PHONE}",
            },
        },
    ]


def leaks(log: Lines, *more: str) -> list[str]:
    """The canaries that are in the log."""
    return [canary for canary in (*CANARIES, *more) if canary in log.getvalue()]


@pytest.fixture(scope="module")
async def campaign_id(services: Services) -> UUID:
    """A campaign to check in."""
    return await add_campaign(services.pool, "check_in")


async def test_what_is_entered_is_in_no_line(
    http: httpx.AsyncClient, services: Services, tokens: Tokens, campaign_id: UUID
) -> None:
    [member_id] = await add_members(services.pool, 1)
    campaign = encode_id(CAMPAIGN, campaign_id)
    bearers = (operator_token(tokens), token_of(tokens, member_id))

    with production_log(logging.DEBUG) as log:
        requests = [entry for token in bearers for entry in entries(token, campaign)]
        for entry in requests:
            await http.post("/graphql", **entry)
        await http.get(f"/{PHONE}")

    assert len(log.parsed("answered")) == len(requests) + 1
    assert leaks(log, *bearers, *(part for token in bearers for part in token.split("."))) == []


class Surprise(Exception):
    """What nobody foresaw, with a value in its words."""


@pytest.mark.parametrize("fails_at", ["field", "request"])
async def test_nor_is_it_where_something_fails(
    http: httpx.AsyncClient, services: Services, tokens: Tokens, monkeypatch: pytest.MonkeyPatch, fails_at: str
) -> None:
    async def refuse(*_: object) -> None:
        await services.pool.execute("SELECT $1::text::uuid", PHONE)

    def surprise(*_: object) -> None:
        raise Surprise(f"{NAME} {PHONE}")

    monkeypatch.setattr("schema.member_lists.member_page", refuse)
    if fails_at == "request":
        monkeypatch.setattr("api.http.status_of", surprise)
    headers = {"Authorization": f"Bearer {operator_token(tokens)}"}
    aliased = f"{{ zhangwei{PHONE}: members {{ nodes {{ id }} }} }}"

    with production_log(logging.DEBUG) as log:
        reply = await http.post("/graphql", json={"query": aliased}, headers=headers)

    [failed] = [line for line in log.parsed() if "failed at members" in line["message"]]
    assert failed["error"]["kind"].startswith("InvalidTextRepresentationError (22P02)")
    assert reply.headers["x-request-id"] in failed["message"]
    assert leaks(log) == []


def test_nor_is_it_where_a_campaign_fails() -> None:
    def fails(*_: object) -> None:
        raise Surprise(f"{NAME} {PHONE} {KEY}")

    world = world_of([live(replace(PURCHASE, key="broken", decide=fails))])
    with production_log(logging.DEBUG) as log:
        for number in range(FAILED_MAX):
            play(world, paid(MEMBER, f"A{number}", 1_200, NOON))
        look_back(world, NOON)

    failed, paused = log.parsed()
    assert "campaign type broken failed on fact" in failed["message"]
    assert "Surprise at test_canary.py:" in failed["message"]
    assert "is paused by siyu" in paused["message"]
    assert leaks(log) == []
