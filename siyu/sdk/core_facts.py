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
MESSAGE_POSTED = "message.posted"
MESSAGE_LIKED = "message.liked"
POLL_ANSWERED = "poll.answered"
LINK_CLICKED = "link.clicked"

CONTENT_DELIVERED = "content.delivered"
CONTENT_OPENED = "content.opened"
CONTENT_READ = "content.read"
CONTENT_SHARED = "content.shared"
PAYMENT_OPENED = "payment.opened"

# What members do in chats. Of each kind one a day counts as an interaction.
TALK_FACT_TYPES = frozenset({MESSAGE_POSTED, MESSAGE_LIKED, POLL_ANSWERED, LINK_CLICKED})

# Those of the core's that are no interactions. To be sent something, to look at it and to stand before a payment is
# none; to share it is.
QUIET_FACT_TYPES = frozenset(
    {
        ORDER_PAID,
        ORDER_REFUNDED,
        ORDER_CANCELLED,
        REFUND_REQUESTED,
        REFUND_FAILED,
        TOUCH_SEEN,
        GROUP_JOINED,
        GROUP_LEFT,
        CONTENT_DELIVERED,
        CONTENT_OPENED,
        CONTENT_READ,
        PAYMENT_OPENED,
    }
)

CORE_FACT_TYPES = QUIET_FACT_TYPES | TALK_FACT_TYPES | {CONTENT_SHARED}
