"""The orders of a stage, and the core's own rules about them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from siyu.sdk.core_facts import ORDER_CANCELLED, ORDER_PAID, ORDER_REFUNDED, REFUND_FAILED
from siyu.sdk.testing.limits import (
    KEY_LENGTH_MAX,
    ORDER_AMOUNT_FEN_MAX,
    ORDER_NUMBER_LENGTH_MAX,
    REFUND_PROBLEM_LENGTH_MAX,
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


class RefundFailed(OrderFact):
    """The data of `refund.failed`: why the shop could not pay back what was asked for; it stays open."""

    problem: Annotated[str, Field(min_length=1, max_length=REFUND_PROBLEM_LENGTH_MAX)]


# Those that are entered among the stage's orders.
ORDER_FACTS: Mapping[str, type[OrderFact]] = {ORDER_PAID: OrderPaid, ORDER_REFUNDED: OrderRefunded}
CORE_FACTS: Mapping[str, type[OrderFact]] = {
    **ORDER_FACTS,
    ORDER_CANCELLED: OrderCancelled,
    REFUND_FAILED: RefundFailed,
}


class Orders:
    """The orders of a stage by number, each with the member who paid it."""

    def __init__(self) -> None:
        self._orders: dict[str, tuple[UUID, OrderView]] = {}
        # What the campaign asked to be back in all, in fen, by the order's number; those that are done included.
        self._asked_fen: dict[str, int] = {}

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

    def ask_refund(self, member_id: UUID, data: Mapping[str, Any]) -> str | None:
        """Enter that money of an order is to go back: None, or the code of the core's refusal."""
        number = data["order"]
        owner, order = self._orders.get(number, (None, None))
        if order is None or owner != member_id:
            return "ORDER_NOT_FOUND"
        if order.amount_fen == 0:
            return "NOTHING_TO_REFUND"
        asked_fen = min(data["amount_fen"], order.amount_fen)
        self._asked_fen[number] = max(asked_fen, self._asked_fen.get(number, 0))
        return None

    def refund_failed(self, member_id: UUID, data: Mapping[str, Any]) -> str | None:
        """Hear that money could not be paid back: None, or the code of the core's refusal."""
        number = data["order"]
        if self._orders.get(number, (None, None))[0] != member_id:
            return "ORDER_NOT_FOUND"
        if number not in self._asked_fen:
            return "REFUND_NOT_ASKED"
        return None if number in self.open_refunds(member_id) else "REFUND_DONE"

    def open_refunds(self, member_id: UUID) -> dict[str, int]:
        """How much of which of the member's orders is to be back in all, where less is back."""
        own = {number: order for number, (owner, order) in self._orders.items() if owner == member_id}
        asked = self._asked_fen.items()
        return {number: fen for number, fen in asked if number in own and own[number].refunded_fen < fen}

    def has_any(self, member_id: UUID, but: str | None = None) -> bool:
        """Whether the member has paid an order, the one of the number `but` aside."""
        return any(owner == member_id and number != but for number, (owner, _) in self._orders.items())
