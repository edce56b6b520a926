"""`segments`: which there are, and a file of whom one has."""

import csv
import json
from contextlib import aclosing
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from api.commands.options import data_option, json_option
from api.errors import SetupError
from api.progress import showing_progress
from api.services import Services, run_with_services
from api.settings import load_settings
from schema.ids import MEMBER, SEGMENT, decode_uuid, encode_id
from siyu.rules import RuleClock
from siyu.segments.export import COLUMNS, exported, segment_called
from siyu.segments.queries import count_segment, segment_page

LISTED_MAX = 1_000
# The byte order mark has Excel read the file as UTF-8.
ENCODING = "utf-8-sig"


@click.group()
def segments() -> None:
    """Look after segments."""


@segments.command("list")
@json_option
@data_option
def list_(as_json: bool, data: Path | None) -> None:
    """List the segments, the newest first."""

    async def main(services: Services) -> list[dict[str, str]]:
        page = await segment_page(services.pool, LISTED_MAX, None)
        return [
            {"id": encode_id(SEGMENT, row.id), "name": row.name, "kind": row.kind.name, "rule": row.rule}
            for row in page.rows
        ]

    found = run_with_services(load_settings(data=data), main)
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
        return
    for row in found:
        click.echo(f"{row['id']}  {row['name']} ({row['kind'].lower()}): {' '.join(row['rule'].split())}")


@segments.command()
@click.argument("segment")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@json_option
@data_option
def export(segment: str, file: Path, as_json: bool, data: Path | None) -> None:
    """Write the members of SEGMENT, an id or a name, to a CSV file: what rules ask of each, and no personal data.

    The file is complete or not there: until the end it has `.part` behind its name.
    """

    async def main(services: Services) -> dict[str, Any]:
        row = await segment_called(services.pool, decode_uuid(SEGMENT, segment), segment)
        meant = row.meant() if row else None
        if row is None or meant is None:
            raise SetupError(f"there is no segment {segment} that can be asked; `segments list` names them")
        clock = RuleClock(services.clock(), services.zone)
        total, done, part = await count_segment(services.pool, clock, row) or 0, 0, file.with_name(f"{file.name}.part")
        with part.open("w", encoding=ENCODING, newline="") as out, showing_progress(row.name) as report:
            writer = csv.writer(out)
            writer.writerow(["id", *COLUMNS])
            async with aclosing(exported(services.pool, meant, clock)) as pages:
                async for page in pages:
                    writer.writerows([encode_id(MEMBER, id_), *map(_cell, values)] for id_, values in page)
                    done += len(page)
                    report(done, max(total, done), done)
        part.replace(file)
        return {"segment": row.name, "members": done, "file": str(file)}

    try:
        told = run_with_services(load_settings(data=data), main)
    except OSError as error:
        raise click.ClickException(str(error)) from error
    sentence = f"{told['members']:,} members of {told['segment']} are in {file}."
    click.echo(json.dumps(told, ensure_ascii=False) if as_json else sentence)


def _cell(value: object) -> object:
    """A value as the file has it. What begins like a formula is a text to a spreadsheet with a quote before it."""
    if isinstance(value, datetime):
        return value.isoformat()
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t") else value
