"""Writes the rows that could not be imported beside the file they come from, for a person to mend.

Personal data is not written a second time: its cells are masked, and `line` tells where they are in the file.
"""

import csv
import os
from collections.abc import Collection, Sequence
from contextlib import ExitStack
from types import TracebackType
from typing import Self

from api.imports.errors import CannotImport
from api.imports.reading import Row, Table

SUFFIX = ".rejects.csv"
OWN_COLUMNS = ("line", "code", "reason")
# In place of a cell with personal data.
MASKED = "***"
# With a byte order mark, which is how Excel knows UTF-8.
ENCODING = "utf-8-sig"


class Rejects:
    """The file of rejected rows: made with the first of them, removed when it is an earlier run's."""

    def __init__(self, table: Table, personal: Collection[str] = ()) -> None:
        """`personal`: our names of the columns that hold personal data."""
        self.path = table.path.with_name(table.path.name + SUFFIX)
        self.count = 0
        self._header = table.header
        self._masked = [name in personal for name in table.names]
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
            self._write([str(row.line), code, reason, *self._shown(row)])
        except OSError as error:
            raise self._unwritable(error) from error
        self.count += 1

    def _shown(self, row: Row) -> Sequence[str]:
        """The cells; where the row is broken nobody knows which of them are personal."""
        if not any(self._masked):
            return row.cells
        is_broken = len(row.cells) != len(self._masked)
        masked = [True] * len(row.cells) if is_broken else self._masked
        return [MASKED if hidden and cell else cell for cell, hidden in zip(row.cells, masked, strict=True)]

    def _open(self) -> None:
        handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        file = self._file.enter_context(os.fdopen(handle, "w", encoding=ENCODING, newline=""))
        self._writer = csv.writer(file)
        self._write([*OWN_COLUMNS, *self._header])

    def _write(self, cells: Sequence[str]) -> None:
        self._writer.writerow(cells)

    def _unwritable(self, error: OSError) -> CannotImport:
        return CannotImport(f"Rejected rows cannot be written to {self.path}: {error.strerror}.")
