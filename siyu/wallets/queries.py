"""Holds, adjustments, payouts and freezes as they are read."""

from collections.abc import Callable, Collection, Sequence
from enum import Enum
from typing import TypeVar
from uuid import UUID

from siyu.db import Pool
from siyu.paging import NewestWanted, Page, cut_page, newest_pages
from siyu.wallets.records import Adjustment, Freeze, Payout, ValueHold
from siyu.wallets.store import ADJUSTMENTS, FREEZES, HOLDS, PAYOUTS, Table


class HoldState(Enum):
    """Whether a hold keeps its value still, and what became of it."""

    OPEN = "open"
    POSTED = "posted"
    VOID = "void"
    TIMED_OUT = "timed_out"


class AdjustmentState(Enum):
    """Whether an adjustment was done at once, waits for a second operator, or what that one said."""

    DONE = "done"
    OPEN = "open"
    APPROVED = "approved"
    REJECTED = "rejected"


class PayoutState(Enum):
    """How far a payout has come."""

    REQUESTED = "requested"
    APPROVED = "approved"
    PAID = "paid"
    FAILED = "failed"
    REJECTED = "rejected"


BY_IDS = "SELECT {columns} FROM {table} WHERE id = ANY($1::uuid[])"
# Each walks the index of state and id from the place that the cursor names.
OF_STATE = "SELECT {columns} FROM {table} WHERE state = $1 AND id > coalesce($2::uuid, '{first}') ORDER BY id LIMIT $3"

RESERVED = """
SELECT member_id, unit, sum(amount)::bigint FROM value_hold
WHERE member_id = ANY($1::uuid[]) AND state = 'open' GROUP BY 1, 2
"""
FROZEN = f"SELECT {FREEZES} FROM wallet_freeze WHERE member_id = ANY($1::uuid[]) AND lifted_at IS NULL"

RowT = TypeVar("RowT")


async def holds_by_id(pool: Pool, ids: Collection[UUID]) -> dict[UUID, ValueHold]:
    """Those of these holds that exist."""
    return await _by_id(pool, HOLDS, ValueHold, ids)


async def adjustments_by_id(pool: Pool, ids: Collection[UUID]) -> dict[UUID, Adjustment]:
    """Those of these adjustments that exist."""
    return await _by_id(pool, ADJUSTMENTS, Adjustment, ids)


async def payouts_by_id(pool: Pool, ids: Collection[UUID]) -> dict[UUID, Payout]:
    """Those of these payouts that exist."""
    return await _by_id(pool, PAYOUTS, Payout, ids)


async def hold_pages(pool: Pool, wanted: Sequence[NewestWanted]) -> list[Page[ValueHold]]:
    """Pages of members' holds, in their order, with one statement."""
    return await newest_pages(pool, HOLDS.name, str(HOLDS), ValueHold, wanted)


async def payout_pages(pool: Pool, wanted: Sequence[NewestWanted]) -> list[Page[Payout]]:
    """Pages of members' payouts, in their order, with one statement."""
    return await newest_pages(pool, PAYOUTS.name, str(PAYOUTS), Payout, wanted)


async def adjustments_of_state(pool: Pool, state: AdjustmentState, limit: int, after: UUID | None) -> Page[Adjustment]:
    """The adjustments of all members in a state, the oldest first."""
    return await _of_state(pool, ADJUSTMENTS, Adjustment, state.value, limit, after)


async def payouts_of_state(pool: Pool, state: PayoutState, limit: int, after: UUID | None) -> Page[Payout]:
    """The payouts of all members in a state, the oldest first."""
    return await _of_state(pool, PAYOUTS, Payout, state.value, limit, after)


async def reserved(pool: Pool, member_ids: Collection[UUID]) -> dict[tuple[UUID, str], int]:
    """What members' own open holds keep, by member and unit; nothing kept is missing."""
    return {(row[0], row[1]): row[2] for row in await pool.fetch(RESERVED, list(member_ids))}


async def freezes(pool: Pool, member_ids: Collection[UUID]) -> dict[UUID, Freeze]:
    """The freezes of those of these members who are frozen."""
    return {row["member_id"]: Freeze(*row) for row in await pool.fetch(FROZEN, list(member_ids))}


async def _by_id(pool: Pool, table: Table, row_of: Callable[..., RowT], ids: Collection[UUID]) -> dict[UUID, RowT]:
    records = await pool.fetch(BY_IDS.format(columns=table, table=table.name), list(ids))
    return {record["id"]: row_of(*record) for record in records}


async def _of_state(
    pool: Pool, table: Table, row_of: Callable[..., RowT], state: str, limit: int, after: UUID | None
) -> Page[RowT]:
    sql = OF_STATE.format(columns=table, table=table.name, first=UUID(int=0))
    records = await pool.fetch(sql, state, after, limit + 1)
    return cut_page([row_of(*record) for record in records], limit)
