"""`schema`: the GraphQL schema as text."""

import click

from api.services import PLUGINS_FOLDER
from schema import build_schema
from siyu.campaigns import load_registry


@click.command()
def schema() -> None:
    """Print the GraphQL schema with the types of every usable plugin."""
    click.echo(build_schema(load_registry(PLUGINS_FOLDER)).as_str())
