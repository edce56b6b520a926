"""One redemption: a reward that a member reserved or has, from the first moment to its end."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any
from uuid import UUID

from siyu.rewards.catalogue import DELIVERED, RewardKind


class RedemptionState(Enum):
    """Reserved until its order is paid; confirmed: the member's, to be given; used: given; or it came to nothing."""

    RESERVED = "reserved"
    CONFIRMED = "confirmed"
    USED = "used"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


# The member's.
HAD = frozenset({RedemptionState.CONFIRMED, RedemptionState.USED})


@dataclass(slots=True)
class Redemption:
    """One redemption; what it gives, and for which price, is as it was when the member asked.

    `issued_id`: of a reward that a campaign issued, which costs nothing and is of no stock. `expires_at` while it is
    reserved. `deliver_at`: when siyu next tries to give it, with how many `attempts` before.
    """

    id: UUID
    reward_id: UUID
    member_id: UUID
    kind: RewardKind
    gives: Mapping[str, Any]
    state: RedemptionState
    points: int
    price_fen: int
    code: str
    fact_id: UUID
    created_at: datetime
    expires_at: datetime | None = None
    deliver_at: datetime | None = None
    attempts: int = 0
    issued_id: UUID | None = None
    library_id: UUID | None = None
    step: int | None = None
    order_number: str | None = None
    confirmed_at: datetime | None = None
    used_at: datetime | None = None
    used_by: str | None = None
    used_fact_id: UUID | None = None
    ended_at: datetime | None = None

    @property
    def is_delivered(self) -> bool:
        """Whether siyu gives it by itself."""
        return self.kind in DELIVERED

    @property
    def reference(self) -> str:
        """What its points and grants are found by in the ledger."""
        return f"redemption/{self.id}"

    def confirm(self, at: datetime, order_number: str | None) -> None:
        """The order is paid, or there was none."""
        self.state, self.confirmed_at, self.order_number = RedemptionState.CONFIRMED, at, order_number
        self.expires_at = None
        self.deliver_at = at if self.is_delivered else None

    def end(self, at: datetime, state: RedemptionState) -> None:
        """It came to nothing."""
        self.state, self.ended_at = state, at
        self.expires_at = self.deliver_at = None

    def use(self, at: datetime, by: str, fact_id: UUID) -> None:
        """The member has got it: from whom, as which fact says."""
        self.state, self.used_at, self.used_by, self.used_fact_id = RedemptionState.USED, at, by, fact_id
        self.deliver_at = None
