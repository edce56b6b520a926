"""The core facts about orders, and the shape of their data."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from siyu.sdk.core_facts import ORDER_CANCELLED, ORDER_PAID, ORDER_REFUNDED, REFUND_FAILED

# A hundred million yuan: far above any order, far below what an integer column holds when summed.
AMOUNT_FEN_MAX = 10_000_000_000
# What a payment provider may answer, in a sentence or two.
REFUND_PROBLEM_LENGTH_MAX = 500

ORDER_NUMBER_LENGTH_MAX = 64

OrderNumber = Annotated[str, Field(min_length=1, max_length=ORDER_NUMBER_LENGTH_MAX)]
OpenedKey = Annotated[str, Field(min_length=1, max_length=64)]


class OrderFact(BaseModel):
    """What every fact about an order tells: its number in the shop.

    Where the order was made in a campaign, `reservation` and `team` are the keys that the campaign gave out for it;
    what is not told is not in the fact's data.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
    order: OrderNumber
    reservation: OpenedKey | None = None
    team: OpenedKey | None = None


class OrderPaid(OrderFact):
    """An order was paid: how much, in fen."""

    amount_fen: Annotated[int, Field(ge=0, le=AMOUNT_FEN_MAX)]


class OrderRefunded(OrderFact):
    """Money of a paid order went back: how much this time, in fen."""

    amount_fen: Annotated[int, Field(ge=1, le=AMOUNT_FEN_MAX)]


class OrderCancelled(OrderFact):
    """An order will not be paid. What campaigns make of it is theirs: the core keeps account of paid orders alone."""


class RefundFailed(OrderFact):
    """What a campaign asked to be paid back could not be paid, and why; it stays open."""

    problem: Annotated[str, Field(min_length=1, max_length=REFUND_PROBLEM_LENGTH_MAX)]


# Those that the core keeps account of.
ORDER_FACTS: Mapping[str, type[OrderFact]] = {ORDER_PAID: OrderPaid, ORDER_REFUNDED: OrderRefunded}
# Those that services and operators report.
CORE_FACTS: Mapping[str, type[OrderFact]] = {
    **ORDER_FACTS,
    ORDER_CANCELLED: OrderCancelled,
    REFUND_FAILED: RefundFailed,
}
