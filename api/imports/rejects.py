"""Writes the rows that could not be imported beside the file they come from, for a person to mend."""

import csv
from collections.abc import Sequence
from contextlib import ExitStack
from types import TracebackType
from typing import Self

from api.imports.errors import CannotImport
from api.imports.reading import Row, Table

SUFFIX = ".rejects.csv"
OWN_COLUMNS = ("line", "code", "reason")
# With a byte order mark, which is how Excel knows UTF-8.
ENCODING = "utf-8-sig"


class Rejects:
    """The file of rejected rows: made with the first of them, removed when it is an earlier run's."""

    def __init__(self, table: Table) -> None:
        self.path = table.path.with_name(table.path.name + SUFFIX)
        self.count = 0
        self._header = table.header
        self._file = ExitStack()

    def __enter__(self) -> Self:
        try:
            self.path.unlink(missing_ok=True)
        except OSError as error:
            raise self._unwritable(error) from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def add(self, row: Row, code: str, reason: str) -> None:
        """Keep a row as it was, the reason before it. Raises CannotImport when that cannot be written."""
        try:
            if self.count == 0:
                self._open()
            self._write([str(row.line), code, reason, *row.cells])
        except OSError as error:
            raise self._unwritable(error) from error
        self.count += 1

    def _open(self) -> None:
        file = self._file.enter_context(self.path.open("w", encoding=ENCODING, newline=""))
        self._writer = csv.writer(file)
        self._write([*OWN_COLUMNS, *self._header])

    def _write(self, cells: Sequence[str]) -> None:
        self._writer.writerow(cells)

    def _unwritable(self, error: OSError) -> CannotImport:
        return CannotImport(f"Rejected rows cannot be written to {self.path}: {error.strerror}.")
