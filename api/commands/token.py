"""`token`: a token to call the server with."""

from datetime import timedelta
from pathlib import Path
from uuid import UUID

import click

from api.commands.options import checked_caller, data_option, whose_options
from api.identity import load_tokens
from api.settings import load_settings
from schema import Principal, Role
from siyu.access import TOKEN_LIFE_MAX
from siyu.clock import utc_now

HOURS_MAX = int(TOKEN_LIFE_MAX / timedelta(hours=1))
HOURS = 12


@click.command()
@whose_options([role for role in Role if role is not Role.ANONYMOUS])
@click.option("--hours", type=click.IntRange(1, HOURS_MAX), help=f"How long it is valid.  [default: {HOURS}]")
@data_option
def token(role: str, name: str | None, member: UUID | None, hours: int | None, data: Path | None) -> None:
    """Print a token, signed with this deployment's key, for development; in production it is valid for 15 minutes."""
    caller = checked_caller(role, name if member or name else "cli", member)
    tokens = load_tokens(load_settings(data=data))
    life = timedelta(hours=hours or HOURS)
    if life > tokens.life_max:
        if hours is not None:
            raise click.UsageError(
                "In production tokens are valid for 15 minutes: leave out --hours, or use `session start` for a person "
                "and `api-key create` for a service."
            )
        life = tokens.life_max
    click.echo(tokens.issue(Principal(Role(role), member, caller.name or ""), utc_now(), life))
