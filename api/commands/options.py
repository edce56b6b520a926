"""The options that several commands understand, and how their mistakes are told."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar
from uuid import UUID

import click

from schema import Role
from schema.ids import MEMBER, decode_uuid, parse_uuid
from schema.principals import SUBJECT_LENGTH_MAX
from siyu.access import Caller
from siyu.errors import DomainError

Command = TypeVar("Command", bound=Callable[..., object])

data_option = click.option(
    "--data",
    type=click.Path(path_type=Path),
    help="Folder of the embedded servers and the token key.  [default: SIYU_DATA or .siyu]",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def whose_options(roles: Sequence[Role]) -> Callable[[Command], Command]:
    """`--role` with `--name` or `--member`: who somebody is, checked by `checked_caller`."""
    names = [role.value for role in roles]

    def decorate(command: Command) -> Command:
        member = click.option(
            "--member", metavar="ID", callback=_member_id, help="The member's id as GraphQL shows it."
        )
        name = click.option("--name", help="Who it is, where it is no member.")
        role = click.option("--role", type=click.Choice(names), default="operator", show_default=True)
        return role(name(member(command)))

    return decorate


def checked_caller(role: str, name: str | None, member: UUID | None) -> Caller:
    """Who was named. Raises click.UsageError."""
    if name is not None and not 1 <= len(name) <= SUBJECT_LENGTH_MAX:
        raise click.UsageError(f"--name must have 1 to {SUBJECT_LENGTH_MAX} characters.")
    if (role == Role.MEMBER.value) != (member is not None):
        raise click.UsageError("--member goes with --role member, and --role member with --member.")
    if (member is None) == (name is None):
        raise click.UsageError("Give --name, or --role member with --member.")
    return Caller(role, member, name)


def _member_id(_context: click.Context, _parameter: click.Parameter, value: str | None) -> UUID | None:
    """The UUID in a member's id, or as it is. Raises click.BadParameter for what is neither."""
    found = None if value is None else decode_uuid(MEMBER, value) or parse_uuid(value)
    if value is not None and found is None:
        raise click.BadParameter(f"{value} is no member's id; copy the `id` of a member from GraphQL.")
    return found


@contextmanager
def told_in_a_sentence() -> Iterator[None]:
    """Tell what the domain refuses as a command's error."""
    try:
        yield
    except DomainError as error:
        raise click.ClickException(str(error)) from error
