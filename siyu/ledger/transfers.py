"""A transfer of value, what is left of one, and who causes it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple
from uuid import UUID

from siyu.sdk.records import record

TransferKind = Literal["grant", "reverse", "spend", "unspend", "owe", "repay", "write_off", "merge"]
# Those that are made from nothing; the others undo one of these.
Original = Literal["grant", "spend"]


class Transfer(NamedTuple):
    """A movement of value between a member's account and a campaign's or the shop's; the fields are those of the
    table."""

    id: UUID
    unit: str
    debit_id: UUID
    credit_id: UUID
    amount: int
    member_balance: int
    kind: TransferKind
    fact_id: UUID
    reference: str | None
    reverses_id: UUID | None
    at: datetime
    lot_id: UUID | None
    member_id: UUID


@dataclass(slots=True)
class OpenGrant:
    """What is left of one grant, or of one spend, that has a reference."""

    transfer_id: UUID
    left: int
    at: datetime
    # Of the lot that it went into, or came from; None: it never expires.
    expires_at: datetime | None = None


# Who gave it, a member, a unit and what the grant was for.
GrantKey = tuple[UUID, UUID, str, str]


@record
class Cause:
    """Who pays and why: a campaign, or an account of the shop's own, its account of the unit, the fact, and when it
    counts."""

    owner_id: UUID
    issuer_id: UUID
    unit: str
    fact_id: UUID
    at: datetime
