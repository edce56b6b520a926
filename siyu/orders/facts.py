"""The core facts about orders, and the shape of their data."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

ORDER_PAID = "order.paid"
ORDER_REFUNDED = "order.refunded"
# A hundred million yuan: far above any order, far below what an integer column holds when summed.
AMOUNT_FEN_MAX = 10_000_000_000

OrderNumber = Annotated[str, Field(min_length=1, max_length=64)]


class OrderPaid(BaseModel):
    """An order was paid: its number in the shop and what was paid, in fen."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
    order: OrderNumber
    amount_fen: Annotated[int, Field(ge=0, le=AMOUNT_FEN_MAX)]


class OrderRefunded(BaseModel):
    """Money of a paid order went back: how much this time, in fen."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
    order: OrderNumber
    amount_fen: Annotated[int, Field(ge=1, le=AMOUNT_FEN_MAX)]


ORDER_FACTS: dict[str, type[BaseModel]] = {ORDER_PAID: OrderPaid, ORDER_REFUNDED: OrderRefunded}
