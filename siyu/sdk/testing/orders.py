"""The orders of a stage, and the core's own rules about them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from siyu.sdk.core_facts import ORDER_CANCELLED, ORDER_PAID, ORDER_REFUNDED
from siyu.sdk.testing.limits import (
    KEY_LENGTH_MAX,
    ORDER_AMOUNT_FEN_MAX,
    ORDER_NUMBER_LENGTH_MAX,
)
from siyu.sdk.view import OrderView

OrderNumber = Annotated[str, Field(min_length=1, max_length=ORDER_NUMBER_LENGTH_MAX)]
OpenedKey = Annotated[str, Field(min_length=1, max_length=KEY_LENGTH_MAX)]


class OrderFact(BaseModel):
    """The number in the shop, and the keys that a campaign gave out for the order; what is None is not in the data."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
    order: OrderNumber
    reservation: OpenedKey | None = None
    team: OpenedKey | None = None


class OrderPaid(OrderFact):
    """The data of `order.paid`: what was paid, in fen."""

    amount_fen: Annotated[int, Field(ge=0, le=ORDER_AMOUNT_FEN_MAX)]


class OrderRefunded(OrderFact):
    """The data of `order.refunded`: how much went back this time, in fen."""

    amount_fen: Annotated[int, Field(ge=1, le=ORDER_AMOUNT_FEN_MAX)]


class OrderCancelled(OrderFact):
    """The data of `order.cancelled`: an order that will not be paid."""


# Those that are entered among the stage's orders.
ORDER_FACTS: Mapping[str, type[OrderFact]] = {ORDER_PAID: OrderPaid, ORDER_REFUNDED: OrderRefunded}
CORE_FACTS: Mapping[str, type[OrderFact]] = {**ORDER_FACTS, ORDER_CANCELLED: OrderCancelled}


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

    def has_any(self, member_id: UUID, but: str | None = None) -> bool:
        """Whether the member has paid an order, the one of the number `but` aside."""
        return any(owner == member_id and number != but for number, (owner, _) in self._orders.items())
