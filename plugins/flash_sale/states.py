"""What siyu keeps for a member: every claim they made, and what became of it."""

from datetime import datetime
from enum import Enum

from siyu.sdk import CampaignState

# Cancelled and expired ones included: an order may still be paid for each of them, so none is forgotten. It also ends
# the game of those who claim and never pay.
CLAIMS_MAX = 64


class Status(Enum):
    """Where a claim is; all but HELD are ends, though one that is over can still become PAID."""

    HELD = "held"
    PAID = "paid"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class Claim(CampaignState):
    """So many units of an item for so much money in all; `reservation` is its key, `order` the one that paid it."""

    reservation: str
    item: str
    quantity: int
    amount_fen: int
    pay_by: datetime
    status: Status = Status.HELD
    order: str | None = None

    @property
    def is_over(self) -> bool:
        """Whether its units were given back."""
        return self.status in {Status.CANCELLED, Status.EXPIRED}


class FlashSaleState(CampaignState):
    """A member's claims, the oldest first."""

    claims: tuple[Claim, ...] = ()

    def claim(self, reservation: str) -> Claim | None:
        """The claim of this key; None where the member has none."""
        return next((claim for claim in self.claims if claim.reservation == reservation), None)

    def units(self, item: str) -> int:
        """How many units of an item the member has: held ones and bought ones."""
        return sum(claim.quantity for claim in self.claims if claim.item == item and not claim.is_over)

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
