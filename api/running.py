"""What a command runs against: the servers, and a database that has every migration."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import asyncpg
import uvloop

from api.auditing import Change, kept_in_log
from api.embedded import Servers, embedded_servers
from api.errors import SetupError
from api.migrating import migrate, missing_migrations
from api.settings import Settings
from siyu.db import Pool, open_database

COMMAND_POOL_MAX = 2

Result = TypeVar("Result")


@contextmanager
def open_servers(settings: Settings) -> Iterator[Servers]:
    """The URLs of PostgreSQL and Redis: those of the settings, and embedded servers for what they leave out."""
    if settings.database_url and settings.redis_url:
        yield Servers(settings.database_url, settings.redis_url)
        return
    with embedded_servers(settings.data) as embedded:
        yield Servers(settings.database_url or embedded.database_url, settings.redis_url or embedded.redis_url)


def run_with_servers(settings: Settings, main: Callable[[Servers], Coroutine[Any, Any, Result]]) -> Result:
    """Start what has to be started, run `main` on uvloop, stop what was started."""
    with open_servers(settings) as servers, asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(main(servers))


def run_with_pool(
    settings: Settings, main: Callable[[Pool], Awaitable[Result]], change: Change | None = None
) -> Result:
    """The same with the database open and migrated: for commands that need no engine.

    What changes data says so by `change`, which is in the audit log before `main` is called.
    """

    async def opened(servers: Servers) -> Result:
        await ensure_schema(settings, servers)
        async with open_database(servers.database_url, COMMAND_POOL_MAX) as pool:
            return await (main(pool) if change is None else kept_in_log(pool, change, lambda: main(pool)))

    return run_with_servers(settings, opened)


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
