"""Refund requests from and to the database, many at a time."""

from collections.abc import Iterable

from siyu.db import Connection
from siyu.orders.book import OrderBook
from siyu.orders.refunds import RefundRequest

LOAD = """
SELECT id, campaign_id, order_id, asked_fen, reason, asked_at, attempts, problem, failed_at, done_at
FROM refund_request WHERE order_id = ANY($1::uuid[])
"""

WRITE = """
INSERT INTO refund_request (id, campaign_id, member_id, order_id, asked_fen, reason, state, asked_at, attempts, problem,
                            failed_at, done_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
ON CONFLICT (id) DO UPDATE SET asked_fen = EXCLUDED.asked_fen, reason = EXCLUDED.reason, state = EXCLUDED.state,
    attempts = EXCLUDED.attempts, problem = EXCLUDED.problem, failed_at = EXCLUDED.failed_at, done_at = EXCLUDED.done_at
"""


async def load_refunds(connection: Connection, book: OrderBook, numbers: Iterable[str]) -> None:
    """Put what was asked for of these orders into the book, after the orders; their members are locked."""
    orders = {order.id: order for number in numbers if (order := book.find(number)) is not None}
    if orders:
        for request_id, campaign_id, order_id, *rest in await connection.fetch(LOAD, list(orders)):
            book.refunds.put(RefundRequest(request_id, campaign_id, orders[order_id], *rest))


async def write_refunds(connection: Connection, book: OrderBook) -> None:
    """Write what changed, after the orders."""
    rows = [_row(request) for request in book.refunds.changed.values()]
    if rows:
        await connection.executemany(WRITE, rows)


def _row(request: RefundRequest) -> tuple[object, ...]:
    order, state = request.order, "open" if request.done_at is None else "done"
    named = request.id, request.campaign_id, order.member_id, order.id
    asked = request.asked_fen, request.reason, state, request.asked_at
    return *named, *asked, request.attempts, request.problem, request.failed_at, request.done_at
