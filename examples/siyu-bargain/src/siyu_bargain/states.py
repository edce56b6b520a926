"""What siyu keeps: of each bargain, and of each member."""

from datetime import UTC, datetime
from enum import Enum
from uuid import UUID

from siyu.sdk import CampaignState

# Every field of a state has a default; a bargain is opened with all of them set.
NOBODY = UUID(int=0)
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


class Outcome(Enum):
    """How a bargain ended, if it has."""

    OPEN = "open"
    WON = "won"
    EXPIRED = "expired"


class Bargain(CampaignState):
    """One bargain: a team of its owner and the friends who cut its price."""

    owner: UUID = NOBODY
    price_fen: int = 0
    plan_fen: tuple[int, ...] = ()
    helpers: tuple[UUID, ...] = ()
    ends_at: datetime = LONG_AGO
    outcome: Outcome = Outcome.OPEN

    @property
    def present_fen(self) -> int:
        """The price after the cuts so far."""
        return self.price_fen - sum(self.plan_fen[: len(self.helpers)])


class MemberState(CampaignState):
    """The bargain that a member started last, how many they won, and what they last cut from a friend's price."""

    bargain: str | None = None
    won: int = 0
    last_cut_fen: int = 0
