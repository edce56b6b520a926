"""What siyu keeps for a member: the latest seat they had in each team, and what became of it."""

from datetime import datetime
from enum import Enum
from typing import Any

from plugins.group_buy.config import GroupBuyConfig
from siyu.sdk import CampaignState, View

# Seats that came to nothing included: an order may still be paid for each, so no team is forgotten. It also ends the
# game of those who take seats and never pay.
SEATS_MAX = 64
# Orders that are looked at again at one moment; of more, one a seat, each is paid back at once.
LATE_MAX = 8


class Status(Enum):
    """Where a seat is: HELD until it is paid, PAID until the team is decided; the rest are ends."""

    HELD = "held"
    PAID = "paid"
    BOUGHT = "bought"
    LEFT = "left"
    EXPIRED = "expired"
    REFUNDED = "refunded"


LIVE = frozenset({Status.HELD, Status.PAID, Status.BOUGHT})
WITH_MONEY = frozenset({Status.PAID, Status.BOUGHT})


class Seat(CampaignState):
    """A seat in a team: so many units of an item for so much money in all, paid by an order.

    `key` is that of the reservation of the units. `veteran`: the member had ordered before, where that matters. `late`
    are orders that were paid when the seat was over, until it is decided what becomes of them.
    """

    team: str
    key: str
    item: str
    quantity: int
    amount_fen: int
    pay_by: datetime
    veteran: bool = False
    status: Status = Status.HELD
    order: str | None = None
    late: tuple[str, ...] = ()


class GroupBuyState(CampaignState):
    """A member's seats, one a team, the oldest first; how many they took in all, and how many teams they opened."""

    seats: tuple[Seat, ...] = ()
    taken: int = 0
    opened: int = 0

    def seat(self, team: str) -> Seat | None:
        """The seat in this team; None where the member never had one."""
        return next((seat for seat in self.seats if seat.team == team), None)

    def paid_by(self, order: str) -> Seat | None:
        """The seat that this order pays for; None where it pays for none."""
        return next((seat for seat in self.seats if seat.order == order and seat.status in WITH_MONEY), None)

    def waited_for(self, order: str) -> Seat | None:
        """The seat that this order was paid for when it was over, while that is looked at; else None."""
        return next((seat for seat in self.seats if order in seat.late), None)

    @property
    def live(self) -> int:
        """How many seats the member holds, has paid for or has bought by."""
        return sum(seat.status in LIVE for seat in self.seats)

    def with_new(self, seat: Seat, *, opens: bool) -> "GroupBuyState":
        """The state with a seat that was taken just now; `opens`: with a team that the member opened for it."""
        before = self.seat(seat.team)
        seat = seat if before is None else seat.model_copy(update={"late": before.late})
        others = tuple(each for each in self.seats if each.team != seat.team)
        return GroupBuyState(seats=(*others, seat), taken=self.taken + 1, opened=self.opened + opens)

    def moved(self, seat: Seat, status: Status, order: str | None = None) -> "GroupBuyState":
        """The state with a seat that has got on; `order` where one has paid it."""
        return self._with(seat.team, status=status, order=order or seat.order)

    def waiting(self, seat: Seat, order: str) -> "GroupBuyState":
        """The state with one more order that is looked at again."""
        return self._with(seat.team, late=(*seat.late, order))

    def looked_at(self, order: str) -> "GroupBuyState":
        """The state without an order among those that are looked at again."""
        seat = self.waited_for(order)
        return self if seat is None else self._with(seat.team, late=tuple(each for each in seat.late if each != order))

    def _with(self, team: str, **fields: Any) -> "GroupBuyState":
        seats = tuple(each.model_copy(update=fields) if each.team == team else each for each in self.seats)
        return self.model_copy(update={"seats": seats})


GroupBuyView = View[GroupBuyConfig, GroupBuyState]
