"""What siyu keeps of a team: its terms, its seats, and how it was decided."""

from datetime import UTC, datetime
from enum import Enum
from typing import Any
from uuid import UUID

from plugins.group_buy.config import GroupBuyConfig, LeaderPerk
from siyu.sdk import CampaignState

# Every field of a state has a default; a team is opened with all of them set.
NOBODY = UUID(int=0)
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


class Outcome(Enum):
    """How a team was decided, if it was: once, and for good."""

    OPEN = "open"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class Offer(CampaignState):
    """What one of an item costs at each size of the team, in fen."""

    item: str = ""
    prices_fen: tuple[int, ...] = ()


class TeamSeat(CampaignState):
    """Whose seat it is, and whether it is paid for; order numbers are nobody else's business."""

    member: UUID = NOBODY
    paid: bool = False


class Team(CampaignState):
    """One team. `sizes`, `offers` and `perk` are the config's when it was opened.

    `veterans` of its seats are taken by members who had ordered before; `reached` is the size that it succeeded with.
    """

    opener: UUID = NOBODY
    leader: UUID = NOBODY
    ends_at: datetime = LONG_AGO
    sizes: tuple[int, ...] = (2,)
    offers: tuple[Offer, ...] = ()
    perk: LeaderPerk = LeaderPerk()
    seats: tuple[TeamSeat, ...] = ()
    veterans: int = 0
    outcome: Outcome = Outcome.OPEN
    reached: int | None = None

    @property
    def size(self) -> int:
        """With how many it is full."""
        return self.sizes[-1]

    @property
    def paid(self) -> int:
        """How many have paid."""
        return sum(seat.paid for seat in self.seats)

    @property
    def is_open(self) -> bool:
        """Whether it is not decided yet."""
        return self.outcome is Outcome.OPEN

    @property
    def has_filled(self) -> bool:
        """Whether all seats are taken, or were when it succeeded."""
        return len(self.seats) >= self.size if self.is_open else self.reached == self.size

    def has_room(self, *, veteran: bool, newcomer_seats: int) -> bool:
        """Whether a seat is free that the member may have."""
        kept_from_them = veteran and self.veterans >= self.size - newcomer_seats
        return self.is_open and not self.has_filled and not kept_from_them

    def price_fen(self, item: str, size: int) -> int | None:
        """What one of an item costs in a team of a size; None where the team has no such item."""
        prices = next((offer.prices_fen for offer in self.offers if offer.item == item), None)
        return None if prices is None else prices[self.sizes.index(size)]

    def joined_by(self, member: UUID, *, paid: bool, veteran: bool) -> "Team":
        """The team with one more seat taken."""
        seats = (*self.seats, TeamSeat(member=member, paid=paid))
        return self.with_(seats=seats, veterans=self.veterans + veteran)

    def paid_by(self, member: UUID) -> "Team":
        """The team with a member's seat paid for."""
        seats = tuple(TeamSeat(member=member, paid=True) if seat.member == member else seat for seat in self.seats)
        return self.with_(seats=seats)

    def left_by(self, member: UUID, *, veteran: bool) -> "Team":
        """The team without a member: whoever joined next leads it; with nobody left it has failed."""
        seats = tuple(seat for seat in self.seats if seat.member != member)
        if not seats:
            return self.with_(seats=(), veterans=0, outcome=Outcome.FAILED)
        leader = seats[0].member if self.leader == member else self.leader
        return self.with_(seats=seats, veterans=self.veterans - veteran, leader=leader)

    def decided(self) -> "Team":
        """The team with its outcome: a success by the greatest step that was paid for, led by one who paid."""
        reached = max((size for size in self.sizes if size <= self.paid), default=None)
        if reached is None:
            return self.with_(outcome=Outcome.FAILED)
        payers = [seat.member for seat in self.seats if seat.paid]
        leader = self.leader if self.leader in payers else payers[0]
        return self.with_(outcome=Outcome.SUCCEEDED, reached=reached, leader=leader)

    def with_(self, **fields: Any) -> "Team":
        """The team with these fields changed."""
        return self.model_copy(update=fields)


def team_of(opener: UUID, config: GroupBuyConfig, ends_at: datetime) -> Team:
    """A team on the terms of the config, which the opener leads and nobody sits in yet."""
    offers = tuple(Offer(item=item.key, prices_fen=item.prices_fen) for item in config.items)
    return Team(opener=opener, leader=opener, ends_at=ends_at, sizes=config.sizes, offers=offers, perk=config.leader)
