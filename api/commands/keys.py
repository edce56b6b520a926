"""`keys`: the keys that sign tokens, and those of personal data."""

import json
from datetime import datetime, timedelta
from pathlib import Path

import click

from api.auditing import Change
from api.commands.options import data_option, json_option
from api.commands.personal_keys import dropped, personal_rows, rotated
from api.identity import open_key_file
from api.identity.key_ring import KeyRing, TokenKey
from api.running import run_with_pool
from api.settings import Settings, load_settings
from siyu.clock import utc_now
from siyu.db import Pool
from siyu.privacy import Purpose

# Long enough to bring the file to every machine by hand.
MINUTES_MAX = 24 * 60
TOKEN, PERSONAL, INDEX, ALL = "token", "personal", "index", "all"
PURPOSES = {PERSONAL: Purpose.CIPHER, INDEX: Purpose.INDEX}


@click.group()
def keys() -> None:
    """Look after the keys that sign tokens, and those of personal data; no server has to be started again."""


@keys.command("list")
@click.option("--kind", type=click.Choice([TOKEN, PERSONAL, ALL]), default=ALL, show_default=True)
@json_option
@data_option
def list_keys(kind: str, as_json: bool, data: Path | None) -> None:
    """List the keys, the newest first: which are used, which only verify or open what there is, and until when."""
    settings, now = load_settings(data=data), utc_now()
    ring = open_key_file(settings).ring()
    rows = [_row(ring, key, now) for key in ring.keys] if kind != PERSONAL else []
    personal = personal_rows(settings, now) if kind != TOKEN else []
    if as_json:
        click.echo(json.dumps({"keys": rows, "personal": personal}))
        return
    for row in rows:
        until = f", until {row['verifiesUntil']}" if row["verifiesUntil"] else ""
        click.echo(f"{row['kid']}  {row['state']}, signs from {row['signsFrom']}{until}")
    for row in personal:
        click.echo(f"{row['id']}  {row['purpose']} of personal data, {row['state']}, begins {row['beginsAt']}")


@keys.command()
@click.option(
    "--kind",
    type=click.Choice([TOKEN, PERSONAL, INDEX, ALL]),
    default=ALL,
    show_default=True,
    help="Which: those that sign tokens, encrypt personal data, or index it; all are the first two.",
)
@click.option(
    "--in-minutes",
    type=click.IntRange(0, MINUTES_MAX),
    default=0,
    show_default=True,
    help="When the new keys begin; bring the files to all machines before.",
)
@click.option(
    "--drop-old",
    is_flag=True,
    help="After a theft, of tokens' keys alone: without the old ones, every token ends at once.",
)
@json_option
@data_option
def rotate(kind: str, in_minutes: int, drop_old: bool, as_json: bool, data: Path | None) -> None:
    """Begin with new keys; tokens of the old ones stay valid, and personal data is encrypted anew.

    Killed meanwhile, it goes on when it is run again: where data of older keys is left, it begins with no other key.
    """
    if drop_old and in_minutes:
        raise click.UsageError("--drop-old leaves no key to sign with until then; give it without --in-minutes.")
    if drop_old and kind in PURPOSES:
        raise click.UsageError("--drop-old is for the keys of tokens; for personal data use `keys drop`.")
    settings, told = load_settings(data=data), dict[str, object]()
    if kind in {TOKEN, ALL}:
        told["token"] = _rotate_tokens(settings, in_minutes, drop_old, as_json)
    if kind != TOKEN and not drop_old:
        purpose = PURPOSES.get(kind, Purpose.CIPHER)
        told[purpose.value] = rotated(settings, purpose, timedelta(minutes=in_minutes), quietly=as_json)
    if as_json:
        click.echo(json.dumps(told))


@keys.command()
@click.option("--kind", type=click.Choice([PERSONAL, INDEX]), default=PERSONAL, show_default=True)
@json_option
@data_option
def drop(kind: str, as_json: bool, data: Path | None) -> None:
    """Take old keys of personal data out of the file that no row needs any more.

    Backups of the database from before the rotation cannot be read without them: keep the file with the backup.
    """
    gone, needed = dropped(load_settings(data=data), PURPOSES[kind])
    if as_json:
        click.echo(json.dumps({"dropped": gone, "needed": needed}))
        return
    click.echo(f"Dropped: {', '.join(gone) or 'none'}.")
    for key_id, rows in needed.items():
        click.echo(f"{key_id} stays: {rows} rows need it, or its successor began a moment ago; `keys rotate` first.")


def _rotate_tokens(settings: Settings, in_minutes: int, drop_old: bool, quietly: bool) -> dict[str, object]:
    file, now = open_key_file(settings), utc_now()

    async def main(_pool: Pool) -> TokenKey:
        return file.rotate(now + timedelta(minutes=in_minutes), now, drop_old=drop_old)

    change = Change("keys rotate", {"kind": TOKEN, "in_minutes": in_minutes, "drop_old": drop_old})
    new = run_with_pool(settings, main, change)
    if not quietly:
        click.echo(f"{new.kid} in {file.path} signs from {_shown(new.signs_from)}.")
    return {"kid": new.kid, "file": str(file.path), "signsFrom": _shown(new.signs_from)}


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
