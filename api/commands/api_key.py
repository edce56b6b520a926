"""`api-key`: the keys by which services call."""

import json
from datetime import datetime, timedelta
from pathlib import Path

import click

from api.auditing import Change
from api.commands.options import data_option, json_option, told_in_a_sentence
from api.running import run_with_pool
from api.settings import load_settings
from siyu.access import ApiKey, NewApiKey, Scope, create_api_key, revoke_api_key
from siyu.access import api_keys as read_api_keys
from siyu.access.api_keys import LIFE_MAX
from siyu.clock import utc_now
from siyu.db import Pool

MADE_BY = "cli"


@click.group("api-key")
def api_key() -> None:
    """Make, list and revoke the API keys of services."""


@api_key.command()
@click.option("--name", required=True, help="The service; keys of one name are one caller.")
@click.option(
    "--scope",
    "scopes",
    type=click.Choice([scope.value for scope in Scope]),
    multiple=True,
    required=True,
    help="What it may do; may be given several times.",
)
@click.option(
    "--days", type=click.IntRange(1, LIFE_MAX.days), default=90, show_default=True, help="How long it is valid."
)
@data_option
def create(name: str, scopes: tuple[str, ...], days: int, data: Path | None) -> None:
    """Make a key and print it, this once; only its hash is kept."""

    async def main(pool: Pool) -> NewApiKey:
        wanted = {Scope(scope) for scope in scopes}
        return await create_api_key(pool, name, wanted, timedelta(days=days), MADE_BY, utc_now())

    change = Change("api-key create", {"name": name, "scopes": scopes, "days": days})
    with told_in_a_sentence():
        click.echo(run_with_pool(load_settings(data=data), main, change).text)


@api_key.command("list")
@json_option
@data_option
def list_keys(as_json: bool, data: Path | None) -> None:
    """List the keys, the newest first; revoked and expired ones too."""
    now = utc_now()
    rows = [_row(key, now) for key in run_with_pool(load_settings(data=data), read_api_keys)]
    if as_json:
        click.echo(json.dumps({"apiKeys": rows}, ensure_ascii=False))
        return
    for row in rows:
        used = f"last used {row['lastUsedAt']}" if row["lastUsedAt"] else "never used"
        scopes = " ".join(row["scopes"] or ())
        click.echo(f"{row['prefix']}  {row['state']}, {row['name']}: {scopes}; until {row['expiresAt']}, {used}")


@api_key.command()
@click.argument("prefix")
@data_option
def revoke(prefix: str, data: Path | None) -> None:
    """End a key, named by its PREFIX, the letters between the first two _; servers know within five seconds."""

    async def main(pool: Pool) -> ApiKey:
        return await revoke_api_key(pool, prefix, utc_now())

    with told_in_a_sentence():
        key = run_with_pool(load_settings(data=data), main, Change("api-key revoke", {"prefix": prefix}))
    click.echo(f"{key.prefix} of {key.name} is revoked.")


def _row(key: ApiKey, now: datetime) -> dict[str, str | list[str] | None]:
    state = "revoked" if key.revoked_at else "expired" if key.expires_at <= now else "live"
    return {
        "prefix": key.prefix,
        "name": key.name,
        "state": state,
        "scopes": sorted(scope.value for scope in key.scopes),
        "createdBy": key.created_by,
        "createdAt": key.created_at.isoformat(),
        "expiresAt": key.expires_at.isoformat(),
        "lastUsedAt": key.last_used_at.isoformat() if key.last_used_at else None,
    }
