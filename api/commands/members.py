"""`members`: what is held about one member, and a table of many."""

import json
import zipfile
from datetime import datetime
from pathlib import Path
from uuid import UUID

import click

from api.auditing import Change
from api.commands.options import data_option, json_option
from api.identity import open_personal_keys
from api.member_files import ExportWanted, export_members
from api.progress import showing_progress
from api.running import run_with_pool
from api.settings import load_settings
from schema.ids import MEMBER, SEGMENT, decode_uuid, parse_uuid
from siyu.clock import utc_now
from siyu.db import Pool
from siyu.dossier import parts_of_database, person_of, rows_of_part
from siyu.privacy import Vault
from siyu.privacy.revealing import own_values

REASON_LENGTH_MAX = 200


@click.group()
def members() -> None:
    """Hand out what is held about members."""


def _reason(_context: click.Context, _parameter: click.Parameter, value: str | None) -> str | None:
    if value is not None and not 1 <= len(value.strip()) <= REASON_LENGTH_MAX:
        raise click.BadParameter(f"a reason has 1 to {REASON_LENGTH_MAX} characters")
    return value


reason_option = click.option("--reason", callback=_reason, help="Why; the audit log keeps it.")


@members.command()
@click.argument("member")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="The ZIP file to write.")
@reason_option
@data_option
def dossier(member: str, out: Path, reason: str | None, data: Path | None) -> None:
    """Write all that is held about MEMBER into a ZIP file: a file of JSON lines for each table, and personal.json.

    What is kept encrypted is in personal.json, in clear.

    MEMBER is the id as GraphQL shows it. It is for the member who asks for it, and for nobody else; --reason says so.
    """
    member_id = decode_uuid(MEMBER, member) or parse_uuid(member)
    if member_id is None:
        raise click.BadParameter(f"{member} is no member's id; copy the `id` of a member from GraphQL.")
    if reason is None:
        raise click.UsageError("Say why by --reason.")
    change = Change("members dossier", {"member": str(member_id)}, reason, (f"{MEMBER}:{member_id}",))
    part, settings = out.with_name(f"{out.name}.part"), load_settings(data=data)
    vault = open_personal_keys(settings).vault()

    async def main(pool: Pool) -> int:
        return await _write_dossier(pool, vault, member_id, part, utc_now())

    try:
        part.touch(mode=0o600)
        try:
            rows = run_with_pool(settings, main, change)
            part.replace(out)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{rows:,} rows about the member are in {out}.")


async def _write_dossier(pool: Pool, vault: Vault, member_id: UUID, path: Path, now: datetime) -> int:
    """The rows written, as they are at one moment. Raises ClickException where there is no such member."""
    counts: dict[str, int] = {}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        async with pool.acquire() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
            person = await person_of(connection, member_id)
            if not person:
                raise click.ClickException("There is no such member.")
            for part in await parts_of_database(connection):
                with archive.open(f"{part.table}.jsonl", "w") as lines:
                    async for row in rows_of_part(connection, part, person):
                        lines.write(f"{row}\n".encode())
                        counts[part.table] = counts.get(part.table, 0) + 1
        personal = {field.value: value for field, value in (await own_values(pool, vault, member_id)).items()}
        archive.writestr("personal.json", json.dumps(personal, ensure_ascii=False))
        told = {"member": str(member_id), "at": now.isoformat(), "rows": counts}
        archive.writestr("manifest.json", json.dumps(told, indent=1))
    return sum(counts.values())


@members.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--segment", help="Only the members of the segment with this id.")
@click.option("--reveal", is_flag=True, help="Identities in clear, too; needs --reason.")
@reason_option
@json_option
@data_option
def export(file: Path, segment: str | None, reveal: bool, reason: str | None, as_json: bool, data: Path | None) -> None:
    """Write members to a CSV FILE, which `import members` reads; it is there once all of it is.

    Identities are masked unless --reveal is given.
    """
    segment_id = decode_uuid(SEGMENT, segment) if segment else None
    if segment and segment_id is None:
        raise click.BadParameter(f"{segment} is no segment's id.", param_hint="--segment")
    if reveal and reason is None:
        raise click.UsageError("--reveal needs a --reason.")
    settings = load_settings(data=data)
    objects = (f"{SEGMENT}:{segment_id}",) if segment_id else ()
    change = Change("members export", {"segment": segment, "reveal": reveal}, reason, objects)
    wanted = ExportWanted(file, segment_id, reveal, settings.zone)

    async def main(pool: Pool) -> int:
        with showing_progress(file.name) as report:
            return await export_members(pool, wanted, utc_now(), report)

    try:
        rows = run_with_pool(settings, main, change)
    except OSError as error:
        raise click.ClickException(str(error)) from error
    click.echo(json.dumps({"rows": rows, "file": file.name}) if as_json else f"{rows:,} members are in {file}.")
