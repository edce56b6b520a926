"""Finds the columns of a file by its header, in English or Chinese."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from api.imports.errors import CannotImport


@dataclass(frozen=True, slots=True)
class Column:
    """A column an import knows: our name for it, and the other headings it may have."""

    name: str
    headings: tuple[str, ...]
    required: bool = True

    def __str__(self) -> str:
        text = f"{self.name} ({'/'.join(self.headings)})"
        return text if self.required else f"{text}, optional"


def find_columns(path: Path, header: Sequence[str], columns: Sequence[Column]) -> list[str]:
    """Our names of the header's columns, in its order. Raises CannotImport naming the first that is wrong."""
    known = {heading: column.name for column in columns for heading in (column.name, *column.headings)}
    expected = "; ".join(str(column) for column in columns)
    names: list[str] = []
    for heading in header:
        name = known.get(heading.strip().casefold())
        if name is None:
            raise CannotImport(f"{path} has an unknown column “{heading.strip()}”. Expected columns: {expected}.")
        if name in names:
            raise CannotImport(f"{path} has the column {name} twice. Expected columns: {expected}.")
        names.append(name)
    for column in columns:
        if column.required and column.name not in names:
            raise CannotImport(f"{path} has no column {column.name}. Expected columns: {expected}.")
    return names
