"""`/metrics`: what it counts, in which words, and that nobody's words become its labels."""

import json
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.applications import Starlette

from api.guard import hash_of
from api.identity import Tokens
from api.metrics_port import build_metrics_app, listen_for_metrics, metrics_served
from api.observing import Counts, Observer, RequestTrail
from api.observing.counts import OPERATIONS_MAX, OTHER
from api.server import CannotListen
from api.services import Services
from schema import ErrorCode
from siyu.boards import Leaderboards
from siyu.cache import open_redis
from tests.api.applications import application
from tests.api.graphql import ask, check_in, operator_token, token_of
from tests.docs.pages import ROOT
from tests.factories import add_campaign, add_members

TRUSTED = "query FrontPage { __typename }"
ROW = re.compile(r"^\| `(siyu_\w+)` \| (\w+) \|(.*?)\|", re.MULTILINE)

Samples = dict[tuple[str, str], float]


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A manifest with one document."""
    folder = tmp_path_factory.mktemp("documents")
    (folder / "release.json").write_text(json.dumps({hash_of(TRUSTED): TRUSTED}))
    return folder


@pytest.fixture(scope="module")
async def observed(services: Services) -> Services:
    """A process that has counted nothing yet."""
    return replace(services, observer=Observer(services.settings, services.pool))


@pytest.fixture(scope="module")
async def client(observed: Services, documents: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A caller of the API."""
    async with application(observed, trusted_documents=documents) as opened:
        yield opened


async def page_of(app: Starlette) -> str:
    """The page as Prometheus gets it."""
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as prometheus:
        reply = await prometheus.get("/metrics")
    assert reply.status_code == 200
    assert reply.headers["content-type"].startswith("text/plain; version=")
    return reply.text


async def samples_of(services: Services) -> Samples:
    """Every number of the page, by its name and the value of its label."""
    families = text_string_to_metric_families(await page_of(build_metrics_app(services)))
    return {
        (sample.name, next(iter(sample.labels.values()), "")): sample.value
        for family in families
        for sample in family.samples
        if "le" not in sample.labels
    }


async def test_operations_errors_and_answers_are_counted(
    observed: Services, client: httpx.AsyncClient, tokens: Tokens
) -> None:
    before = await samples_of(observed)
    await ask(client, "{ members { nodes { id } } }", operator_token(tokens))
    await client.post("/graphql", json={"query": "{ nobody }"})
    await client.post("/graphql", content=b"{", headers={"Content-Type": "application/json"})
    await client.get("/nothing")
    after = await samples_of(observed)

    def rise(name: str, label: str) -> float:
        return after[name, label] - before.get((name, label), 0.0)

    assert rise("siyu_operation_seconds_count", "members") == 1
    assert after["siyu_operation_seconds_sum", "members"] > 0
    assert rise("siyu_errors_total", "INVALID_REQUEST") == 1
    assert rise("siyu_errors_total", "INVALID_JSON") == rise("siyu_errors_total", "NOT_FOUND") == 1
    assert [rise("siyu_http_answers_total", status) for status in ("200", "400", "404")] == [2, 1, 1]
    assert rise("siyu_executor_operations_total", "plan") == 1
    assert rise("siyu_executor_operations_total", "graphql-core") == 0
    assert {label for name, label in after if name == "siyu_errors_total"} == {code.value for code in ErrorCode}


async def test_what_the_executor_leaves_to_graphql_core_is_counted(
    observed: Services, client: httpx.AsyncClient, tokens: Tokens
) -> None:
    before = await samples_of(observed)
    await ask(client, "{ __schema { queryType { name } } }", operator_token(tokens))
    after = await samples_of(observed)

    fallen_back = ("siyu_executor_operations_total", "graphql-core")
    assert after[fallen_back] == before[fallen_back] + 1


async def test_batches_and_their_waits_are_counted(
    observed: Services, client: httpx.AsyncClient, tokens: Tokens
) -> None:
    campaign_id, [member_id] = await add_campaign(observed.pool, "check_in"), await add_members(observed.pool, 1)
    before = await samples_of(observed)
    await check_in(client, campaign_id, "check-in-1", token_of(tokens, member_id))
    after = await samples_of(observed)

    for name in ("siyu_engine_batch_facts", "siyu_engine_wait_seconds", "siyu_engine_batch_seconds"):
        assert after[f"{name}_count", ""] == before[f"{name}_count", ""] + 1
    assert after["siyu_engine_batch_facts_sum", ""] == before["siyu_engine_batch_facts_sum", ""] + 1
    assert after["siyu_engine_step_seconds_total", "commit"] > 0
    assert after["siyu_engine_queue_facts", ""] == 0


async def test_the_outbox_is_counted_and_the_age_of_its_oldest_message_told(observed: Services) -> None:
    await observed.pool.execute(
        "INSERT INTO outbox (topic, payload, created_at) SELECT 'scores.set_aside', '[]', now() - interval '1 hour'"
        " FROM generate_series(1, 3)"
    )
    found = await samples_of(observed)
    await observed.pool.execute("DELETE FROM outbox WHERE topic = 'scores.set_aside'")

    assert found["siyu_outbox_messages", "scores.set_aside"] == 3
    assert 3_600 <= found["siyu_outbox_lag_seconds", "scores.set_aside"] < 3_700
    assert found["siyu_outbox_messages", "features"] >= 0


async def test_without_redis_its_part_is_missing_and_says_so(observed: Services) -> None:
    async with open_redis("unix:///nowhere/valkey.sock") as away:
        boards = Leaderboards(observed.pool, away, observed.zone, observed.clock)
        found = await samples_of(replace(observed, leaderboards=boards))

    assert (found["siyu_server_up", "redis"], found["siyu_server_up", "postgresql"]) == (0, 1)
    assert not [label for name, label in found if name == "siyu_board_lag_seconds"]


async def test_without_the_database_its_part_is_missing_and_says_so(
    observed: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr(type(observed.pool), "fetch", away)
    found = await samples_of(observed)

    assert (found["siyu_server_up", "redis"], found["siyu_server_up", "postgresql"]) == (1, 0)
    assert not [label for name, label in found if name.startswith("siyu_outbox")]


async def test_a_trusted_operation_has_its_name_and_a_strangers_the_schemas(
    observed: Services, client: httpx.AsyncClient
) -> None:
    await client.post("/graphql", json={"documentId": hash_of(TRUSTED)})
    await client.post("/graphql", json={"query": "query Zhang13800138000 { alias: __typename }"})
    await client.post("/graphql", json={"query": "query Zhang { __typename }", "operationName": "Zhang13800138000"})
    page = await page_of(build_metrics_app(observed))

    assert 'siyu_operation_seconds_count{operation="FrontPage"} 1.0' in page
    assert 'operation="__typename"' in page
    assert "Zhang" not in page


def test_so_many_operations_have_a_name() -> None:
    counts = Counts()

    for number in range(OPERATIONS_MAX + 5):
        counts.add(RequestTrail(operation=f"operation{number}", ended_s=1.0), 200)

    assert len(counts.operations) == OPERATIONS_MAX + 1
    assert sum(counts.operations[OTHER].counts) == 5


async def test_the_page_of_the_docs_is_the_page_that_is_served(observed: Services, client: httpx.AsyncClient) -> None:
    await ask(client, "{ __typename }")
    page = await page_of(build_metrics_app(observed))
    served = {
        (family.name, family.type, ", ".join({label for each in family.samples for label in each.labels} - {"le"}))
        for family in text_string_to_metric_families(page)
        if family.name.startswith("siyu_")
    }

    rows = ROW.findall((ROOT / "docs" / "observability.md").read_text(encoding="utf-8"))
    listed = {(name.removesuffix("_total"), type_, labels.strip(" `")) for name, type_, labels in rows}

    assert len(listed) == len(rows)
    # A board's age is told once somebody has projected it.
    assert listed - {("siyu_board_lag_seconds", "gauge", "board")} == {
        row for row in served if row[0] != "siyu_board_lag_seconds"
    }


async def test_they_are_on_an_address_of_their_own(observed: Services, client: httpx.AsyncClient) -> None:
    settings = observed.settings.model_copy(update={"metrics_port": 0})
    with listen_for_metrics(settings) as listening:
        assert listening is not None
        host, port = listening.getsockname()[:2]
        async with metrics_served(observed, listening), httpx.AsyncClient(base_url=f"http://{host}:{port}") as apart:
            replies = {path: await apart.get(path) for path in ("/metrics", "/healthz", "/readyz", "/graphql")}

    assert host == "127.0.0.1"
    assert {path: reply.status_code for path, reply in replies.items()} == {
        "/metrics": 200,
        "/healthz": 200,
        "/readyz": 200,
        "/graphql": 404,
    }
    assert "siyu_engine_batch_facts" in replies["/metrics"].text
    assert (await client.get("/metrics")).status_code == 404


def test_without_a_port_there_is_none_and_a_taken_one_is_told_by_its_setting(services: Services) -> None:
    with listen_for_metrics(services.settings) as nothing:
        assert nothing is None

    with listen_for_metrics(services.settings.model_copy(update={"metrics_port": 0})) as taken:
        assert taken is not None
        settings = services.settings.model_copy(update={"metrics_port": taken.getsockname()[1]})
        with pytest.raises(CannotListen, match="SIYU_METRICS_PORT"), listen_for_metrics(settings):
            pass
