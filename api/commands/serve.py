"""`serve`: the GraphQL server."""

import sys
from contextlib import nullcontext
from functools import partial
from pathlib import Path

import click

from api.app import build_app
from api.commands.options import data_option
from api.metrics_port import listen_for_metrics, metrics_served
from api.observing import log_to
from api.server import listen, serve_app, stop_event, working
from api.services import Services, run_with_services
from api.settings import load_settings


@click.command()
@click.option("--host", help="Address to listen on.  [default: SIYU_HOST or 127.0.0.1]")
@click.option("--port", type=click.IntRange(0, 65535), help="Port; 0 takes a free one.  [default: SIYU_PORT or 8000]")
@data_option
@click.option("--worker/--no-worker", default=True, help="Run the worker's loops in this process too.")
def serve(host: str | None, port: int | None, data: Path | None, worker: bool) -> None:
    """Serve GraphQL at /graphql until Ctrl-C."""
    settings = load_settings(host=host, port=port, data=data)
    log_to(sys.stderr, settings.log_level, as_json=settings.logs_json)
    with listen(settings.host, settings.port) as listening, listen_for_metrics(settings) as for_metrics:
        bound_host, bound_port = listening.getsockname()[:2]

        async def main(services: Services) -> None:
            say_ready = partial(click.echo, f"siyu serves http://{bound_host}:{bound_port}/graphql")
            with stop_event() as stop:
                services.health.ends_with(stop)
                async with metrics_served(services, for_metrics), working(services) if worker else nullcontext():
                    await serve_app(build_app(services), listening, stop, say_ready)

        run_with_services(settings, main, settings.deadlines)
