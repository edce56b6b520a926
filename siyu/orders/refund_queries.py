"""Refund requests as they are read: the shop's own list, and those of many members at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from uuid import UUID

from siyu.db import Pool
from siyu.paging import NewestWanted, Page, cut_page, newest_pages


class RefundState(Enum):
    """Whether all that was asked for is back."""

    OPEN = "open"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class RefundRow:
    """One request; amounts in fen. `left_fen` is what the shop has still to pay because of it.

    Of several open requests for one order, all of it is left to the one that asks for most, the first of these.
    """

    id: UUID
    campaign_id: UUID
    member_id: UUID
    number: str
    asked_fen: int
    refunded_fen: int
    left_fen: int
    reason: str
    state: str
    asked_at: datetime
    attempts: int
    problem: str | None
    failed_at: datetime | None
    done_at: datetime | None


# An order's requests are a handful, found by refund_request_order.
SHOWN = """(
    SELECT request.id, request.campaign_id, request.member_id, number, asked_fen, refunded_fen,
           CASE WHEN EXISTS (
                    SELECT FROM refund_request other WHERE other.order_id = request.order_id
                        AND (other.asked_fen, request.id) > (request.asked_fen, other.id))
                THEN 0 ELSE greatest(0, asked_fen - refunded_fen) END AS left_fen,
           reason, state, asked_at, attempts, problem, failed_at, done_at
    FROM refund_request request JOIN shop_order ON shop_order.id = request.order_id
) AS refund"""
COLUMNS = """
id, campaign_id, member_id, number, asked_fen, refunded_fen, left_fen, reason, state, asked_at, attempts, problem,
failed_at, done_at
"""
# The state is part of the text: so the partial index of the open ones is found.
OF_STATE = f"""
SELECT {COLUMNS} FROM {SHOWN} WHERE state = '{{state}}' AND id > coalesce($1::uuid, '{UUID(int=0)}')
ORDER BY id LIMIT $2
"""


async def refund_page(pool: Pool, state: RefundState, limit: int, after: UUID | None) -> Page[RefundRow]:
    """The requests of all members that are open, or done, the oldest first."""
    records = await pool.fetch(OF_STATE.format(state=state.value), after, limit + 1)
    return cut_page([RefundRow(*record) for record in records], limit)


async def refund_pages(pool: Pool, wanted: Sequence[NewestWanted]) -> list[Page[RefundRow]]:
    """The wanted pages of members, in their order, with one statement."""
    return await newest_pages(pool, SHOWN, COLUMNS, RefundRow, wanted)
