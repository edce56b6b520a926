"""One server process: a listening socket, the application, the worker's loops, and a clean end on a signal."""

import asyncio
import contextlib
import errno
import signal
import socket
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from typing import Any

import uvicorn
from starlette.applications import Starlette

from api.errors import SetupError
from api.live import LIVE_LIMITS, DrainingProtocol
from api.services import Services
from siyu.access import run_sweeper
from siyu.boards import run_projector
from siyu.coupons import run_coupons
from siyu.db import Pool, open_database
from siyu.engine import run_erasures, run_expiry, run_hold_timeouts, run_pending, run_rewards
from siyu.features import run_features
from siyu.groups import run_activity
from siyu.members.tag_expiry import run_tag_expiry
from siyu.metrics import run_metrics
from siyu.tag_rules import follow_features, run_tag_rules
from siyu.tiers.review import run_reviews

BACKLOG = 2_048
GRACE_S = 10
WORKER_CONNECTIONS_MAX = 4
STARTED_POLL_S = 0.01


class CannotListen(SetupError):
    """The address cannot be listened on; the text says why and what to do."""


def listen(host: str, port: int, setting: str = "SIYU_PORT") -> socket.socket:
    """A socket listening on the address, before anything else is started. Raises CannotListen.

    Only listening takes the port; who calls before we serve waits. `setting` is what names another port.
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
                f"Port {port} on {host} is taken by another program; stop it, or choose another with {setting}."
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
    """The worker's loops, running beside whatever is inside.

    Their connections are others than those of requests: copying a large board takes longer than a request may.
    """
    stop = asyncio.Event()
    async with open_database(services.servers.database_url, WORKER_CONNECTIONS_MAX) as pool:
        tasks = [asyncio.create_task(loop, name=name) for name, loop in _loops(services, pool, stop)]
        try:
            yield
        finally:
            stop.set()
            await asyncio.wait(tasks)
            for task in tasks:
                task.result()


def _loops(services: Services, pool: Pool, stop: asyncio.Event) -> Iterator[tuple[str, Coroutine[Any, Any, None]]]:
    """Each of the worker's loops, by what it keeps going."""
    zone, clock = services.zone, services.clock
    yield "boards", run_projector(pool, services.redis, zone, clock, stop)
    yield "timers", run_pending(services.engine, stop)
    yield "features", run_features(pool, zone, clock, stop, follow_features)
    yield "tags", run_tag_expiry(pool, clock, stop)
    yield "tag rules", run_tag_rules(pool, zone, clock, stop)
    yield "groups", run_activity(pool, stop)
    yield "metrics", run_metrics(pool, zone, clock, stop)
    yield "tiers", run_reviews(pool, zone, clock, stop)
    yield "expiry", run_expiry(pool, zone, clock, stop)
    yield "coupons", run_coupons(pool, clock, stop)
    yield "rewards", run_rewards(services.engine, stop)
    yield "holds", run_hold_timeouts(services.engine, stop)
    yield "erasures", run_erasures(services.engine, stop)
    yield "sweeper", run_sweeper(pool, clock, stop)


async def serve_app(app: Starlette, listening: socket.socket, stop: asyncio.Event, ready: Callable[[], None]) -> None:
    """Serve until `stop` is set; then no new requests, and those under way get their answers."""
    config = uvicorn.Config(
        app,
        http="httptools",
        ws=DrainingProtocol,
        ws_max_size=LIVE_LIMITS.message_bytes,
        ws_ping_interval=LIVE_LIMITS.ping_s,
        ws_ping_timeout=LIVE_LIMITS.ping_s,
        # A dictionary for each connection is memory, and most messages are smaller than what it saves.
        ws_per_message_deflate=False,
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
