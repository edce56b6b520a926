"""`serve`: the GraphQL server."""

from contextlib import nullcontext
from functools import partial
from pathlib import Path

import click

from api.app import build_app
from api.commands.options import data_option
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
    with listen(settings.host, settings.port) as listening:
        bound_host, bound_port = listening.getsockname()[:2]

        async def main(services: Services) -> None:
            say_ready = partial(click.echo, f"siyu serves http://{bound_host}:{bound_port}/graphql")
            with stop_event() as stop:
                async with working(services) if worker else nullcontext():
                    await serve_app(build_app(services), listening, stop, say_ready)

        run_with_services(settings, main, settings.deadlines)
