"""Traces: an operation, its batches and their calls, as a collector of OpenTelemetry gets them."""

import asyncio
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from api.errors import SetupError
from api.identity import Tokens
from api.observing import Observer, RequestTrail
from api.observing.tracing import NoTracing, open_tracing
from api.services import Services
from tests.api.applications import application
from tests.api.graphql import ask, check_in, operator_token, token_of
from tests.api.observing.collecting import Collector, listening
from tests.factories import add_campaign, add_members

TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
BOARD = '{ leaderboard(board: "points", window: ALL) { entries(first: 3) { nodes { rank } } } }'
PHONE = "13800138000"
CLOSING_MAX_S = 60.0


@pytest.fixture(scope="module")
async def collected(services: Services, tokens: Tokens) -> AsyncIterator[Collector]:
    """What a collector got of three operations."""
    campaign_id, [member_id] = await add_campaign(services.pool, "check_in"), await add_members(services.pool, 1)
    with listening() as (address, collector), pytest.MonkeyPatch.context() as environment:
        environment.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", address)
        settings = services.settings.model_copy(update={"otel": True})
        traced = replace(services, observer=Observer(settings, services.pool))
        async with application(traced) as client:
            await ask(client, BOARD, operator_token(tokens))
            await check_in(client, campaign_id, f"key-{PHONE}", token_of(tokens, member_id))
            headers = {"traceparent": f"00-{TRACE}-{PARENT}-01", "X-Request-Id": TRACE}
            reply = await client.post("/graphql", json={"query": "{ nobody }"}, headers=headers)
            assert reply.status_code == 200
        await traced.observer.close()
        yield collector


def attributes(span: Span) -> dict[str, Any]:
    """The attributes that are texts."""
    return {each.key: each.value.string_value for each in span.attributes}


def test_an_operation_has_its_calls_below_it(collected: Collector) -> None:
    operation = collected.named("query leaderboard")
    calls = collected.below(operation)

    assert {"redis EVALSHA"} <= {call.name for call in calls}
    assert attributes(operation)["graphql.operation.name"] == "leaderboard"
    assert len(attributes(operation)["graphql.document.hash"]) == 64
    for call in calls:
        assert operation.start_time_unix_nano <= call.end_time_unix_nano
        assert call.start_time_unix_nano <= call.end_time_unix_nano <= operation.end_time_unix_nano


def test_a_mutation_has_its_batch_below_it_and_there_the_statements(collected: Collector) -> None:
    [batch] = [span for span in collected.below(collected.named("mutation checkInSign")) if span.name == "engine batch"]
    statements = [attributes(call) for call in collected.below(batch)]

    assert {call["db.system.name"] for call in statements} == {"postgresql"}
    assert any(call["db.query.text"].startswith("INSERT INTO") for call in statements)
    assert any("$1" in call["db.query.text"] for call in statements)


def test_there_is_no_span_a_field(collected: Collector) -> None:
    assert {span.name.partition(" ")[0] for span in collected.spans} == {
        "query",
        "mutation",
        "request",
        "engine",
        "postgresql",
        "redis",
    }


def test_a_trace_of_the_caller_goes_on(collected: Collector) -> None:
    refused = collected.named("request refused")

    assert (refused.trace_id.hex(), refused.parent_span_id.hex()) == (TRACE, PARENT)
    assert attributes(refused)["siyu.request.id"] == TRACE
    assert {resource["service.name"] for resource in collected.resources} == {"siyu"}


def test_no_value_is_in_a_trace(collected: Collector) -> None:
    assert PHONE not in str(collected.spans)


async def test_without_the_packages_the_setting_says_what_to_install(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "api.observing.opentelemetry", raising=False)
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)

    with pytest.raises(SetupError, match=r"opentelemetry.* is not installed: `pip install 'siyu\[otel\]'`"):
        Observer(services.settings.model_copy(update={"otel": True}), services.pool)


def test_without_the_setting_nothing_of_it_is_loaded(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "api.observing.opentelemetry", None)

    assert isinstance(Observer(services.settings, services.pool)._tracing, NoTracing)
    with pytest.raises(SetupError):
        open_tracing()


async def test_a_collector_that_is_away_stops_nobody(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "1")
    observer = Observer(services.settings.model_copy(update={"otel": True}), services.pool)

    observer.answered(RequestTrail(request_id=TRACE), 200)

    await asyncio.wait_for(observer.close(), CLOSING_MAX_S)
