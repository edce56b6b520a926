"""`token`: a token to call the server with."""

from datetime import timedelta
from pathlib import Path
from uuid import UUID

import click

from api.auth import load_tokens
from api.commands.options import data_option
from api.settings import load_settings
from schema import Principal, Role
from schema.context import SUBJECT_LENGTH_MAX
from schema.ids import MEMBER, decode_uuid, parse_uuid
from siyu.clock import utc_now

HOURS_MAX = 24 * 30
ROLES = [role.value for role in Role if role is not Role.ANONYMOUS]


def _member_id(_context: click.Context, _parameter: click.Parameter, value: str | None) -> UUID | None:
    """The UUID in a member's id, or as it is. Raises click.BadParameter for what is neither."""
    found = None if value is None else decode_uuid(MEMBER, value) or parse_uuid(value)
    if value is not None and found is None:
        raise click.BadParameter(f"{value} is no member's id; copy the `id` of a member from GraphQL.")
    return found


@click.command()
@click.option("--role", type=click.Choice(ROLES), default="operator", show_default=True)
@click.option("--name", default="cli", show_default=True, help="Who it is for (all but members).")
@click.option(
    "--member", metavar="ID", callback=_member_id, help="The member's id as GraphQL shows it, for --role member."
)
@click.option("--hours", type=click.IntRange(1, HOURS_MAX), default=12, show_default=True, help="How long it is valid.")
@data_option
def token(role: str, name: str, member: UUID | None, hours: int, data: Path | None) -> None:
    """Print a token, signed with this deployment's key."""
    if len(name) > SUBJECT_LENGTH_MAX:
        raise click.UsageError(f"--name must have at most {SUBJECT_LENGTH_MAX} characters.")
    if (role == "member") != (member is not None):
        raise click.UsageError("--member goes with --role member, and --role member with --member.")
    principal = Principal(Role(role), member_id=member, subject="" if member else name)
    click.echo(load_tokens(load_settings(data=data)).issue(principal, utc_now(), timedelta(hours=hours)))
