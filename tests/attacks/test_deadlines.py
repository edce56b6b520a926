"""Slow statements, held locks and stopped servers (rows 9 and 31 of the attack table): nobody waits for long."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from time import monotonic
from typing import Any

import asyncpg
import httpx
import pytest

from api import rates
from api.embedded import Servers
from api.identity import Tokens
from api.services import Services, open_services
from api.settings import Settings
from schema.ids import CAMPAIGN, encode_id
from siyu.db import Connection, Deadlines, Pool, open_database
from tests.api.applications import application
from tests.api.graphql import CHECK_IN, ask, check_in, operator_token, points_of, token_of
from tests.api.own_valkey import OwnValkey, own_valkey
from tests.factories import add_campaign, add_members

REQUEST_S = 0.5
STATEMENT_S = 0.3
LOCK_S = 0.1
# What would take so long unless somebody ended it.
ENDLESS_S = 600.0
# At what comes about in a moment, each 20 ms after the other.
LOOKS_MAX = 3_000
MEMBERS = "{ members { nodes { id } } }"


@pytest.fixture
async def hurried(settings: Settings, servers: Servers, database_url: str) -> AsyncIterator[Services]:
    """A process whose database ends what takes long."""
    deadlines = Deadlines(STATEMENT_S, LOCK_S, REQUEST_S)
    async with open_services(settings, Servers(database_url, servers.redis_url), deadlines=deadlines) as opened:
        yield opened


def the_error(reply: httpx.Response) -> dict[str, Any]:
    """The one error of an answer."""
    [error] = reply.json()["errors"]
    found: dict[str, Any] = error
    return found


def sleeping(services: Services, seconds: float) -> Any:
    """A page of members that the database takes so long for."""

    async def sleep(*_: object) -> None:
        await services.pool.execute("SELECT pg_sleep($1)", seconds)

    return sleep


async def test_a_slow_statement_is_ended_by_the_database(
    hurried: Services, pool: Pool, tokens: Tokens, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("schema.member_lists.member_page", sleeping(hurried, ENDLESS_S))
    headers = {"Authorization": f"Bearer {operator_token(tokens)}"}

    async with application(hurried) as client:
        began_s = monotonic()
        reply = await client.post("/graphql", json={"query": MEMBERS}, headers=headers)
        waited_s = monotonic() - began_s

    assert STATEMENT_S <= waited_s < ENDLESS_S
    extensions = the_error(reply)["extensions"]
    assert extensions == {"code": "TIMED_OUT", "retryable": True, "retryAfterMs": 1_000}
    assert await running_statements(pool) == 0


async def test_a_request_has_an_end_and_takes_its_statement_along(
    services: Services, tokens: Tokens, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("schema.member_lists.member_page", sleeping(services, ENDLESS_S))
    headers = {"Authorization": f"Bearer {operator_token(tokens)}"}

    async with application(services, request_timeout_s=REQUEST_S) as client:
        began_s = monotonic()
        reply = await client.post("/graphql", json={"query": MEMBERS}, headers=headers)
        waited_s = monotonic() - began_s

    assert REQUEST_S <= waited_s < ENDLESS_S
    assert (reply.status_code, the_error(reply)["extensions"]["code"]) == (503, "TIMED_OUT")
    assert reply.headers["retry-after"] == "1"
    assert the_error(reply)["extensions"]["requestId"] in caplog.text
    assert await running_statements(services.pool) == 0


async def running_statements(pool: Pool) -> int:
    """How many statements sleep in the database, once it had a moment to end them."""
    for _ in range(LOOKS_MAX):
        count: int = await pool.fetchval(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state = 'active'"
            " AND query LIKE '%pg_sleep%' AND pid <> pg_backend_pid()"
        )
        if not count:
            break
        await asyncio.sleep(0.02)
    return count


async def test_a_body_that_trickles_in_is_not_waited_for(services: Services) -> None:
    async def trickle() -> AsyncIterator[bytes]:
        while True:
            yield b" "
            await asyncio.sleep(0.05)

    async with application(services, request_timeout_s=REQUEST_S) as client:
        reply = await client.post("/graphql", content=trickle(), headers={"Content-Type": "application/json"})

    assert (reply.status_code, the_error(reply)["extensions"]["code"]) == (503, "TIMED_OUT")


async def test_a_held_lock_is_answered_in_time_and_the_repeat_counts_once(
    hurried: Services, settings: Settings, servers: Servers, database_url: str, pool: Pool, tokens: Tokens
) -> None:
    campaign_id = await add_campaign(pool, "check_in")
    [member_id] = await add_members(pool, 1)
    token = token_of(tokens, member_id)
    variables = {"campaign": encode_id(CAMPAIGN, campaign_id), "key": "check-in-1"}
    async with (
        application(hurried, request_timeout_s=REQUEST_S) as client,
        pool.acquire() as holder,
        holder.transaction(),
    ):
        await holder.execute("SELECT 1 FROM member WHERE id = $1 FOR UPDATE", member_id)
        # It is answered, though nobody lets go of the lock.
        reply = await client.post(
            "/graphql",
            json={"query": CHECK_IN, "variables": variables},
            headers={"Authorization": f"Bearer {token}"},
        )
    unhurried = open_services(settings, Servers(database_url, servers.redis_url))
    async with unhurried as services, application(services) as client:
        payload = await check_in(client, campaign_id, "check-in-1", token)
        again = await check_in(client, campaign_id, "check-in-1", token)

    assert (reply.status_code, the_error(reply)["extensions"]["code"]) == (503, "TIMED_OUT")
    assert len(points_of(payload)) == 1
    assert again == payload


async def test_the_database_ends_a_wait_for_a_lock_and_a_transaction_that_does_nothing(database_url: str) -> None:
    async with (
        open_database(database_url, 2, Deadlines(STATEMENT_S, LOCK_S, LOCK_S)) as pool,
        open_database(database_url, 2) as other,
    ):
        async with other.acquire() as holder, holder.transaction():
            await holder.execute("LOCK TABLE member IN ACCESS EXCLUSIVE MODE")
            with pytest.raises(asyncpg.LockNotAvailableError):
                await pool.execute("SELECT 1 FROM member")
        async with pool.acquire() as connection:
            await connection.execute("BEGIN")
            with pytest.raises((asyncpg.InterfaceError, asyncpg.IdleInTransactionSessionTimeoutError)):
                await use_now_and_then(connection)


async def use_now_and_then(connection: Connection) -> None:
    """Ask something after pauses that are longer than a transaction may do nothing."""
    for _ in range(LOOKS_MAX):
        await asyncio.sleep(LOCK_S * 5)
        await connection.execute("SELECT 1")


@pytest.fixture
async def valkey() -> AsyncIterator[OwnValkey]:
    """A Valkey that the test may stop."""
    async with own_valkey() as running:
        yield running


async def test_a_redis_that_hangs_costs_each_second_one_caller_a_moment(
    settings: Settings,
    database_url: str,
    valkey: OwnValkey,
    tokens: Tokens,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    # A second that no machine is too slow for.
    monkeypatch.setattr(rates, "REDIS_REST_S", ENDLESS_S)
    assert valkey._process is not None
    async with open_services(settings, Servers(database_url, valkey.url)) as services:
        [member_id] = await add_members(services.pool, 1)
        document = "{ campaigns(first: 100) { nodes { id } } }"
        async with application(services, rate_points=1_000) as client:
            await ask(client, document, token_of(tokens, member_id))
            os.kill(valkey._process.pid, signal.SIGSTOP)
            try:
                for _ in range(5):
                    await ask(client, document, token_of(tokens, member_id))
            finally:
                os.kill(valkey._process.pid, signal.SIGCONT)

    assert [record.name for record in caplog.records if "by this process alone" in record.message] == [rates.__name__]
