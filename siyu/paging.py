"""Pages read by key: one row more than asked for is read, which tells whether there are more."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from uuid import UUID

from siyu.db import Pool

PAGE_ROWS_MAX = 100

RowT = TypeVar("RowT")


@dataclass(frozen=True, slots=True)
class Page(Generic[RowT]):
    """Some rows in their order, and whether more lie beyond them in the direction they were read in."""

    rows: tuple[RowT, ...]
    has_more: bool


@dataclass(frozen=True, slots=True)
class NewestWanted:
    """A page of what one member has of something, newest first: what is older than `after`."""

    member_id: UUID
    limit: int
    after: UUID | None


KIN = "SELECT kin.id FROM member AS kin WHERE kin.merged_into = wanted.member_id"
NEWEST = """
SELECT wanted.place, page.* FROM unnest($1::uuid[], $2::int[], $3::uuid[])
    WITH ORDINALITY AS wanted (member_id, size, newest, place)
CROSS JOIN LATERAL (
    SELECT {columns} FROM {table}
    WHERE {whose} AND (wanted.newest IS NULL OR id < wanted.newest)
    ORDER BY id DESC LIMIT wanted.size
) AS page
ORDER BY wanted.place, page.id DESC
"""


async def newest_pages(
    pool: Pool,
    table: str,
    columns: str,
    row_of: Callable[..., RowT],
    wanted: Sequence[NewestWanted],
    owner: str = "member_id",
    *,
    of_person: bool = False,
) -> list[Page[RowT]]:
    """The wanted pages of a table with `id` and the member in the column `owner`, in order, with one statement; with
    `of_person` of whoever was merged into the member too."""
    whose = f"{owner} = wanted.member_id"
    if of_person:
        whose = f"{owner} = ANY (ARRAY(SELECT wanted.member_id UNION ALL {KIN}))"
    pages: list[list[RowT]] = [[] for _ in wanted]
    records = await pool.fetch(
        NEWEST.format(columns=columns, table=table, whose=whose),
        [page.member_id for page in wanted],
        [page.limit + 1 for page in wanted],
        [page.after for page in wanted],
    )
    for place, *row in records:
        pages[place - 1].append(row_of(*row))
    return [cut_page(rows, page.limit) for rows, page in zip(pages, wanted, strict=True)]


def cut_page(rows: Sequence[RowT], limit: int) -> Page[RowT]:
    """The page of `limit` rows out of up to `limit + 1` that were read."""
    return Page(tuple(rows[:limit]), len(rows) > limit)
