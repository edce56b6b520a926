"""Merges as they are read, and what one would come to."""

from collections.abc import Collection, Sequence
from typing import NamedTuple
from uuid import UUID

from siyu.db import Pool
from siyu.members.merge_store import COLUMNS, moving
from siyu.members.merging import MOVED, TIMERS, Merge, Moved, MovedRows
from siyu.paging import NewestWanted, Page, newest_pages

BY_IDS = f"SELECT {COLUMNS} FROM member_merge WHERE id = ANY($1::uuid[])"
MOVED_BY = """
SELECT merge_id, moved, count(*)::int FROM member_merge_row WHERE merge_id = ANY($1::uuid[]) GROUP BY 1, 2 ORDER BY 1, 2
"""
OWN_VALUE = """
SELECT unit, sum(balance) FILTER (WHERE member_id IS NOT NULL)::bigint,
       coalesce(sum(balance) FILTER (WHERE debtor_id IS NOT NULL), 0)::bigint
FROM account WHERE (member_id = $1 OR debtor_id = $1) AND balance > 0 GROUP BY unit ORDER BY unit
"""

MergeRow = Merge


class Brought(NamedTuple):
    """What a member has of a unit, and owes."""

    unit: str
    amount: int
    owed: int


class MergePreview(NamedTuple):
    """What would go to the survivor, and what would stay where it is since the survivor has such a one."""

    moves: Sequence[MovedRows]
    value: Sequence[Brought]


async def merges_by_id(pool: Pool, ids: Collection[UUID]) -> dict[UUID, MergeRow]:
    """Those of these merges that there are."""
    return {row[0]: Merge(*row) for row in await pool.fetch(BY_IDS, list(ids))}


async def merge_pages(pool: Pool, wanted: Sequence[NewestWanted]) -> list[Page[MergeRow]]:
    """The wanted pages of merges into members, undone ones too, with one statement."""
    return await newest_pages(pool, "member_merge", COLUMNS, Merge, wanted, owner="survivor_id")


async def moved_by(pool: Pool, ids: Collection[UUID]) -> dict[UUID, list[MovedRows]]:
    """What went along with these merges."""
    found: dict[UUID, list[MovedRows]] = {}
    for merge_id, what, rows in await pool.fetch(MOVED_BY, list(ids)):
        found.setdefault(merge_id, []).append(MovedRows(what, rows))
    return found


async def preview_merge(pool: Pool, survivor_id: UUID, merged_id: UUID) -> MergePreview:
    """What a merge would do now; changes nothing. One snapshot, a statement for each kind of thing."""
    async with pool.acquire() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        moves = []
        for moved in (*MOVED, TIMERS):
            [[going, all_rows]] = await connection.fetch(_counted(moved), merged_id, survivor_id)
            if all_rows:
                moves.append(MovedRows(moved.name, going, all_rows - going))
        value = [Brought(*row) for row in await connection.fetch(OWN_VALUE, merged_id)]
    return MergePreview(moves, [each._replace(amount=each.amount or 0) for each in value])


def _counted(moved: Moved) -> str:
    going = f"(SELECT count(*)::int FROM {moved.table} AS mine WHERE {moving(moved)})"
    return f"SELECT {going}, (SELECT count(*)::int FROM {moved.table} AS mine WHERE mine.{moved.column} = $1)"
