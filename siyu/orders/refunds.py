"""The refunds that campaigns asked for, as far as a batch of facts touches them, in memory."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from siyu.orders.record import OrderRecord

NOTHING_TO_REFUND = "NOTHING_TO_REFUND"
REFUND_NOT_ASKED = "REFUND_NOT_ASKED"
REFUND_DONE = "REFUND_DONE"

# The campaign that asked and the order's number. None: another campaign than the one whose past is replayed.
RefundKey = tuple[UUID | None, str]


@dataclass(slots=True)
class RefundRequest:
    """That `asked_fen` of an order are to be back in all, and why; open until `done_at`.

    The shop failed `attempts` times to pay, last with the `problem` at `failed_at`.
    """

    id: UUID
    campaign_id: UUID | None
    order: OrderRecord
    asked_fen: int
    reason: str
    asked_at: datetime
    attempts: int = 0
    problem: str | None = None
    failed_at: datetime | None = None
    done_at: datetime | None = None

    def settle(self, at: datetime) -> bool:
        """Be done where so much is back, and open where it is not; whether that is news."""
        is_back = self.order.refunded_fen >= self.asked_fen
        if is_back == (self.done_at is not None):
            return False
        self.done_at = at if is_back else None
        return True


class RefundBook:
    """Requests by campaign and order; `changed` is what a commit has to write.

    Whoever calls holds the lock of the order's member, and has made sure that it is the member's order.
    """

    def __init__(self, new_id: Callable[[], UUID]) -> None:
        self._new_id = new_id
        self._by_order: dict[str, dict[UUID | None, RefundRequest]] = {}
        self.changed: dict[RefundKey, RefundRequest] = {}

    def put(self, request: RefundRequest) -> None:
        """Make a request of the database known."""
        self._by_order.setdefault(request.order.number, {})[request.campaign_id] = request

    def ask(self, order: OrderRecord, campaign_id: UUID | None, at: datetime, data: Mapping[str, Any]) -> str | None:
        """Have so much of the order be paid back in all: None, or the code of a refusal.

        No more than the order's amount; of several amounts that a campaign asks for, the greatest stands.
        """
        asked_fen = min(data["amount_fen"], order.amount_fen)
        if asked_fen == 0:
            return NOTHING_TO_REFUND
        known = self._by_order.get(order.number, {}).get(campaign_id)
        if known is None:
            known = RefundRequest(self._new_id(), campaign_id, order, asked_fen, data["reason"], at)
            self.put(known)
        elif asked_fen > known.asked_fen:
            known.asked_fen, known.reason = asked_fen, data["reason"]
        else:
            return None
        known.settle(at)
        self._change(known)
        return None

    def fail(self, order: OrderRecord, at: datetime, data: Mapping[str, Any]) -> str | None:
        """Note that the order's money could not be paid back: None, or the code of a refusal."""
        requests = self._by_order.get(order.number, {}).values()
        if not requests:
            return REFUND_NOT_ASKED
        waiting = [request for request in requests if request.done_at is None]
        for request in waiting:
            request.attempts += 1
            request.problem, request.failed_at = data["problem"], at
            self._change(request)
        return None if waiting else REFUND_DONE

    def settle(self, order: OrderRecord, at: datetime) -> None:
        """Close what is back, after money of the order went back."""
        for request in self._by_order.get(order.number, {}).values():
            if request.settle(at):
                self._change(request)

    def _change(self, request: RefundRequest) -> None:
        self.changed[request.campaign_id, request.order.number] = request
