"""One import from its first row to its last: reads, hands over, counts, and can be stopped."""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from time import perf_counter
from typing import Protocol, TypeVar

from api.imports.columns import Column
from api.imports.errors import BadRow
from api.imports.reading import Row, open_table
from api.imports.rejects import Rejects
from api.progress import Report

ROWS_AT_ONCE = 1_000

Item = TypeVar("Item")


@dataclass(slots=True)
class Tally:
    """What has become of the rows so far."""

    rejects: Rejects
    rows: int = 0
    imported: int = 0
    repeated: int = 0

    def settle(self, was_known: bool) -> None:
        """Count a row that is in the database: now, or since an earlier import."""
        if was_known:
            self.repeated += 1
        else:
            self.imported += 1


class Job(Protocol[Item]):
    """What is done with the rows of one kind of file."""

    def read(self, cells: Mapping[str, str]) -> Item:
        """A row as a value. Raises BadRow."""

    async def take(self, rows: Sequence[tuple[Row, Item]]) -> None:
        """Start the import of these rows; every one is settled or rejected in the tally sooner or later."""

    async def finish(self) -> None:
        """Wait until every row that was taken is settled or rejected."""


@dataclass(frozen=True, slots=True)
class ImportResult:
    """How an import went; `stopped_after_line` is the last line dealt with where somebody stopped it."""

    rows: int
    imported: int
    repeated: int
    rejected: int
    seconds: float
    rejects_file: Path | None
    stopped_after_line: int | None

    @property
    def rows_per_s(self) -> float:
        """Rows dealt with in a second."""
        return self.rows / self.seconds


async def run_import(
    path: Path,
    columns: Sequence[Column],
    make_job: Callable[[Tally], Job[Item]],
    report: Report,
    stop: asyncio.Event,
    personal: Collection[str] = (),
) -> ImportResult:
    """Import a file; once `stop` is set, no further rows are read and those under way are finished.

    `report` is told the bytes read, the bytes of the file and the rows. What the columns `personal` hold is masked in
    the rejects. Raises CannotImport when nothing, or nothing more, can be done.
    """
    started = perf_counter()
    stopped_after_line = None
    with open_table(path, columns) as table, Rejects(table, personal) as rejects:
        tally = Tally(rejects)
        job = make_job(tally)
        rows_left = table.rows()
        try:
            while rows := list(islice(rows_left, ROWS_AT_ONCE)):
                await job.take(_read(rows, table.named, job, tally))
                report(rows[-1].end_byte, table.total_bytes, tally.rows)
                if stop.is_set():
                    stopped_after_line = rows[-1].line
                    break
        finally:
            await job.finish()
        return ImportResult(
            rows=tally.rows,
            imported=tally.imported,
            repeated=tally.repeated,
            rejected=rejects.count,
            seconds=perf_counter() - started,
            rejects_file=rejects.path if rejects.count else None,
            stopped_after_line=stopped_after_line,
        )


def _read(
    rows: Sequence[Row], named: Callable[[Row], Mapping[str, str]], job: Job[Item], tally: Tally
) -> list[tuple[Row, Item]]:
    """The good rows as values; the bad ones are rejected at once."""
    tally.rows += len(rows)
    items: list[tuple[Row, Item]] = []
    for row in rows:
        if row.problem is not None:
            tally.rejects.add(row, *row.problem)
            continue
        try:
            items.append((row, job.read(named(row))))
        except BadRow as bad:
            tally.rejects.add(row, bad.code, bad.reason)
    return items
