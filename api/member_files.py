"""Writes members into a CSV file, masked or in clear; the file is there once all of it is."""

import csv
from collections.abc import Iterator
from contextlib import aclosing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TextIO
from uuid import UUID
from zoneinfo import ZoneInfo

import click
import orjson

from api.csv_cells import safe_cell
from api.imports import SHOP_IDENTITY
from api.imports.member_columns import ATTRIBUTE_PREFIX, LIST_SEPARATOR
from api.progress import Report
from siyu.db import Pool
from siyu.rules import RuleClock
from siyu.segments.asking import Meant
from siyu.segments.exporting import Export, ExportedRow, exporting
from siyu.segments.queries import segments_by_id

MASK = "•"
SHOWN_AT_END = 2
COLUMNS = ("identity", "nickname", "joined_at", "tier", "tags", "groups")


@dataclass(frozen=True, slots=True)
class ExportWanted:
    """Where to, whom, whether in clear, and in which time zone."""

    file: Path
    segment_id: UUID | None
    reveal: bool
    zone: ZoneInfo


def masked(text: str | None) -> str | None:
    """The last two characters of a longer text, of a short one none.

    >>> masked("customer-17"), masked("17")
    ('•••••••••17', '••')
    """
    if text is None:
        return None
    shown = SHOWN_AT_END if len(text) > 2 * SHOWN_AT_END else 0
    return MASK * (len(text) - shown) + text[len(text) - shown :]


async def export_members(pool: Pool, wanted: ExportWanted, now: datetime, report: Report) -> int:
    """Write the file; the number of members. Raises ClickException for a segment that is none any more."""
    meant = await _meant(pool, wanted.segment_id) if wanted.segment_id else None
    clock, count = RuleClock(now, wanted.zone), 0
    with _whole(wanted.file) as out:
        table = csv.writer(out)
        async with exporting(pool, SHOP_IDENTITY, meant, clock) as export, aclosing(export.rows()) as some:
            table.writerow([*COLUMNS, "consents", *(f"{ATTRIBUTE_PREFIX}{key}" for key in export.keys)])
            async for rows in some:
                table.writerows([_cells(row, export, wanted) for row in rows])
                count += len(rows)
                report(count, export.total, count)
    return count


@contextmanager
def _whole(file: Path) -> Iterator[TextIO]:
    """The file beside it that takes its place at the end; nobody else may read it."""
    part = file.with_name(f"{file.name}.part")
    part.touch(mode=0o600)
    try:
        # With the mark by which Excel knows UTF-8.
        with part.open("w", encoding="utf-8-sig", newline="") as out:
            yield out
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)


def _cells(row: ExportedRow, export: Export, wanted: ExportWanted) -> list[str]:
    identity = row.identity if wanted.reveal else masked(row.identity)
    cells = [
        safe_cell(identity),
        safe_cell(row.nickname),
        row.joined_at.astimezone(wanted.zone).isoformat(timespec="seconds"),
        safe_cell(row.tier),
        *(safe_cell(LIST_SEPARATOR.join(labels)) for labels in (row.tags, row.groups, row.consents)),
    ]
    if export.keys:
        known = orjson.loads(row.attributes) if row.attributes else {}
        cells += [safe_cell(known.get(key)) for key in export.keys]
    return cells


async def _meant(pool: Pool, segment_id: UUID) -> Meant:
    segment = (await segments_by_id(pool, [segment_id])).get(segment_id)
    meant = segment.meant() if segment else None
    if meant is None:
        raise click.ClickException("There is no such segment, or its rule is none any more.")
    return meant
