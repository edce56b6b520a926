"""Orders from and to the database, many at a time."""

from collections.abc import Iterable

from siyu.db import Connection, array_of
from siyu.orders.book import OrderBook
from siyu.orders.record import OrderRecord

LOAD = """
SELECT id, number, member_id, amount_fen, refunded_fen, paid_at, group_ids FROM shop_order
WHERE number = ANY($1::text[])
"""

WRITE = """
INSERT INTO shop_order (id, number, member_id, amount_fen, refunded_fen, paid_at, group_ids)
SELECT id, number, member_id, amount_fen, refunded_fen, paid_at, group_ids::uuid[]
FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::bigint[], $5::bigint[], $6::timestamptz[], $7::text[])
    AS written (id, number, member_id, amount_fen, refunded_fen, paid_at, group_ids)
ON CONFLICT (id) DO UPDATE SET refunded_fen = EXCLUDED.refunded_fen
"""


async def load_orders(connection: Connection, book: OrderBook, numbers: Iterable[str]) -> None:
    """Put the orders of these numbers into the book; their members are locked by the caller."""
    for row in await connection.fetch(LOAD, list(numbers)):
        order = OrderRecord(*row)
        order.group_ids = tuple(order.group_ids)
        book.put(order)


async def write_orders(connection: Connection, book: OrderBook) -> None:
    """Write what changed. A number that another process took meanwhile raises a unique violation."""
    orders = list(book.changed.values())
    if orders:
        await connection.execute(
            WRITE,
            [order.id for order in orders],
            [order.number for order in orders],
            [order.member_id for order in orders],
            [order.amount_fen for order in orders],
            [order.refunded_fen for order in orders],
            [order.paid_at for order in orders],
            [array_of(group_id.hex for group_id in order.group_ids) for order in orders],
        )
