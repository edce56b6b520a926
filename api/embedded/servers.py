"""Lends PostgreSQL and Valkey to as many processes as share a data folder."""

import signal
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from api.embedded.daemon import Daemon
from api.embedded.errors import EmbeddedError
from api.embedded.folder import Home, open_home
from api.embedded.locks import starting, unused, using
from api.embedded.postgres import database_url, postgres, prepare_postgres
from api.embedded.programs import Programs, find_programs
from api.embedded.sockets import prepare_socket_folder, remove_socket_folder
from api.embedded.supervisor import supervise
from api.embedded.valkey import prepare_valkey, redis_url, valkey


@dataclass(frozen=True)
class Servers:
    """Addresses of the running servers, as asyncpg and redis-py take them."""

    database_url: str
    redis_url: str


@contextmanager
def embedded_servers(data: Path) -> Iterator[Servers]:
    """Run PostgreSQL and Valkey with their data under `data` for as long as the block lasts.

    The first process to come starts them, the last to go stops them; servers that a killed process left
    behind are adopted. A server that dies meanwhile is started again within about a second.
    Raises EmbeddedError with one sentence for the person at the terminal.
    """
    home = open_home(data)
    programs = find_programs(home.account)
    daemons = (postgres(home, programs), valkey(home, programs))

    def start() -> None:
        _start(home, programs, daemons)

    def revive() -> None:
        with starting(home.path):
            start()

    with ExitStack() as use:
        with starting(home.path), _stopping_if_it_fails(home, daemons):
            start()
            use.enter_context(using(home.path))
        end_supervision = supervise(daemons, revive)
        try:
            yield Servers(database_url(home), redis_url(home))
        finally:
            with _undisturbed():
                end_supervision()
                with starting(home.path):
                    use.close()
                    _stop_if_unused(home, daemons)


def _start(home: Home, programs: Programs, daemons: tuple[Daemon, ...]) -> None:
    try:
        prepare_socket_folder(home)
        prepare_postgres(home, programs)
        prepare_valkey(home)
        for daemon in daemons:
            daemon.ensure()
    except OSError as error:
        raise EmbeddedError(
            f"The servers' files in {home.path} cannot be written ({error}): free space there or mend its permissions."
        ) from error


@contextmanager
def _stopping_if_it_fails(home: Home, daemons: tuple[Daemon, ...]) -> Iterator[None]:
    """Leave no server behind when the other cannot start, or when Ctrl-C comes meanwhile."""
    try:
        yield
    except BaseException:
        with _undisturbed():
            _stop_if_unused(home, daemons)
        raise


def _stop_if_unused(home: Home, daemons: tuple[Daemon, ...]) -> None:
    if unused(home.path):
        for daemon in daemons:
            daemon.stop()
        remove_socket_folder(home)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Let no second, impatient Ctrl-C leave a server behind; every wait inside is bounded."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
