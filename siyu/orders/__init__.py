"""The shop's orders as facts tell of them."""

from siyu.orders.book import LOOKS_AT_ORDERS, LOOKS_AT_REFUNDS, ORDER_REFUSALS, OrderBook, Spending
from siyu.orders.facts import (
    AMOUNT_FEN_MAX,
    CORE_FACTS,
    ORDER_FACTS,
    ORDER_NUMBER_LENGTH_MAX,
    OrderCancelled,
    OrderPaid,
    OrderRefunded,
    RefundFailed,
)
from siyu.orders.record import OrderRecord
from siyu.orders.refund_store import load_refunds, write_refunds
from siyu.orders.store import load_orders, write_orders

__all__ = [
    "AMOUNT_FEN_MAX",
    "CORE_FACTS",
    "LOOKS_AT_ORDERS",
    "LOOKS_AT_REFUNDS",
    "ORDER_FACTS",
    "ORDER_NUMBER_LENGTH_MAX",
    "ORDER_REFUSALS",
    "OrderBook",
    "OrderCancelled",
    "OrderPaid",
    "OrderRecord",
    "OrderRefunded",
    "RefundFailed",
    "Spending",
    "load_orders",
    "load_refunds",
    "write_orders",
    "write_refunds",
]
