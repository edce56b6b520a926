"""Turns the lines of a CSV file into rows: its columns found by the header, its bad rows told apart from the good."""

import csv
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from api.imports.columns import Column, find_columns
from api.imports.encoding import find_encoding
from api.imports.errors import CannotImport
from api.imports.lines import Line, read_lines

DELIMITERS = (",", ";", "\t")
# A quoted cell may hold line ends; a quote that is still open after so many lines was a slip of the pen.
ROW_LINES_MAX = 20


class Row(NamedTuple):
    """One row of the file: its first line's number, its cells, and why it cannot be imported, if so (code, reason)."""

    line: int
    cells: Sequence[str]
    end_byte: int
    problem: tuple[str, str] | None = None


class Table:
    """An open CSV file. `header` is as it stands in the file, `names` are the columns' names in our own words."""

    def __init__(self, path: Path, lines: Iterator[Line], columns: Sequence[Column], total_bytes: int) -> None:
        self.path = path
        self.total_bytes = total_bytes
        self._lines = lines
        self._again: deque[Line] = deque()
        self._taken: list[Line] = []
        first = next(lines, None)
        if first is None:
            raise CannotImport(f"{path} is empty.")
        self.delimiter = max(DELIMITERS, key=first.text.count)
        self.header = self._parse([first.text])
        self.names = find_columns(path, self.header, columns)

    def rows(self) -> Iterator[Row]:
        """The rows in the order of the file, without the empty ones."""
        while (row := self._next_row()) is not None:
            if any(map(str.strip, row.cells)) or row.problem:
                yield row

    def named(self, row: Row) -> Mapping[str, str]:
        """The row's cells by the names of their columns, without the blanks around them."""
        return dict(zip(self.names, map(str.strip, row.cells), strict=True))

    def _next_row(self) -> Row | None:
        if not self._again:
            line = next(self._lines, None)
            if line is None:
                return None
            text = line.text.rstrip("\r\n")
            if line.problem is None and '"' not in text and "\r" not in text:
                # A row of one line, for which a reader of its own would take most of the time.
                return self._checked(Row(line.number, text.split(self.delimiter), line.end_byte))
            self._again.append(line)
        return self._next_quoted_row()

    def _next_quoted_row(self) -> Row | None:
        self._taken = []
        try:
            cells = next(csv.reader(self._take_lines(), delimiter=self.delimiter, strict=True), None)
        except csv.Error as error:
            return self._reject_first_line(error)
        if cells is None:
            return None
        first, last = self._taken[0], self._taken[-1]
        problem = next((line.problem for line in self._taken if line.problem), None)
        return self._checked(Row(first.number, cells, last.end_byte, problem))

    def _checked(self, row: Row) -> Row:
        """The row, with its problem should it have another number of columns than the header."""
        if len(row.cells) == len(self.names) or row.problem is not None or not any(map(str.strip, row.cells)):
            return row
        reason = f"The row has {len(row.cells)} columns; the header has {len(self.names)}."
        return row._replace(problem=("WRONG_COLUMN_COUNT", reason))

    def _take_lines(self) -> Iterator[str]:
        """The lines that the next row may consist of; those really used are in `_taken`."""
        while len(self._taken) < ROW_LINES_MAX:
            line = self._again.popleft() if self._again else next(self._lines, None)
            if line is None:
                return
            self._taken.append(line)
            yield line.text

    def _reject_first_line(self, error: csv.Error) -> Row:
        """A quote is wrong or never closed: only the line it stands on is lost, the lines after it are read again."""
        first, *rest = self._taken
        self._again.extendleft(reversed(rest))
        reason = f"A quotation mark is not closed, or stands where it may not ({error})."
        problem = first.problem or ("BAD_QUOTES", reason)
        return Row(first.number, first.text.rstrip("\r\n").split(self.delimiter), first.end_byte, problem)

    def _parse(self, lines: Sequence[str]) -> list[str]:
        try:
            return next(csv.reader(lines, delimiter=self.delimiter, strict=True), [])
        except csv.Error as error:
            raise CannotImport(f"The header of {self.path} cannot be read: {error}.") from error


@contextmanager
def open_table(path: Path, columns: Sequence[Column]) -> Iterator[Table]:
    """Open a CSV file of any size. Raises CannotImport when it cannot be read or has other columns."""
    try:
        encoding = find_encoding(path)
        total_bytes = path.stat().st_size
        file = path.open("rb")
    except OSError as error:
        raise CannotImport(f"{path} cannot be read: {error.strerror}.") from error
    with file:
        yield Table(path, read_lines(file, encoding), columns, total_bytes)
