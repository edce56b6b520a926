"""The types of the facts that the core enters for every shop."""

ORDER_PAID = "order.paid"
ORDER_REFUNDED = "order.refunded"
ORDER_CANCELLED = "order.cancelled"
REFUND_REQUESTED = "refund.requested"
REFUND_FAILED = "refund.failed"
GROUP_JOINED = "group.joined"
GROUP_LEFT = "group.left"
MESSAGE_POSTED = "message.posted"
MESSAGE_LIKED = "message.liked"
POLL_ANSWERED = "poll.answered"
LINK_CLICKED = "link.clicked"
GROUP_ANSWERED = "group.answered"

# What members do in chats. Of each kind one a day counts as an interaction.
TALK_FACT_TYPES = frozenset({MESSAGE_POSTED, MESSAGE_LIKED, POLL_ANSWERED, LINK_CLICKED})

CORE_FACT_TYPES = TALK_FACT_TYPES | {
    ORDER_PAID,
    ORDER_REFUNDED,
    ORDER_CANCELLED,
    REFUND_REQUESTED,
    REFUND_FAILED,
    GROUP_JOINED,
    GROUP_LEFT,
    GROUP_ANSWERED,
}
