"""Finds the columns of a file by its header, in English or Chinese."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from api.imports.errors import CannotImport


@dataclass(frozen=True, slots=True)
class Column:
    """A column an import knows: our name for it, and the other headings it may have.

    `is_prefix`: headings only begin like this, and there may be several; our name goes on as theirs does.
    """

    name: str
    headings: tuple[str, ...]
    required: bool = True
    is_prefix: bool = False

    def __str__(self) -> str:
        text = f"{self.name}{'…' if self.is_prefix else ''} ({'/'.join(self.headings)})"
        return text if self.required else f"{text}, optional"


def find_columns(path: Path, header: Sequence[str], columns: Sequence[Column]) -> list[str]:
    """Our names of the header's columns, in its order. Raises CannotImport naming the first that is wrong."""
    known = {
        heading: column.name
        for column in columns
        if not column.is_prefix
        for heading in (column.name, *column.headings)
    }
    expected = "; ".join(str(column) for column in columns)
    names: list[str] = []
    for heading in header:
        name = known.get(heading.strip().casefold()) or _prefixed(heading.strip(), columns)
        if name is None:
            raise CannotImport(f"{path} has an unknown column “{heading.strip()}”. Expected columns: {expected}.")
        if name in names:
            raise CannotImport(f"{path} has the column {name} twice. Expected columns: {expected}.")
        names.append(name)
    for column in columns:
        if column.required and column.name not in names:
            raise CannotImport(f"{path} has no column {column.name}. Expected columns: {expected}.")
    return names


def _prefixed(heading: str, columns: Sequence[Column]) -> str | None:
    for column in columns:
        for start in (column.name, *column.headings) if column.is_prefix else ():
            if heading.startswith(start) and heading != start:
                return column.name + heading.removeprefix(start)
    return None
