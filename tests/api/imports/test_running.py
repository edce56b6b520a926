"""Rows are read while others are written, and those of which nothing came are neither counted nor rejected."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from api.imports import ImportResult, run_import
from api.imports.columns import Column
from api.imports.errors import BadRow
from api.imports.reading import Row
from api.imports.running import ROWS_AT_ONCE, Tally
from tests.api.imports.factories import no_report

ROWS = 3 * ROWS_AT_ONCE


class Noting:
    """Notes what it is asked for; every tenth row is bad."""

    def __init__(self, tally: Tally, stop: asyncio.Event, fails: bool) -> None:
        self.tally, self.stop, self.fails = tally, stop, fails
        self.read_last = 0
        self.taken: list[int] = []

    def read(self, cells: Mapping[str, str]) -> int:
        """The number of a row."""
        self.read_last = int(cells["id"])
        if self.read_last % 10 == 0:
            raise BadRow("TENTH", "It is a tenth.")
        return self.read_last

    async def take(self, rows: Sequence[tuple[Row, int]]) -> None:
        """Note the rows, and have the import stopped, or fail."""
        for _, number in rows:
            self.taken.append(number)
            self.tally.settle(was_known=False)
        while self.read_last < 2 * ROWS_AT_ONCE:
            await asyncio.sleep(0)
        if self.fails:
            raise ConnectionError
        self.stop.set()

    async def finish(self) -> None:
        """Nothing is under way."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file of three times as many rows as are read at once."""
    path = tmp_path / "in.csv"
    path.write_text("id\n" + "".join(f"{number}\n" for number in range(1, ROWS + 1)))
    return path


async def imported(path: Path, jobs: list[Noting], fails: bool = False) -> ImportResult:
    stop = asyncio.Event()

    def make_job(tally: Tally) -> Noting:
        jobs.append(Noting(tally, stop, fails))
        return jobs[0]

    return await run_import(path, (Column("id", ("编号",)),), make_job, no_report, stop)


async def test_what_was_read_ahead_of_a_stop_is_left_to_the_next_run(path: Path) -> None:
    jobs: list[Noting] = []

    result = await imported(path, jobs)

    good = [number for number in range(1, ROWS_AT_ONCE + 1) if number % 10]
    # While the first rows were taken, the next ones were read.
    assert (jobs[0].read_last, jobs[0].taken) == (2 * ROWS_AT_ONCE, good)
    assert (result.rows, result.imported, result.rejected) == (ROWS_AT_ONCE, len(good), ROWS_AT_ONCE - len(good))
    assert result.stopped_after_line == ROWS_AT_ONCE + 1
    assert result.rejects_file is not None
    assert len(result.rejects_file.read_text().splitlines()) == 1 + result.rejected


async def test_a_failure_of_what_is_written_ends_the_import(path: Path) -> None:
    jobs: list[Noting] = []

    with pytest.raises(ConnectionError):
        await imported(path, jobs, fails=True)

    assert len(jobs[0].taken) == ROWS_AT_ONCE * 9 // 10
