"""A slow operation is told with where its time went and the plan of its dearest statement, and with no value."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace

import asyncpg
import httpx
import pytest
from redis.exceptions import RedisError

from api.identity import Tokens
from api.observing import Observer, RequestTrail
from api.observing.slow import EXPLAINABLE, PLAN_LINES_MAX, PLANS_MAX, SlowOperations, explain
from api.services import Services
from siyu.cache import open_redis
from siyu.db import Pool
from siyu.trail import CALLS_MAX, Call, Trail, following, note_call
from tests.api.applications import application
from tests.api.graphql import ask, check_in, operator_token, token_of
from tests.api.observing.lines import production_log
from tests.factories import add_campaign, add_members

FIND = "query Find($value: String!) { member(identity: { kind: $value, value: $value }) { id } }"
BOARD = '{ leaderboard(board: "points", window: ALL) { entries(first: 3) { nodes { rank } } } }'
PHONE = "13800138000"


@pytest.fixture(scope="module")
async def slow(services: Services) -> Services:
    """A process to which everything is slow."""
    settings = services.settings.model_copy(update={"slow_operation_ms": 0})
    return replace(services, observer=Observer(settings, services.pool))


@pytest.fixture(scope="module")
async def client(slow: Services) -> AsyncIterator[httpx.AsyncClient]:
    """Its caller."""
    async with application(slow) as opened:
        yield opened


async def test_a_query_is_told_with_its_statement_and_its_plan(
    slow: Services, client: httpx.AsyncClient, tokens: Tokens
) -> None:
    told_before = slow.observer.counts.slow
    with production_log() as log:
        await ask(client, FIND, operator_token(tokens), value=PHONE)
        await slow.observer.close()

    [line], [answered] = log.parsed("slow operation"), log.parsed("answered")
    assert {line[name] == answered[name] for name in ("request", "operation", "document", "cost", "ms")} == {True}
    assert line["operation"] == "member"
    assert line["dearest"][0]["text"].startswith("SELECT")
    assert "$1" in line["dearest"][0]["text"]
    assert line["ms"] >= line["dearest"][0]["ms"] > 0
    assert line["postgresql_ms"] >= line["dearest"][0]["ms"]
    assert any("cost=" in step for step in line["plan"])
    assert any("$1" in step for step in line["plan"])
    assert PHONE not in log.getvalue()
    assert slow.observer.counts.slow == told_before + 1


async def test_a_mutation_is_told_with_what_its_batch_did(
    slow: Services, client: httpx.AsyncClient, tokens: Tokens
) -> None:
    campaign_id, [member_id] = await add_campaign(slow.pool, "check_in"), await add_members(slow.pool, 1)

    with production_log() as log:
        await check_in(client, campaign_id, f"key-{PHONE}", token_of(tokens, member_id))
        await slow.observer.close()

    [line] = log.parsed("slow operation")
    assert len(line["batches_ms"]) == 1
    assert line["calls"] > 5
    assert line["facts"]
    assert PHONE not in log.getvalue()


async def test_its_calls_of_redis_are_told_too(slow: Services, client: httpx.AsyncClient, tokens: Tokens) -> None:
    with production_log() as log:
        await ask(client, BOARD, operator_token(tokens))
        await slow.observer.close()

    [line] = log.parsed("slow operation")
    assert line["redis_ms"] > 0
    assert "EVALSHA" in [each["text"] for each in line["dearest"]]


STATEMENT = "SELECT id FROM member WHERE id = $1"


def trail_of(seconds: float) -> RequestTrail:
    """A request that took so long, all of it for one statement."""
    trail = RequestTrail(request_id=PHONE, ended_s=seconds, calls=[Call("postgresql", STATEMENT, seconds, seconds)])
    trail.began_s = 0.0
    return trail


@pytest.mark.parametrize(("seconds", "is_slow"), [(0.499, False), (0.5, True)])
async def test_slow_is_what_takes_as_long_as_the_setting_says(pool: Pool, seconds: float, is_slow: bool) -> None:
    assert SlowOperations(pool, 0.5).is_slow(trail_of(seconds)) is is_slow


async def test_a_plan_is_asked_for_once_and_by_nobody_meanwhile(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    slow, asked = SlowOperations(pool, 0.5), 0

    async def counted(pool: Pool, statement: str) -> list[str]:
        nonlocal asked
        asked += 1
        return await explain(pool, statement)

    monkeypatch.setattr("api.observing.slow.explain", counted)
    with production_log() as log:
        slow.tell(trail_of(1), {})
        slow.tell(trail_of(2), {})
        await slow.close()
        slow.tell(trail_of(3), {})

    assert asked == 1
    assert [bool(line["plan"]) for line in log.parsed("slow operation")] == [False, True, True]


@pytest.mark.parametrize(
    "failure", [asyncpg.AdminShutdownError(), TimeoutError()], ids=lambda each: type(each).__name__
)
async def test_without_the_database_it_is_told_without_a_plan(
    pool: Pool, monkeypatch: pytest.MonkeyPatch, failure: Exception
) -> None:
    async def away(*_: object) -> list[str]:
        raise failure

    slow = SlowOperations(pool, 0.5)
    monkeypatch.setattr("api.observing.slow.explain", away)
    with production_log() as log:
        slow.tell(trail_of(1), {})
        await slow.close()

    [line] = log.parsed("slow operation")
    assert line["plan"] is None


async def test_so_many_plans_are_kept(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    async def plan(_: Pool, statement: str) -> list[str]:
        return [statement]

    slow = SlowOperations(pool, 0.5)
    monkeypatch.setattr("api.observing.slow.explain", plan)
    for number in range(PLANS_MAX + 3):
        trail = trail_of(1 + number)
        trail.calls[0] = trail.calls[0]._replace(text=f"SELECT {number}")
        slow.tell(trail, {})
        await slow.close()

    assert len(slow._plans) == PLANS_MAX
    assert f"SELECT {PLANS_MAX + 2}" in slow._plans


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT id FROM member WHERE id = ANY($1::uuid[]) AND joined_at > $2 FOR UPDATE",
        "INSERT INTO outbox (topic, payload) VALUES ($1, $2::jsonb)",
        "WITH gone AS (DELETE FROM outbox WHERE topic = $1 RETURNING id) SELECT count(*) FROM gone",
        "SELECT 1",
    ],
)
async def test_a_plan_is_made_without_values_and_changes_nothing(pool: Pool, statement: str) -> None:
    assert statement.startswith(EXPLAINABLE)
    await pool.execute("INSERT INTO outbox (topic, payload) VALUES ('scores', '[]')")

    for _ in range(2):
        plan = await explain(pool, statement)
        assert 0 < len(plan) <= PLAN_LINES_MAX
        assert "cost=" in plan[0]
    assert await pool.fetchval("SELECT count(*) FROM outbox") == 1


async def test_a_statement_that_has_no_plan_leaves_its_connection_as_it_was(pool: Pool) -> None:
    with pytest.raises(asyncpg.UndefinedTableError):
        await explain(pool, "SELECT * FROM nowhere WHERE id = $1")

    assert await explain(pool, "SELECT 1")
    assert await pool.fetchval("SHOW plan_cache_mode") == "auto"


async def test_a_trail_keeps_so_many_calls_and_counts_all(pool: Pool) -> None:
    trail = Trail()
    with following(trail):
        for _ in range(CALLS_MAX + 5):
            note_call("redis", "GET", 0.001)

    assert (len(trail.calls), trail.calls_made) == (CALLS_MAX, CALLS_MAX + 5)


async def test_what_nobody_follows_is_not_noted(pool: Pool) -> None:
    trail = Trail()
    await pool.fetchval("SELECT 1")
    with following(trail):
        await pool.fetchval("SELECT $1::text", PHONE)

    assert [(call.system, call.text) for call in trail.calls] == [("postgresql", "SELECT $1::text")]
    assert PHONE not in json.dumps([call.text for call in trail.calls])


async def test_a_call_that_failed_is_noted(pool: Pool) -> None:
    trail = Trail()
    async with open_redis("unix:///nowhere/valkey.sock") as away:
        with following(trail):
            with pytest.raises(RedisError):
                await away.ping()
            with pytest.raises(asyncpg.UndefinedTableError):
                async with pool.acquire() as connection:
                    await connection.execute("SELECT 1 FROM nowhere")

    assert [call.text for call in trail.calls] == ["PING", "SELECT 1 FROM nowhere"]
