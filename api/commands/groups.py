"""`groups rebuild`: what is kept of groups, made anew from facts and memberships."""

import json
from pathlib import Path

import click

from api.auditing import Change
from api.commands.options import data_option, json_option
from api.services import Services, run_with_services
from api.settings import load_settings
from siyu.groups.folding import Rebuilt, rebuild_groups


@click.group()
def groups() -> None:
    """Look after groups."""


@groups.command()
@json_option
@data_option
def rebuild(as_json: bool, data: Path | None) -> None:
    """Count what members did in groups anew from facts, and set sizes and members' groups right. Facts go on."""

    async def main(services: Services) -> Rebuilt:
        return await rebuild_groups(services.pool, services.zone)

    rebuilt = run_with_services(load_settings(data=data), main, change=Change("groups rebuild", {}))
    if as_json:
        click.echo(json.dumps(rebuilt._asdict()))
        return
    click.echo(
        f"{rebuilt.activity:,} days of members in groups are counted; {rebuilt.groups:,} groups had a wrong size, "
        f"{rebuilt.members:,} members wrong groups."
    )
