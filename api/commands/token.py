"""`token`: a token to call the server with."""

from datetime import timedelta
from uuid import UUID

import click

from api.auth import load_tokens
from api.settings import load_settings
from schema import Principal, Role
from siyu.clock import utc_now

HOURS_MAX = 24 * 30


@click.command()
@click.option("--role", type=click.Choice(["operator", "service", "member"]), default="operator", show_default=True)
@click.option("--name", default="cli", show_default=True, help="Who it is for (operators and services).")
@click.option("--member", type=click.UUID, help="The member's id (UUID), for --role member.")
@click.option("--hours", type=click.IntRange(1, HOURS_MAX), default=12, show_default=True, help="How long it is valid.")
def token(role: str, name: str, member: UUID | None, hours: int) -> None:
    """Print a token, signed with this deployment's key."""
    if (role == "member") != (member is not None):
        raise click.UsageError("--member goes with --role member, and --role member with --member.")
    principal = Principal(Role(role), member_id=member, subject="" if member else name)
    click.echo(load_tokens(load_settings()).issue(principal, utc_now(), timedelta(hours=hours)))
