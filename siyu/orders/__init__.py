"""The shop's orders as facts tell of them."""

from siyu.orders.book import ORDER_REFUSALS, OrderBook, OrderRecord, Spending
from siyu.orders.facts import (
    AMOUNT_FEN_MAX,
    CORE_FACTS,
    ORDER_FACTS,
    OrderCancelled,
    OrderPaid,
    OrderRefunded,
)
from siyu.orders.store import load_orders, write_orders

__all__ = [
    "AMOUNT_FEN_MAX",
    "CORE_FACTS",
    "ORDER_FACTS",
    "ORDER_REFUSALS",
    "OrderBook",
    "OrderCancelled",
    "OrderPaid",
    "OrderRecord",
    "OrderRefunded",
    "Spending",
    "load_orders",
    "write_orders",
]
