"""What becomes of a reversal whose value the member has spent, and what a member owes."""

from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple
from uuid import UUID


class Shortfall(Enum):
    """The shop's policy of a unit: what is spent stays with the member, is their debt, or is written off."""

    LEFT = "left"
    DEBT = "debt"
    WRITE_OFF = "write_off"


class TakenBack(NamedTuple):
    """What a reversal came to: out of the wallet, as a debt, and paid by the shop in the member's stead."""

    taken: int
    owed: int = 0
    written_off: int = 0


class Given(NamedTuple):
    """A grant's transfer, and what of it went against a debt at once."""

    transfer_id: UUID
    repaid: int


@dataclass(slots=True)
class DebtAccount:
    """What a member owes of one unit, an account beside the wallet: `owed` now, and how far it is from the
    database's."""

    id: UUID
    member_id: UUID
    unit: str
    owed: int
    delta: int = 0
    is_new: bool = False

    def add(self, amount: int) -> None:
        """Change what is owed; below zero is our own bug, never an input."""
        self.owed += amount
        self.delta += amount
        assert self.owed >= 0, f"account {self.id} would owe {self.owed}"  # noqa: S101 - an invariant
