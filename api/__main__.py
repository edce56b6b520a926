"""The entry of `python -m api`: a failure that the person at the terminal can mend is one sentence, not a traceback."""

import signal
import sys
from types import FrameType

import click

from api.cli import cli
from api.collecting import collect_seldom
from api.errors import SetupError
from api.streams import print_whole

FAILED = 1


def end_properly(number: int, _frame: FrameType | None) -> None:
    """Leave through every `finally`, so that the embedded servers are stopped."""
    sys.exit(128 + number)


def main() -> None:
    """Run the command line."""
    collect_seldom()
    print_whole()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, end_properly)
    try:
        cli(prog_name="python -m api")
    except SetupError as error:
        click.secho(str(error), fg="red", err=True)
        sys.exit(FAILED)


if __name__ == "__main__":
    main()
