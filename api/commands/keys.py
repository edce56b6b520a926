"""`keys`: the keys that sign tokens."""

import json
from datetime import datetime, timedelta
from pathlib import Path

import click

from api.auditing import Change
from api.commands.options import data_option, json_option
from api.identity import open_key_file
from api.identity.key_ring import KeyRing, TokenKey
from api.running import run_with_pool
from api.settings import load_settings
from siyu.clock import utc_now
from siyu.db import Pool

# Long enough to bring the file to every machine by hand.
MINUTES_MAX = 24 * 60


@click.group()
def keys() -> None:
    """Look after the keys that sign tokens; no server has to be started again."""


@keys.command("list")
@json_option
@data_option
def list_keys(as_json: bool, data: Path | None) -> None:
    """List the keys, the newest first: which signs, which only verify, and until when."""
    file, now = open_key_file(load_settings(data=data)), utc_now()
    ring = file.ring()
    rows = [_row(ring, key, now) for key in ring.keys]
    if as_json:
        click.echo(json.dumps({"keys": rows}))
        return
    for row in rows:
        until = f", until {row['verifiesUntil']}" if row["verifiesUntil"] else ""
        click.echo(f"{row['kid']}  {row['state']}, signs from {row['signsFrom']}{until}")


@keys.command()
@click.option(
    "--in-minutes",
    type=click.IntRange(0, MINUTES_MAX),
    default=0,
    show_default=True,
    help="When the new key begins to sign; bring the file to all machines before.",
)
@click.option("--drop-old", is_flag=True, help="After a theft: without the old keys, every token ends at once.")
@data_option
def rotate(in_minutes: int, drop_old: bool, data: Path | None) -> None:
    """Sign with a new key; tokens of the old ones stay valid until they expire."""
    if drop_old and in_minutes:
        raise click.UsageError("--drop-old leaves no key to sign with until then; give it without --in-minutes.")
    settings = load_settings(data=data)
    file, now = open_key_file(settings), utc_now()

    async def main(_pool: Pool) -> TokenKey:
        return file.rotate(now + timedelta(minutes=in_minutes), now, drop_old=drop_old)

    change = Change("keys rotate", {"in_minutes": in_minutes, "drop_old": drop_old})
    new = run_with_pool(settings, main, change)
    click.echo(f"{new.kid} in {file.path} signs from {_shown(new.signs_from)}.")


def _row(ring: KeyRing, key: TokenKey, now: datetime) -> dict[str, str | None]:
    retires_at = ring.retires_at(key)
    state = "signing" if key is ring.signing(now) else "next" if key.signs_from > now else "verifying"
    return {
        "kid": key.kid,
        "state": state,
        "signsFrom": _shown(key.signs_from),
        "verifiesUntil": _shown(retires_at) if retires_at else None,
    }


def _shown(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
