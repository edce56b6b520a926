"""`boards rebuild`: the leaderboards' hot copy, made anew."""

import click

from api.progress import showing_progress
from api.services import Services, run_with_services
from api.settings import load_settings
from siyu.boards import rebuild_all


@click.group()
def boards() -> None:
    """Look after the leaderboards."""


@boards.command()
def rebuild() -> None:
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

    run_with_services(load_settings(), main)
    click.echo("The leaderboards are rebuilt.")
