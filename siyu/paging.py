"""Pages read by key: one row more than asked for is read, which tells whether there are more."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

PAGE_ROWS_MAX = 100

RowT = TypeVar("RowT")


@dataclass(frozen=True, slots=True)
class Page(Generic[RowT]):
    """Some rows in their order, and whether more lie beyond them in the direction they were read in."""

    rows: tuple[RowT, ...]
    has_more: bool


def cut_page(rows: Sequence[RowT], limit: int) -> Page[RowT]:
    """The page of `limit` rows out of up to `limit + 1` that were read."""
    return Page(tuple(rows[:limit]), len(rows) > limit)
