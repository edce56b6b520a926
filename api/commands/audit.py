"""`audit`: the log of what staff and commands changed: checked, listed and exported."""

import csv
import json
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO

import click

from api.commands.options import data_option, json_option
from api.csv_cells import safe_cell
from api.progress import showing_progress
from api.running import run_with_pool
from api.settings import Settings, load_settings
from siyu.audit import Verdict, verify_chain
from siyu.audit.queries import AuditOutcome, AuditRow, AuditWanted, audit_page, audit_rows
from siyu.db import Pool
from siyu.paging import PAGE_ROWS_MAX

NOT_SOUND = 1
HASH_DIGITS = 64
FORMATS = ("jsonl", "csv")
FIELDS = (
    *("number", "at", "role", "name", "session", "field", "arguments", "objects", "reason", "request"),
    *("outcome", "codes", "ended_at", "hash"),
)


@click.group()
def audit() -> None:
    """Look into the log of what staff and commands changed, and check that nobody changed the log."""


@audit.command()
@click.option("--head", metavar="HASH", help="A head that was printed before: it has to be on the chain still.")
@json_option
@data_option
def verify(head: str | None, as_json: bool, data: Path | None) -> None:
    """Follow the chain from its first entry to its head.

    Exit code 1 and the number of the first bad entry where one was changed, removed, put in or moved. Who can write to
    the database can write a whole new chain: keep the printed head elsewhere, and give it as --head next time.
    """
    remembered = _hash(head)

    async def main(pool: Pool) -> Verdict:
        with showing_progress("audit log") as report:
            return await verify_chain(pool, remembered, lambda done, total: report(done, total, done))

    found = run_with_pool(load_settings(data=data), main)
    if as_json:
        told = {"sound": found.is_sound, "entries": found.entries, "head": found.head.hex()}
        told |= {} if found.is_sound else {"bad_number": found.bad_number, "problem": found.problem}
        click.echo(json.dumps(told))
    elif found.is_sound:
        click.echo(f"{found.entries:,} entries are sound; the head is {found.head.hex()}.")
    else:
        click.echo(f"Entry {found.bad_number}: {found.problem}. The {found.entries:,} entries before it are sound.")
    if not found.is_sound:
        sys.exit(NOT_SOUND)


def _moment(_context: click.Context, _parameter: click.Parameter, value: str | None) -> datetime | None:
    try:
        return datetime.fromisoformat(value) if value is not None else None
    except ValueError as error:
        raise click.BadParameter(f"{value!r} is no date and no time, such as 2026-11-01") from error


def wanted_options(command: Callable[..., None]) -> Callable[..., None]:
    """Which entries."""
    for option in (
        click.option("--actor", help="Who: a name in a token, or an account that ran a command."),
        click.option("--field", help="The mutation, or the words of the command."),
        click.option("--from", "from_", metavar="TIME", callback=_moment, help="Not before this day or time."),
        click.option("--to", metavar="TIME", callback=_moment, help="Before this day or time."),
        click.option("--outcome", type=click.Choice([each.value for each in AuditOutcome]), help="What became of it."),
    ):
        command = option(command)
    return command


@audit.command("list")
@click.option("--first", type=click.IntRange(1, PAGE_ROWS_MAX), default=20, show_default=True, help="How many.")
@wanted_options
@json_option
@data_option
def list_entries(first: int, as_json: bool, data: Path | None, **given: Any) -> None:
    """List entries, the newest first."""
    settings = load_settings(data=data)

    async def main(pool: Pool) -> list[AuditRow]:
        return list((await audit_page(pool, _wanted(settings, given), first, None)).rows)

    rows = run_with_pool(settings, main)
    if as_json:
        click.echo(json.dumps({"entries": [_told(row) for row in rows]}, ensure_ascii=False))
        return
    for row in rows:
        codes = f" {' '.join(row.codes)}" if row.codes else ""
        reason = f" – {row.reason}" if row.reason else ""
        shown = row.at.astimezone(settings.zone).isoformat(timespec="seconds")
        click.echo(f"{row.number}  {shown}  {row.role} {row.name}: {row.field} ({row.outcome}{codes}){reason}")


@audit.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--format", "format_", type=click.Choice(FORMATS), default="jsonl", show_default=True, help="Of the file."
)
@wanted_options
@data_option
def export(file: Path, format_: str, data: Path | None, **given: Any) -> None:
    """Write entries to FILE, the newest first; it is there once all of it is."""
    settings, part = load_settings(data=data), file.with_name(f"{file.name}.part")

    async def main(pool: Pool) -> int:
        count = 0
        with part.open("w", encoding="utf-8", newline="") as out:
            write = _writer(out, format_)
            async for row in audit_rows(pool, _wanted(settings, given)):
                write(_told(row))
                count += 1
        return count

    try:
        part.touch(mode=0o600)
        count = run_with_pool(settings, main)
        part.replace(file)
    except OSError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{count:,} entries are in {file}.")


def _writer(out: TextIO, format_: str) -> Callable[[dict[str, Any]], None]:
    if format_ == "jsonl":

        def write_line(told: dict[str, Any]) -> None:
            out.write(f"{json.dumps(told, ensure_ascii=False)}\n")

        return write_line
    table = csv.writer(out)
    table.writerow(FIELDS)

    def write_row(told: dict[str, Any]) -> None:
        cells = (told[name] for name in FIELDS)
        table.writerow([safe_cell(_flat(cell)) for cell in cells])

    return write_row


def _flat(value: object) -> object:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else value


def _told(row: AuditRow) -> dict[str, Any]:
    return {
        **row._asdict(),
        "at": row.at.isoformat(),
        "session": str(row.session) if row.session else None,
        "arguments": json.loads(row.arguments),
        "ended_at": row.ended_at.isoformat() if row.ended_at else None,
        "hash": row.hash.hex(),
    }


def _wanted(settings: Settings, given: dict[str, Any]) -> AuditWanted:
    outcome = given["outcome"]
    from_, to = [_in_zone(given[name], settings) for name in ("from_", "to")]
    return AuditWanted(given["actor"], given["field"], None, from_, to, AuditOutcome(outcome) if outcome else None)


def _in_zone(moment: datetime | None, settings: Settings) -> datetime | None:
    return moment.replace(tzinfo=settings.zone) if moment and not moment.tzinfo else moment


def _hash(text: str | None) -> bytes | None:
    try:
        hashed = bytes.fromhex(text) if text is not None else None
    except ValueError:
        hashed = b""
    if hashed is not None and len(hashed) * 2 != HASH_DIGITS:
        raise click.BadParameter(f"{text!r} is no hash of {HASH_DIGITS} hexadecimal digits", param_hint="--head")
    return hashed
