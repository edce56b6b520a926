"""Records of which one is made for every fact: frozen for the type checker, which costs nothing at run time."""

from dataclasses import dataclass, field
from typing import TypeVar, dataclass_transform

RecordT = TypeVar("RecordT")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def record(cls: type[RecordT]) -> type[RecordT]:
    """A dataclass with slots whose fields nobody may set, as mypy sees to.

    At run time a frozen dataclass takes four times as long to make, and a named tuple half as long again, which also
    takes three times as long to read from (docs/decisions/0059).
    """
    return dataclass(slots=True, unsafe_hash=True)(cls)
