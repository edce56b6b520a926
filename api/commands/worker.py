"""`worker`: the background work, in a process of its own."""

import sys
from pathlib import Path

import click

from api.commands.options import data_option
from api.metrics_port import listen_for_metrics, metrics_served
from api.observing import log_to
from api.server import stop_event, working
from api.services import Services, run_with_services
from api.settings import load_settings


@click.command()
@data_option
def worker(data: Path | None) -> None:
    """Run the background work (boards, timers, tiers, coupons, …) until Ctrl-C; any number of workers may run."""
    settings = load_settings(data=data)
    log_to(sys.stderr, settings.log_level, as_json=settings.logs_json)
    with listen_for_metrics(settings) as for_metrics:

        async def main(services: Services) -> None:
            with stop_event() as stop:
                services.health.ends_with(stop)
                async with metrics_served(services, for_metrics), working(services):
                    click.echo("siyu works in the background; Ctrl-C ends it.")
                    await stop.wait()

        run_with_services(settings, main)
