"""What siyu keeps for a member: every claim they made, and what became of it."""

from datetime import datetime
from enum import Enum

from siyu.sdk import CampaignState

# Cancelled and expired ones included: an order may still be paid for each of them, so none is forgotten. It also ends
# the game of those who claim and never pay.
CLAIMS_MAX = 64


class Status(Enum):
    """Where a claim is; all but WAITING and HELD are ends, though one that is over can still become PAID."""

    WAITING = "waiting"
    LOST = "lost"
    HELD = "held"
    PAID = "paid"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


COUNTED = frozenset({Status.WAITING, Status.HELD, Status.PAID})


class Claim(CampaignState):
    """So many units of an item for so much money in all; `reservation` is its key, `order` the one that paid it.

    `line` is the queue or the draw that it is of. One that waits, or waited, has a `ticket` of it, counted from 0, and
    a `place`, counted from 1: in a queue the one it had at first, of a draw the one that was drawn. It has a `pay_by`
    from when it was offered a unit.
    """

    reservation: str
    item: str
    quantity: int
    amount_fen: int
    pay_by: datetime | None = None
    status: Status = Status.HELD
    order: str | None = None
    line: str | None = None
    ticket: int | None = None
    place: int | None = None

    @property
    def is_over(self) -> bool:
        """Whether its units were given back."""
        return self.status in {Status.CANCELLED, Status.EXPIRED}

    def offered(self, pay_by: datetime) -> "Claim":
        """The claim once it can be paid, until then."""
        return self.model_copy(update={"status": Status.HELD, "pay_by": pay_by})

    @property
    def is_of_slot(self) -> bool:
        """Whether it counts for what a slot sells; what was drawn, the draw itself has bounded."""
        return self.line is None or self.line.startswith("queue:")

    @property
    def was_offered_nothing(self) -> bool:
        """Whether there has been nothing to pay for."""
        return self.status in {Status.WAITING, Status.LOST}


class FlashSaleState(CampaignState):
    """A member's claims, the oldest first."""

    claims: tuple[Claim, ...] = ()

    def claim(self, reservation: str) -> Claim | None:
        """The claim of this key; None where the member has none."""
        return next((claim for claim in self.claims if claim.reservation == reservation), None)

    def units(self, item: str) -> int:
        """How many units of an item the member has: held ones and bought ones, and those they wait for."""
        return sum(claim.quantity for claim in self.claims if claim.item == item and claim.status in COUNTED)

    def waiting_in(self, line: str) -> Claim | None:
        """What the member waits for in a line; None where they do not."""
        return next((claim for claim in self.claims if claim.line == line and claim.status is Status.WAITING), None)

    def with_claim(self, claim: Claim) -> "FlashSaleState":
        """The state with a claim changed, or with a new one."""
        if self.claim(claim.reservation) is None:
            return FlashSaleState(claims=(*self.claims, claim))
        return FlashSaleState(
            claims=tuple(claim if each.reservation == claim.reservation else each for each in self.claims)
        )

    def ended(self, claim: Claim, status: Status, order: str | None = None) -> "FlashSaleState":
        """The state with a claim that came to an end."""
        return self.with_claim(claim.model_copy(update={"status": status, "order": order}))
