"""The option that every command which opens the shop understands."""

from pathlib import Path

import click

data_option = click.option(
    "--data",
    type=click.Path(path_type=Path),
    help="Folder of the embedded servers and the token key.  [default: SIYU_DATA or .siyu]",
)
