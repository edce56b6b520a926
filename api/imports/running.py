"""One import from its first row to its last: reads, hands over, counts, and can be stopped."""

import asyncio
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from time import perf_counter
from typing import Generic, Protocol, TypeVar

from api.imports.columns import Column
from api.imports.errors import BadRow
from api.imports.reading import Row, Table, open_table
from api.imports.rejects import Rejects
from api.progress import Report

ROWS_AT_ONCE = 2_000
# Read without a pause, which takes a few milliseconds: those before them are being written meanwhile.
ROWS_WITHOUT_PAUSE = 100

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
    with open_table(path, columns) as table, Rejects(table, personal) as rejects:
        tally = Tally(rejects)
        job = make_job(tally)
        try:
            stopped_after_line = await _import_rows(table, job, tally, report, stop)
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


@dataclass(slots=True)
class _Batch(Generic[Item]):
    """Rows that were read and of which nothing has come yet: the good ones as values, and why the others are bad."""

    rows: int = 0
    last: Row | None = None
    good: list[tuple[Row, Item]] = field(default_factory=list)
    bad: list[tuple[Row, str, str]] = field(default_factory=list)


async def _import_rows(table: Table, job: Job[Item], tally: Tally, report: Report, stop: asyncio.Event) -> int | None:
    """Import all rows; the last line dealt with where somebody stopped it. Rows are read while others are written."""
    rows_left = table.rows()
    ahead = await _read_batch(rows_left, table, job)
    while (last := ahead.last) is not None:
        tally.rows += ahead.rows
        for row, code, reason in ahead.bad:
            tally.rejects.add(row, code, reason)
        taking = asyncio.create_task(job.take(ahead.good))
        try:
            ahead = await _read_batch(rows_left, table, job)
        finally:
            await taking
        report(last.end_byte, table.total_bytes, tally.rows)
        if stop.is_set():
            return last.line
    return None


async def _read_batch(rows_left: Iterator[Row], table: Table, job: Job[Item]) -> _Batch[Item]:
    """The next rows; none at the end of the file."""
    batch: _Batch[Item] = _Batch()
    while batch.rows < ROWS_AT_ONCE and (rows := list(islice(rows_left, ROWS_WITHOUT_PAUSE))):
        batch.rows, batch.last = batch.rows + len(rows), rows[-1]
        for row in rows:
            if row.problem is not None:
                batch.bad.append((row, *row.problem))
                continue
            try:
                batch.good.append((row, job.read(table.named(row))))
            except BadRow as bad:
                batch.bad.append((row, bad.code, bad.reason))
        await asyncio.sleep(0)
    return batch
