"""`/healthz` tells that a process runs, `/readyz` whether it can answer."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import httpx
import pytest
from starlette.applications import Starlette

from api.observing import Health
from siyu.cache import RedisClient, open_redis
from siyu.db import Pool

NO_REDIS = "unix:///nowhere/valkey.sock"


class Seconds:
    """A clock that stands still."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def seconds() -> Seconds:
    """The clock of the process."""
    return Seconds()


@pytest.fixture
def health(pool: Pool, redis: RedisClient, seconds: Seconds) -> Health:
    """A process's health."""
    return Health(pool, redis, seconds)


@pytest.fixture
async def client(health: Health) -> AsyncIterator[httpx.AsyncClient]:
    """Whoever asks."""
    transport = httpx.ASGITransport(Starlette(routes=health.routes()))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as opened:
        yield opened


async def test_a_process_is_ready_while_both_servers_answer(client: httpx.AsyncClient) -> None:
    alive, ready = await client.get("/healthz"), await client.get("/readyz")

    assert (alive.status_code, alive.json()) == (200, {"status": "ok"})
    assert (ready.status_code, ready.json()) == (200, {"status": "ready", "database": "ok", "redis": "ok"})
    assert {each.headers["cache-control"] for each in (alive, ready)} == {"no-store"}


@pytest.mark.parametrize(
    "failure",
    [ConnectionRefusedError("secret"), TimeoutError(), asyncpg.InterfaceError("secret"), asyncpg.AdminShutdownError()],
    ids=lambda failure: type(failure).__name__,
)
async def test_without_the_database_a_process_is_alive_and_not_ready(
    client: httpx.AsyncClient, health: Health, monkeypatch: pytest.MonkeyPatch, failure: Exception
) -> None:
    async def fail(*_: object) -> None:
        raise failure

    monkeypatch.setattr(asyncpg.Pool, "fetch", fail)
    alive, ready = await client.get("/healthz"), await client.get("/readyz")

    assert (alive.status_code, ready.status_code) == (200, 503)
    assert ready.json() == {"status": "unready", "database": "away", "redis": "ok"}


async def test_with_a_migration_missing_it_is_not_ready(client: httpx.AsyncClient, pool: Pool) -> None:
    last = await pool.fetchval(
        "DELETE FROM tortoise_migrations WHERE name = (SELECT max(name) FROM tortoise_migrations) RETURNING name"
    )
    ready = await client.get("/readyz")

    assert (ready.status_code, ready.json()["database"]) == (503, f"lacks {last}")


async def test_without_redis_it_is_ready_and_says_so(pool: Pool) -> None:
    async with open_redis(NO_REDIS) as away:
        transport = httpx.ASGITransport(Starlette(routes=Health(pool, away).routes()))
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            ready = await client.get("/readyz")

    assert (ready.status_code, ready.json()) == (200, {"status": "degraded", "database": "ok", "redis": "away"})


async def test_a_process_that_stops_is_not_ready(client: httpx.AsyncClient, health: Health) -> None:
    stop = asyncio.Event()
    health.ends_with(stop)

    before = await client.get("/readyz")
    stop.set()
    after, alive = await client.get("/readyz"), await client.get("/healthz")

    assert (before.status_code, after.status_code, alive.status_code) == (200, 503, 200)
    assert after.json() == {"status": "stopping"}


async def test_whoever_asks_often_asks_the_servers_once_a_second(
    health: Health, seconds: Seconds, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = 0
    look = Health._look_at_database

    async def counted(of: Health) -> str:
        nonlocal looks
        looks += 1
        return await look(of)

    monkeypatch.setattr(Health, "_look_at_database", counted)
    await asyncio.gather(*(health.look() for _ in range(10)))
    assert looks == 1

    seconds.now_s += 1.0
    await health.look()
    assert looks == 2
