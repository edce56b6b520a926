"""Every command in the documents exists, with its options."""

import re
import shlex
from pathlib import Path

import click
import pytest

from api.cli import cli
from tests.docs.pages import PAGES, READMES, ROOT, blocks, commands, name_of

TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
API = re.compile(r"^(?:\.venv/bin/)?python -m api ")


def parse(arguments: list[str], command: click.Command = cli) -> None:
    """Let click understand the arguments without doing anything. Raises click.UsageError."""
    if isinstance(command, click.Group) and arguments:
        found = command.get_command(click.Context(command), arguments[0])
        if found is None:
            raise click.UsageError(f"no such command: {arguments[0]}")
        parse(arguments[1:], found)
    elif arguments:
        command.make_context(command.name, arguments)


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_make_target_exists(page: Path) -> None:
    named = {command.split()[1] for command in commands(page) if command.startswith("make ")}

    assert named <= TARGETS


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_command_of_the_server_exists_with_its_options(page: Path) -> None:
    for command in filter(API.match, commands(page)):
        parse(shlex.split(API.sub("", command).split(" > ")[0]))


def test_a_wrong_command_would_be_found() -> None:
    for wrong in ("serves", "serve --prot 1", "import orders a.csv --jsno"):
        with pytest.raises(click.UsageError):
            parse(shlex.split(wrong))


@pytest.mark.parametrize("readme", READMES, ids=name_of)
def test_a_newcomer_is_told_to_run_and_then_to_test(readme: Path) -> None:
    first, second, *_ = [block.text.strip() for block in blocks(readme) if block.language == "sh"]

    assert (first, second) == ("make run", "make test")
