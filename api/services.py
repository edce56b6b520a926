"""What a process works with: servers, database, Redis, plugins and engine, opened together and closed in order."""

import asyncio
import gc
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from api.auditing import Change, kept_in_log
from api.collecting import spare_the_collector
from api.embedded import Servers
from api.identity.personal_key_file import open_personal_keys
from api.observing import Health, Observer, tell_of_lost_errors
from api.running import Result, ensure_schema, run_with_servers
from api.settings import Settings
from siyu.access import KnownCredentials
from siyu.boards import Leaderboards
from siyu.cache import RedisClient, open_redis
from siyu.campaigns import Registry, load_registry
from siyu.clock import Clock, utc_now
from siyu.db import Deadlines, Pool, open_database
from siyu.engine import BatchLimits, Engine, HintBoard, no_fail_point, running
from siyu.live import Live
from siyu.metrics import AnalyticsDoor
from siyu.privacy import Vault

# Of a command that asks about all members at once.
QUESTION_TIMEOUT_S = 600.0
PLUGINS_FOLDER = Path(__file__).parent.parent / "plugins"


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
    analytics: AnalyticsDoor
    vault: Vault
    observer: Observer
    health: Health
    zone: ZoneInfo
    clock: Clock


@asynccontextmanager
async def open_services(
    settings: Settings, servers: Servers, clock: Clock = utc_now, deadlines: Deadlines | None = None
) -> AsyncIterator[Services]:
    """Open everything against servers that run and are migrated; on leaving, the engine answers what it has first.

    Statements have `deadlines` where callers wait for them, and none in commands, which take what they need.
    """
    registry = load_registry(PLUGINS_FOLDER, allowed=settings.allowed_plugins)
    async with (
        open_database(servers.database_url, settings.database_pool_max, deadlines) as pool,
        open_redis(servers.redis_url) as client,
    ):
        hints = HintBoard(client, clock)
        live = Live(client)
        engine = _engine(settings, pool, registry, clock, hints, live)
        credentials = KnownCredentials(pool, clock)
        observer = Observer(settings, pool)
        async with running(engine):
            yield Services(
                settings=settings,
                servers=servers,
                pool=pool,
                redis=client,
                registry=registry,
                engine=engine,
                leaderboards=Leaderboards(pool, client, settings.zone, clock),
                credentials=credentials,
                live=live,
                analytics=open_analytics(settings, pool, deadlines),
                vault=open_personal_keys(settings).vault(clock),
                observer=observer,
                health=Health(pool, client),
                zone=settings.zone,
                clock=clock,
            )
        await live.close()
        await hints.close()
        await credentials.close()
        await observer.close()


def _engine(settings: Settings, pool: Pool, registry: Registry, clock: Clock, hints: HintBoard, live: Live) -> Engine:
    fail, tell = fail_point(settings.fail_point), live.announcer.announce
    return Engine(pool, registry, settings.zone, limits_of(settings), clock, fail, hints=hints, announce=tell)


def open_analytics(settings: Settings, pool: Pool, deadlines: Deadlines | None) -> AnalyticsDoor:
    """Who asks about all members; where callers wait, a question may take as long as a request."""
    longest_s = settings.request_timeout_s if deadlines else QUESTION_TIMEOUT_S
    return AnalyticsDoor(settings.analytics_url, pool, settings.zone, longest_s)


def limits_of(settings: Settings) -> BatchLimits:
    """How the engine groups facts."""
    return BatchLimits(
        facts_max=settings.batch_facts_max,
        in_flight_max=settings.batches_in_flight_max,
        delay_ms=settings.batch_delay_ms,
        queue_max=settings.queue_facts_max,
    )


def fail_point(chosen: str | None) -> Callable[[str], None]:
    """What the engine calls at its fail points: nothing, or at the chosen one the end of the process."""
    if chosen is None:
        return no_fail_point

    def fail(name: str) -> None:
        if name == chosen:
            os.kill(os.getpid(), signal.SIGKILL)

    return fail


def run_with_services(
    settings: Settings,
    main: Callable[[Services], Awaitable[Result]],
    deadlines: Deadlines | None = None,
    change: Change | None = None,
) -> Result:
    """Run `main` with everything open, on servers that are started and stopped where they have to be.

    A command that changes data says so by `change`, which is in the audit log before `main` is called.
    """

    async def opened(servers: Servers) -> Result:
        asyncio.get_running_loop().set_exception_handler(tell_of_lost_errors)
        await ensure_schema(settings, servers)
        async with open_services(settings, servers, deadlines=deadlines) as services:
            spare_the_collector()
            try:
                if change is None:
                    return await main(services)
                return await kept_in_log(services.pool, change, lambda: main(services))
            finally:
                # At the process's end libraries look whether all that they made is freed, and complain.
                gc.unfreeze()

    return run_with_servers(settings, opened)
