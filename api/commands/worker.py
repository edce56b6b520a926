"""`worker`: the background work, in a process of its own."""

from pathlib import Path

import click

from api.commands.options import data_option
from api.server import stop_event, working
from api.services import Services, run_with_services
from api.settings import load_settings


@click.command()
@data_option
def worker(data: Path | None) -> None:
    """Run the background work (leaderboards, timers, coupons) until Ctrl-C; any number of workers may run."""

    async def main(services: Services) -> None:
        with stop_event() as stop:
            async with working(services):
                click.echo("siyu works in the background; Ctrl-C ends it.")
                await stop.wait()

    run_with_services(load_settings(data=data), main)
