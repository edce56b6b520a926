"""An order as it stands."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from siyu.sdk import OrderView


@dataclass(slots=True)
class OrderRecord:
    """One order as it stands; amounts in fen."""

    id: UUID
    number: str
    member_id: UUID
    amount_fen: int
    refunded_fen: int
    paid_at: datetime
    # The groups that the buyer was in when paying, as far as it was known when the order came.
    group_ids: tuple[UUID, ...] = ()

    def view(self) -> OrderView:
        """The order as a campaign sees it."""
        return OrderView(self.number, self.amount_fen, self.refunded_fen, self.paid_at)
