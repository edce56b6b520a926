"""`boards rebuild`: the leaderboards' hot copy, made anew."""

from pathlib import Path

import click

from api.auditing import Change
from api.commands.options import data_option
from api.progress import showing_progress
from api.services import Services, run_with_services
from api.settings import load_settings
from siyu.boards import rebuild_all


@click.group()
def boards() -> None:
    """Look after the leaderboards."""


@boards.command()
@data_option
def rebuild(data: Path | None) -> None:
    """Copy every leaderboard from PostgreSQL to Redis again; readers are served meanwhile."""

    async def main(services: Services) -> None:
        total = await services.pool.fetchval("SELECT count(*) FROM board_score")
        done = 0
        with showing_progress("leaderboards") as report:

            def count(rows: int) -> None:
                nonlocal done
                done += rows
                report(done, total, done)

            await rebuild_all(services.pool, services.redis, count)

    run_with_services(load_settings(data=data), main, change=Change("boards rebuild", {}))
    click.echo("The leaderboards are rebuilt.")
