"""The address for those who run siyu: `/metrics`, `/healthz` and `/readyz`, apart from what the world may call."""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.observing import CONTENT_TYPE, exposition
from api.observing.backlogs import look_at_backlogs
from api.server import listen, serve_app
from api.services import Services
from api.settings import Settings

logger = logging.getLogger(__name__)


@contextmanager
def listen_for_metrics(settings: Settings) -> Iterator[socket.socket | None]:
    """A socket on the address of metrics, None without one. Raises CannotListen."""
    if settings.metrics_port is None:
        yield None
        return
    with listen(settings.metrics_host, settings.metrics_port, "SIYU_METRICS_PORT") as listening:
        yield listening


def build_metrics_app(services: Services) -> Starlette:
    """What is served there."""

    async def metrics(_request: Request) -> Response:
        waiting = await look_at_backlogs(services.pool, services.leaderboards, services.clock())
        page = exposition(services.observer.counts, services.engine, services.pool, waiting)
        return Response(page, headers={"Content-Type": CONTENT_TYPE})

    return Starlette(routes=[Route("/metrics", metrics, methods=["GET"]), *services.health.routes()])


@asynccontextmanager
async def metrics_served(services: Services, listening: socket.socket | None) -> AsyncIterator[None]:
    """Served while something runs inside, until after it has ended: who asks meanwhile is told that it stops."""
    if listening is None:
        yield
        return
    host, port = listening.getsockname()[:2]
    stop, ready = asyncio.Event(), asyncio.Event()
    serving = asyncio.create_task(serve_app(build_metrics_app(services), listening, stop, ready.set), name="metrics")
    await ready.wait()
    logger.info("metrics are at http://%s:%s/metrics", host, port)
    try:
        yield
    finally:
        stop.set()
        await serving
