"""The types of the facts that the core enters for every shop."""

ORDER_PAID = "order.paid"
ORDER_REFUNDED = "order.refunded"
ORDER_CANCELLED = "order.cancelled"
REFUND_REQUESTED = "refund.requested"
REFUND_FAILED = "refund.failed"
GROUP_JOINED = "group.joined"
GROUP_LEFT = "group.left"
GROUP_ANSWERED = "group.answered"

CORE_FACT_TYPES = frozenset(
    {
        ORDER_PAID,
        ORDER_REFUNDED,
        ORDER_CANCELLED,
        REFUND_REQUESTED,
        REFUND_FAILED,
        GROUP_JOINED,
        GROUP_LEFT,
        GROUP_ANSWERED,
    }
)
