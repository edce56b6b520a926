"""The types of the facts that the core enters for every shop."""

ORDER_PAID = "order.paid"
ORDER_REFUNDED = "order.refunded"
ORDER_CANCELLED = "order.cancelled"
REFUND_REQUESTED = "refund.requested"
REFUND_FAILED = "refund.failed"

# What metrics are counted from. To be sent something, to look at it and to stand before a payment is no interaction;
# to share it is.
CONTENT_DELIVERED = "content.delivered"
CONTENT_OPENED = "content.opened"
CONTENT_READ = "content.read"
CONTENT_SHARED = "content.shared"
PAYMENT_OPENED = "payment.opened"

CORE_FACT_TYPES = frozenset(
    {
        ORDER_PAID,
        ORDER_REFUNDED,
        ORDER_CANCELLED,
        REFUND_REQUESTED,
        REFUND_FAILED,
        CONTENT_DELIVERED,
        CONTENT_OPENED,
        CONTENT_READ,
        PAYMENT_OPENED,
    }
)
