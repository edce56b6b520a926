"""The types of the facts that the core enters for every shop."""

ORDER_PAID = "order.paid"
ORDER_REFUNDED = "order.refunded"
ORDER_CANCELLED = "order.cancelled"
REFUND_REQUESTED = "refund.requested"
REFUND_FAILED = "refund.failed"
# A member came by a link, a code or a card.
TOUCH_SEEN = "touch.seen"
GROUP_JOINED = "group.joined"
GROUP_LEFT = "group.left"

CORE_FACT_TYPES = frozenset(
    {
        ORDER_PAID,
        ORDER_REFUNDED,
        ORDER_CANCELLED,
        REFUND_REQUESTED,
        REFUND_FAILED,
        TOUCH_SEEN,
        GROUP_JOINED,
        GROUP_LEFT,
    }
)
