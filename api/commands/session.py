"""`session`: signing people in and out by hand."""

import json
from pathlib import Path
from uuid import UUID

import click

from api.auditing import Change
from api.commands.options import checked_caller, data_option, told_in_a_sentence, whose_options
from api.identity import load_tokens
from api.running import run_with_pool
from api.settings import load_settings
from schema import Principal, Role
from schema.ids import MEMBER
from siyu.access import ACCESS_TOKEN_LIFE, Caller, Session, start_session
from siyu.access import revoke as revoke_caller
from siyu.clock import utc_now
from siyu.db import Pool

SIGNED_IN = [role for role in Role if role not in {Role.ANONYMOUS, Role.SERVICE}]


@click.group()
def session() -> None:
    """Sign people in, and end what they are signed in by."""


@session.command()
@whose_options(SIGNED_IN)
@data_option
def start(role: str, name: str | None, member: UUID | None, data: Path | None) -> None:
    """Start a session and print its tokens as JSON; `sessionRefresh` keeps it going."""
    caller, settings, now = checked_caller(role, name, member), load_settings(data=data), utc_now()

    async def main(pool: Pool) -> Session:
        return await start_session(pool, caller, now)

    change = Change("session start", _whose(caller), objects=_objects(caller))
    with told_in_a_sentence():
        started = run_with_pool(settings, main, change)
    principal = Principal(Role(role), member, caller.name or "", session_id=started.id)
    tokens = {
        "accessToken": load_tokens(settings).issue(principal, now, ACCESS_TOKEN_LIFE),
        "accessExpiresAt": (now + ACCESS_TOKEN_LIFE).isoformat(),
        "refreshToken": started.refresh_token,
        "refreshExpiresAt": started.refresh_until.isoformat(),
    }
    click.echo(json.dumps(tokens))


@session.command()
@whose_options([role for role in Role if role is not Role.ANONYMOUS])
@data_option
def revoke(role: str, name: str | None, member: UUID | None, data: Path | None) -> None:
    """End all sessions and tokens of a member or of a name; servers know within five seconds."""
    caller = checked_caller(role, name, member)

    async def main(pool: Pool) -> None:
        await revoke_caller(pool, caller, utc_now())

    change = Change("session revoke", _whose(caller), objects=_objects(caller))
    run_with_pool(load_settings(data=data), main, change)
    click.echo("All sessions and tokens up to now have ended.")


def _whose(caller: Caller) -> dict[str, object]:
    return {"role": caller.role, "name": caller.name}


def _objects(caller: Caller) -> tuple[str, ...]:
    return (f"{MEMBER}:{caller.member_id}",) if caller.member_id else ()
