"""What a process works with: servers, database, Redis, plugins and engine, opened together and closed in order."""

import asyncio
import gc
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import asyncpg
import uvloop

from api.embedded import Servers, embedded_servers
from api.errors import SetupError
from api.migrating import migrate, missing_migrations
from api.settings import Settings
from siyu.access import KnownCredentials
from siyu.boards import Leaderboards
from siyu.cache import RedisClient, open_redis
from siyu.campaigns import Registry, load_registry
from siyu.clock import Clock, utc_now
from siyu.db import Deadlines, Pool, open_database
from siyu.engine import BatchLimits, Engine, HintBoard, no_fail_point, running
from siyu.live import Live

COLLECTOR_THRESHOLDS = (50_000, 20, 100)
COMMAND_POOL_MAX = 2
PLUGINS_FOLDER = Path(__file__).parent.parent / "plugins"

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Services:
    """The open parts of a process."""

    settings: Settings
    servers: Servers
    pool: Pool
    redis: RedisClient
    registry: Registry
    engine: Engine
    leaderboards: Leaderboards
    credentials: KnownCredentials
    live: Live
    zone: ZoneInfo
    clock: Clock


@contextmanager
def open_servers(settings: Settings) -> Iterator[Servers]:
    """The URLs of PostgreSQL and Redis: those of the settings, and embedded servers for what they leave out."""
    if settings.database_url and settings.redis_url:
        yield Servers(settings.database_url, settings.redis_url)
        return
    with embedded_servers(settings.data) as embedded:
        yield Servers(settings.database_url or embedded.database_url, settings.redis_url or embedded.redis_url)


@asynccontextmanager
async def open_services(
    settings: Settings, servers: Servers, clock: Clock = utc_now, deadlines: Deadlines | None = None
) -> AsyncIterator[Services]:
    """Open everything against servers that run and are migrated; on leaving, the engine answers what it has first.

    Statements have `deadlines` where callers wait for them, and none in commands, which take what they need.
    """
    limits = BatchLimits(
        facts_max=settings.batch_facts_max,
        in_flight_max=settings.batches_in_flight_max,
        delay_ms=settings.batch_delay_ms,
        queue_max=settings.queue_facts_max,
    )
    registry = load_registry(PLUGINS_FOLDER, allowed=settings.allowed_plugins)
    async with (
        open_database(servers.database_url, settings.database_pool_max, deadlines) as pool,
        open_redis(servers.redis_url) as client,
    ):
        hints = HintBoard(client, clock)
        fail = fail_point(settings.fail_point)
        live = Live(client)
        tell = live.announcer.announce
        engine = Engine(pool, registry, settings.zone, limits, clock, fail, hints=hints, announce=tell)
        leaderboards = Leaderboards(pool, client, settings.zone, clock)
        credentials = KnownCredentials(pool, clock)
        async with running(engine):
            yield Services(
                settings, servers, pool, client, registry, engine, leaderboards, credentials, live, settings.zone, clock
            )
        await live.close()
        await hints.close()
        await credentials.close()


def fail_point(chosen: str | None) -> Callable[[str], None]:
    """What the engine calls at its fail points: nothing, or at the chosen one the end of the process."""
    if chosen is None:
        return no_fail_point

    def fail(name: str) -> None:
        if name == chosen:
            os.kill(os.getpid(), signal.SIGKILL)

    return fail


def run_with_services(
    settings: Settings, main: Callable[[Services], Awaitable[Result]], deadlines: Deadlines | None = None
) -> Result:
    """Start what has to be started, run `main` on uvloop, stop what was started."""

    async def opened(servers: Servers) -> Result:
        await ensure_schema(settings, servers)
        async with open_services(settings, servers, deadlines=deadlines) as services:
            spare_the_collector()
            return await main(services)

    return run_with_servers(settings, opened)


def run_with_pool(settings: Settings, main: Callable[[Pool], Awaitable[Result]]) -> Result:
    """The same with the database alone: for commands that need no engine."""

    async def opened(servers: Servers) -> Result:
        await ensure_schema(settings, servers)
        async with open_database(servers.database_url, COMMAND_POOL_MAX) as pool:
            return await main(pool)

    return run_with_servers(settings, opened)


def run_with_servers(settings: Settings, main: Callable[[Servers], Coroutine[Any, Any, Result]]) -> Result:
    """The same without opening anything: for commands that look at the servers themselves."""
    with open_servers(settings) as servers, asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(main(servers))


async def ensure_schema(settings: Settings, servers: Servers) -> None:
    """Migrate our own embedded database; of another, only ask. Raises SetupError."""
    with telling_of_the_database():
        if settings.database_url is None:
            await migrate(servers.database_url)
        elif missing := await missing_migrations(servers.database_url):
            raise SetupError(f"The database lacks {', '.join(missing)}; run `python -m api migrate` first.")


@contextmanager
def telling_of_the_database() -> Iterator[None]:
    """Raise SetupError for a database that cannot be reached or refuses what is done inside."""
    try:
        yield
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise SetupError(f"The database cannot be used ({error}); check SIYU_DATABASE_URL.") from error


def spare_the_collector() -> None:
    """Let the garbage collector leave alone what lives as long as the process, and look at the rest less often.

    Facts and their rows are freed by reference counts; measured, the collector took a fifth of the engine's time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECTOR_THRESHOLDS)
