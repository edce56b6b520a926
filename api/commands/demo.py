"""`demo`: what `make run` starts: the shop CDNOW, filled on the first start, and its server."""

import sys
from pathlib import Path

import click

from api.app import build_app
from api.auditing import Change
from api.commands.options import data_option
from api.demo import describe_shop, fill_shop
from api.metrics_port import listen_for_metrics, metrics_served
from api.observing import log_to
from api.server import listen, serve_app, stop_event, working
from api.services import Services, run_with_services
from api.settings import load_settings


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), help="Port.  [default: SIYU_PORT or 8000]")
@data_option
def demo(port: int | None, data: Path | None) -> None:
    """Fill an empty shop with the orders of CDNOW, then serve it; prints tokens and documents to paste."""
    settings = load_settings(port=port, data=data)
    log_to(sys.stderr, settings.log_level, as_json=settings.logs_json)
    with listen(settings.host, settings.port) as listening, listen_for_metrics(settings) as for_metrics:
        address = f"http://{settings.host}:{listening.getsockname()[1]}"

        async def main(services: Services) -> None:
            with stop_event() as stop:
                services.health.ends_with(stop)
                async with metrics_served(services, for_metrics), working(services):
                    await fill_shop(services, stop)
                    if stop.is_set():
                        return
                    welcome = await describe_shop(services, address)
                    await serve_app(build_app(services), listening, stop, lambda: click.echo(welcome))

        run_with_services(settings, main, change=Change("demo", {}))
