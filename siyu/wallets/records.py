"""The rows of wallets' operations as desks see and change them; the fields are those of the tables."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(slots=True)
class ValueHold:
    """Value of a member's own that is kept for something: taken from what they can spend, and not spent for good yet.

    `state` is open, posted, void or timed_out; `posted` of the amount was spent.
    """

    id: UUID
    member_id: UUID
    unit: str
    amount: int
    reference: str
    state: str
    posted: int
    held_at: datetime
    expires_at: datetime
    ended_at: datetime | None = None


@dataclass(slots=True)
class Adjustment:
    """Value that an operator gives (`amount` above 0) or takes; open until a second operator decides, where it is much.

    `state` is done (within the limit), open, approved or rejected.
    """

    id: UUID
    member_id: UUID
    unit: str
    amount: int
    reason: str
    state: str
    requested_by: str
    requested_at: datetime
    decided_by: str | None = None
    decided_at: datetime | None = None
    note: str | None = None


@dataclass(slots=True)
class Payout:
    """Commission on its way to the member's money: requested, approved, then paid or failed; or rejected."""

    id: UUID
    member_id: UUID
    amount_fen: int
    state: str
    requested_at: datetime
    approved_by: str | None = None
    approved_at: datetime | None = None
    ended_by: str | None = None
    ended_at: datetime | None = None
    reference: str | None = None
    note: str | None = None


@dataclass(slots=True)
class Freeze:
    """A time during which a member's wallets are frozen; without an end as long as they are."""

    id: UUID
    member_id: UUID
    reason: str
    frozen_by: str
    frozen_at: datetime
    lifted_by: str | None = None
    lifted_at: datetime | None = None
    lifted_for: str | None = None
