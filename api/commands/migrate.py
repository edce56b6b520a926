"""`migrate`: bring the database's schema up to date."""

from pathlib import Path

import click

from api.commands.options import data_option
from api.embedded import Servers
from api.migrating import migrate as apply_missing
from api.running import run_with_servers, telling_of_the_database
from api.settings import load_settings


@click.command()
@data_option
def migrate(data: Path | None) -> None:
    """Apply the migrations that the database lacks; safe to run from several processes at once."""

    async def main(servers: Servers) -> list[str]:
        with telling_of_the_database():
            return await apply_missing(servers.database_url)

    applied = run_with_servers(load_settings(data=data), main)
    click.echo(f"Applied: {', '.join(applied)}." if applied else "The database is up to date.")
