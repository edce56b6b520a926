"""The orders a batch of facts touches, in memory: what is known, and the core's own rules about them."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from siyu.orders.record import OrderRecord
from siyu.orders.refunds import NOTHING_TO_REFUND, REFUND_DONE, REFUND_NOT_ASKED, RefundBook
from siyu.sdk import OrderView, Text
from siyu.sdk.core_facts import ORDER_PAID, ORDER_REFUNDED, REFUND_FAILED, REFUND_REQUESTED

ORDER_NOT_FOUND = "ORDER_NOT_FOUND"

ORDER_REFUSALS: Mapping[str, Text] = {
    "ORDER_ALREADY_PAID": Text(zh="该订单已上报支付", en="The order has been reported as paid already"),
    ORDER_NOT_FOUND: Text(zh="该会员没有这个订单", en="The member has no such order"),
    "REFUND_EXCEEDS_ORDER": Text(zh="退款超过订单余额", en="More would be refunded than is left of the order"),
    NOTHING_TO_REFUND: Text(zh="订单金额为零，无款可退", en="Nothing was paid for the order, so nothing can go back"),
    REFUND_NOT_ASKED: Text(zh="没有活动申请退还该订单", en="No campaign has asked for money of the order to go back"),
    REFUND_DONE: Text(zh="该订单的退款已完成", en="All that was asked for of the order is back already"),
}

# Facts that look at refunds, and those that look at an order: what they name is read before.
LOOKS_AT_REFUNDS = frozenset({ORDER_REFUNDED, REFUND_REQUESTED, REFUND_FAILED})
LOOKS_AT_ORDERS = LOOKS_AT_REFUNDS | {ORDER_PAID}


# An order counts on the boards of no more groups than these.
GROUPS_MAX = 50


class Spending(NamedTuple):
    """A change of what a member spent, at the time of the order's payment; negative for a refund.

    `group_ids` are the groups that it counts in: those that the payment counted in.
    """

    member_id: UUID
    at: datetime
    amount_fen: int
    group_ids: tuple[UUID, ...] = ()


class OrderBook:
    """Orders by number; `changed` and `spendings` are what a commit has to write, beside that of `refunds`."""

    def __init__(self, new_id: Callable[[], UUID]) -> None:
        self._new_id = new_id
        self._orders: dict[str, OrderRecord] = {}
        # The groups that buyers are in, each with when they joined.
        self._stays: dict[UUID, dict[UUID, datetime]] = {}
        self.changed: dict[str, OrderRecord] = {}
        self.spendings: list[Spending] = []
        self.refunds = RefundBook(new_id)

    def put(self, order: OrderRecord) -> None:
        """Make an order of the database known."""
        self._orders[order.number] = order

    def find(self, number: str) -> OrderRecord | None:
        """The order of this number, as far as it is known here."""
        return self._orders.get(number)

    def stay(self, member_id: UUID, group_id: UUID, joined_at: datetime, *, is_in: bool = True) -> None:
        """Make known that a member is in a group since then, or no longer."""
        own = self._stays.setdefault(member_id, {})
        own.pop(group_id, None)
        if is_in:
            own[group_id] = joined_at

    def _groups_of(self, member_id: UUID, at: datetime) -> tuple[UUID, ...]:
        """The groups that the member was in then; of very many those joined first."""
        own = sorted((joined_at, group_id) for group_id, joined_at in self._stays.get(member_id, {}).items())
        return tuple(group_id for joined_at, group_id in own[:GROUPS_MAX] if joined_at <= at)

    def accept(
        self, fact_type: str, member_id: UUID, at: datetime, data: Mapping[str, Any], campaign_id: UUID | None = None
    ) -> str | OrderView | None:
        """Enter a fact of LOOKS_AT_ORDERS: an order that it changed, as it now stands, or the code of a refusal.

        None for other facts, and where no order has changed. `campaign_id`: the campaign that asked for the fact.
        """
        if fact_type not in LOOKS_AT_ORDERS:
            return None
        if fact_type == ORDER_PAID:
            return self._pay(data["order"], member_id, data["amount_fen"], at)
        order = self._orders.get(data["order"])
        if order is None or order.member_id != member_id:
            return ORDER_NOT_FOUND
        if fact_type == REFUND_REQUESTED:
            return self.refunds.ask(order, campaign_id, at, data)
        if fact_type == REFUND_FAILED:
            return self.refunds.fail(order, at, data)
        return self._refund(order, at, data["amount_fen"])

    def _pay(self, number: str, member_id: UUID, amount_fen: int, at: datetime) -> str | OrderView:
        if number in self._orders:
            return "ORDER_ALREADY_PAID"
        order = OrderRecord(self._new_id(), number, member_id, amount_fen, 0, at, self._groups_of(member_id, at))
        self._orders[number] = order
        return self._changed(order, amount_fen)

    def _refund(self, order: OrderRecord, at: datetime, amount_fen: int) -> str | OrderView:
        if order.refunded_fen + amount_fen > order.amount_fen:
            return "REFUND_EXCEEDS_ORDER"
        order.refunded_fen += amount_fen
        self.refunds.settle(order, at)
        return self._changed(order, -amount_fen)

    def _changed(self, order: OrderRecord, spent_fen: int) -> OrderView:
        self.changed[order.number] = order
        if spent_fen:
            self.spendings.append(Spending(order.member_id, order.paid_at, spent_fen, order.group_ids))
        return order.view()
