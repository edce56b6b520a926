"""The orders of a stage, and the core's own rules about them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from siyu.sdk.testing.limits import ORDER_AMOUNT_FEN_MAX, ORDER_NUMBER_LENGTH_MAX, ORDER_PAID, ORDER_REFUNDED
from siyu.sdk.view import OrderView

OrderNumber = Annotated[str, Field(min_length=1, max_length=ORDER_NUMBER_LENGTH_MAX)]


class OrderPaid(BaseModel):
    """The data of `order.paid`: the number in the shop and what was paid, in fen."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
    order: OrderNumber
    amount_fen: Annotated[int, Field(ge=0, le=ORDER_AMOUNT_FEN_MAX)]


class OrderRefunded(BaseModel):
    """The data of `order.refunded`: how much went back this time, in fen."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
    order: OrderNumber
    amount_fen: Annotated[int, Field(ge=1, le=ORDER_AMOUNT_FEN_MAX)]


ORDER_FACTS: Mapping[str, type[BaseModel]] = {ORDER_PAID: OrderPaid, ORDER_REFUNDED: OrderRefunded}


class Orders:
    """The orders of a stage by number, each with the member who paid it."""

    def __init__(self) -> None:
        self._orders: dict[str, tuple[UUID, OrderView]] = {}

    def accept(self, fact_type: str, member_id: UUID, at: datetime, data: Mapping[str, Any]) -> str | OrderView:
        """Enter a fact of ORDER_FACTS: the order as it now stands, or the code of the core's refusal."""
        number, amount_fen = data["order"], data["amount_fen"]
        owner, order = self._orders.get(number, (None, None))
        if fact_type == ORDER_PAID:
            if order is not None:
                return "ORDER_ALREADY_PAID"
            order = OrderView(number, amount_fen, 0, at)
        else:
            if order is None or owner != member_id:
                return "ORDER_NOT_FOUND"
            if order.refunded_fen + amount_fen > order.amount_fen:
                return "REFUND_EXCEEDS_ORDER"
            order = order._replace(refunded_fen=order.refunded_fen + amount_fen)
        self._orders[number] = member_id, order
        return order
