"""One server process: a listening socket, the application, the worker's loops, and a clean end on a signal."""

import asyncio
import contextlib
import errno
import signal
import socket
from collections.abc import AsyncIterator, Callable, Iterator

import uvicorn
from starlette.applications import Starlette

from api.errors import SetupError
from api.services import Services
from siyu.access import run_sweeper
from siyu.boards import run_projector
from siyu.coupons import run_coupons
from siyu.engine import run_expiry, run_pending, run_rewards

BACKLOG = 2_048
GRACE_S = 10
STARTED_POLL_S = 0.01


class CannotListen(SetupError):
    """The address cannot be listened on; the text says why and what to do."""


def listen(host: str, port: int) -> socket.socket:
    """A socket listening on the address, before anything else is started. Raises CannotListen.

    Only listening takes the port; who calls before we serve waits.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(BACKLOG)
    except OSError as error:
        listening.close()
        if error.errno == errno.EADDRINUSE:
            raise CannotListen(
                f"Port {port} on {host} is taken by another program; stop it, or choose another with SIYU_PORT."
            ) from error
        raise CannotListen(f"Cannot listen on {host} port {port}: {error.strerror}.") from error
    return listening


class _Server(uvicorn.Server):
    """uvicorn, told to stop by `stop_event` instead of by signal handlers of its own."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@contextlib.contextmanager
def stop_event() -> Iterator[asyncio.Event]:
    """An event that SIGINT and SIGTERM set."""
    event, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, event.set)
    try:
        yield event
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)


@contextlib.asynccontextmanager
async def working(services: Services) -> AsyncIterator[None]:
    """The worker's loops, running beside whatever is inside."""
    stop = asyncio.Event()
    projector = run_projector(services.pool, services.redis, services.zone, services.clock, stop)
    tasks = [
        asyncio.create_task(projector, name="boards"),
        asyncio.create_task(run_pending(services.engine, stop), name="timers"),
        asyncio.create_task(run_coupons(services.pool, services.clock, stop), name="coupons"),
        asyncio.create_task(run_expiry(services.pool, services.zone, services.clock, stop), name="expiry"),
        asyncio.create_task(run_rewards(services.engine, stop), name="rewards"),
        asyncio.create_task(run_sweeper(services.pool, services.clock, stop), name="sweeper"),
    ]
    try:
        yield
    finally:
        stop.set()
        await asyncio.wait(tasks)
        for task in tasks:
            task.result()


async def serve_app(app: Starlette, listening: socket.socket, stop: asyncio.Event, ready: Callable[[], None]) -> None:
    """Serve until `stop` is set; then no new requests, and those under way get their answers."""
    config = uvicorn.Config(
        app,
        http="httptools",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        backlog=BACKLOG,
        timeout_graceful_shutdown=GRACE_S,
    )
    server = _Server(config)
    task = asyncio.create_task(server.serve(sockets=[listening]))
    stopping = asyncio.create_task(stop.wait())
    while not server.started and not task.done():  # noqa: ASYNC110 - uvicorn raises a flag, it has no event
        await asyncio.sleep(STARTED_POLL_S)
    if server.started:
        ready()
    await asyncio.wait({task, stopping}, return_when=asyncio.FIRST_COMPLETED)
    server.should_exit = True
    stopping.cancel()
    await task
