"""The orders a batch of facts touches, in memory: what is known, and the core's own rules about them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from siyu.orders.facts import ORDER_FACTS
from siyu.sdk import OrderView, Text
from siyu.sdk.core_facts import ORDER_PAID

ORDER_REFUSALS: Mapping[str, Text] = {
    "ORDER_ALREADY_PAID": Text(zh="该订单已上报支付", en="The order has been reported as paid already"),
    "ORDER_NOT_FOUND": Text(zh="该会员没有这个订单", en="The member has no such order"),
    "REFUND_EXCEEDS_ORDER": Text(zh="退款超过订单余额", en="More would be refunded than is left of the order"),
}


@dataclass(slots=True)
class OrderRecord:
    """One order as it stands; amounts in fen."""

    id: UUID
    number: str
    member_id: UUID
    amount_fen: int
    refunded_fen: int
    paid_at: datetime

    def view(self) -> OrderView:
        """The order as a campaign sees it."""
        return OrderView(self.number, self.amount_fen, self.refunded_fen, self.paid_at)


class Spending(NamedTuple):
    """A change of what a member spent, at the time of the order's payment; negative for a refund."""

    member_id: UUID
    at: datetime
    amount_fen: int


class OrderBook:
    """Orders by number; `changed` and `spendings` are what a commit has to write."""

    def __init__(self, new_id: Callable[[], UUID]) -> None:
        self._new_id = new_id
        self._orders: dict[str, OrderRecord] = {}
        self.changed: dict[str, OrderRecord] = {}
        self.spendings: list[Spending] = []

    def put(self, order: OrderRecord) -> None:
        """Make an order of the database known."""
        self._orders[order.number] = order

    def accept(self, fact_type: str, member_id: UUID, at: datetime, data: Mapping[str, Any]) -> str | OrderView | None:
        """Enter an order fact: the order as it now stands, or the code of a refusal; None for other facts."""
        if fact_type not in ORDER_FACTS:
            return None
        number, amount_fen = data["order"], data["amount_fen"]
        if fact_type == ORDER_PAID:
            return self._pay(number, member_id, amount_fen, at)
        return self._refund(number, member_id, amount_fen)

    def _pay(self, number: str, member_id: UUID, amount_fen: int, at: datetime) -> str | OrderView:
        if number in self._orders:
            return "ORDER_ALREADY_PAID"
        order = OrderRecord(self._new_id(), number, member_id, amount_fen, 0, at)
        self._orders[number] = order
        return self._changed(order, amount_fen)

    def _refund(self, number: str, member_id: UUID, amount_fen: int) -> str | OrderView:
        order = self._orders.get(number)
        if order is None or order.member_id != member_id:
            return "ORDER_NOT_FOUND"
        if order.refunded_fen + amount_fen > order.amount_fen:
            return "REFUND_EXCEEDS_ORDER"
        order.refunded_fen += amount_fen
        return self._changed(order, -amount_fen)

    def _changed(self, order: OrderRecord, spent_fen: int) -> OrderView:
        self.changed[order.number] = order
        if spent_fen:
            self.spendings.append(Spending(order.member_id, order.paid_at, spent_fen))
        return order.view()
