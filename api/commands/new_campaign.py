"""`new-campaign`: the files of a new campaign type, whose tests pass at once."""

from pathlib import Path

import click

from api.scaffold import check_key, write_distribution, write_folder
from api.services import PLUGINS_FOLDER
from siyu.campaigns import load_registry

ROOT = PLUGINS_FOLDER.parent


@click.command("new-campaign")
@click.argument("key")
@click.option("--package", is_flag=True, help="Write a distribution of its own instead of a folder in plugins/.")
@click.option(
    "--into",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Where to write.  [default: this checkout; with --package the present folder]",
)
def new_campaign(key: str, package: bool, into: Path | None) -> None:
    """Write a campaign type called KEY (snake_case) to start from, with tests that pass."""
    names = check_key(key, load_registry(PLUGINS_FOLDER).types.keys())
    if package:
        folder = into or Path.cwd()
        written = write_distribution(names, folder)
        following = [f"cd {folder / names.distribution}", "python -m pytest"]
    else:
        written = write_folder(names, into or ROOT)
        following = [f"python -m pytest tests/plugins/test_{key}.py", "python -m api schema > schema/schema.graphql"]
    for path in written:
        click.echo(f"wrote {path}")
    click.echo("Next:")
    for command in following:
        click.echo(f"  {command}")
