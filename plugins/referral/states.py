"""What siyu keeps for a member: where their own invitation stands, and how many they have brought."""

from datetime import datetime
from enum import Enum, StrEnum
from uuid import UUID

from siyu.sdk import CampaignState

# Of one newcomer, in the refund window. More are a trader's: they count for nothing.
ORDERS_MAX = 64
# How often an order that was refunded gives another one the chance to fulfil the trigger.
ATTEMPTS_MAX = 3
# Promises of a member that are open at the same time: siyu keeps at most 256 of a campaign.
PAIRS_OPEN_MAX = 120
COMMISSIONS_OPEN_MAX = 120
DEBTS_MAX = 64
# A member's own. More are not told apart from others'.
DEVICES_MAX = 8


class Status(Enum):
    """Where an invitation is; the last three are ends."""

    BOUND = "bound"
    QUALIFIED = "qualified"
    HELD = "held"
    REWARDED = "rewarded"
    DECLINED = "declined"
    REJECTED = "rejected"


class Why(StrEnum):
    """Why an invitation ended without a reward."""

    INVITER_DAY_CAP = "INVITER_DAY_CAP"
    INVITER_MONTH_CAP = "INVITER_MONTH_CAP"
    INVITER_TOTAL_CAP = "INVITER_TOTAL_CAP"
    TOO_MANY_OPEN = "TOO_MANY_OPEN"
    UNANSWERED = "UNANSWERED"
    REFUNDED = "REFUNDED"
    REJECTED = "REJECTED"
    HAS_ORDERED = "HAS_ORDERED"


class Look(Enum):
    """Whether an operator has to look at an invitation; who is rejected is so by the status."""

    NONE = "none"
    OPEN = "open"
    APPROVED = "approved"


class Order(CampaignState):
    """An order of a newcomer whose refund window is open; `number` counts them, for their timers.

    `per_mille` are the rates of commission when it was paid; `counts` tells whether it counts for the trigger.
    """

    number: int
    order: str
    amount_fen: int
    refunded_fen: int = 0
    paid_at: datetime
    per_mille: tuple[int, ...] = ()
    counts: bool = False
    looks: int = 0

    @property
    def net_fen(self) -> int:
        """What has not gone back."""
        return self.amount_fen - self.refunded_fen


class Invitation(CampaignState):
    """By whom and when a member was brought, and what they did since.

    `attempt` counts the times that the trigger was tried. `window_over`:
    only an operator's look is awaited. `kept_orders` and `kept_fen` are those orders that count and whose refund window
    has closed, `orders` those whose has not; `earns`: some order of theirs paid commission.
    """

    inviter: UUID
    bound_at: datetime
    status: Status = Status.BOUND
    why: Why | None = None
    look: Look = Look.NONE
    attempt: int = 1
    window_over: bool = False
    kept_orders: int = 0
    kept_fen: int = 0
    numbered: int = 0
    earns: bool = False
    orders: tuple[Order, ...] = ()

    def order(self, order: str) -> Order | None:
        """The order of this number in the shop, as long as it is remembered."""
        return next((known for known in self.orders if known.order == order), None)

    def with_order(self, order: Order) -> "Invitation":
        """The invitation with an order changed, or with a new one."""
        others = tuple(known for known in self.orders if known.number != order.number)
        return self.model_copy(update={"orders": (*others, order), "numbered": max(self.numbered, order.number)})

    def without_order(self, order: Order) -> "Invitation":
        """The invitation without it."""
        return self.model_copy(update={"orders": tuple(k for k in self.orders if k.number != order.number)})


class Debt(CampaignState):
    """Commission that was spent before its order was refunded."""

    order: str
    fen: int


class ReferralState(CampaignState):
    """A member as a newcomer (`invitation`), and as an inviter.

    `bound` newcomers came by them and `verified` of these fulfilled the trigger for good; `recent` is when the latest
    were bound, `steps` which steps they were given, `pairs_open` and `commissions_open` what is promised to them.
    `devices` are those that they came from.
    """

    invitation: Invitation | None = None
    bound: int = 0
    verified: int = 0
    recent: tuple[datetime, ...] = ()
    steps: tuple[int, ...] = ()
    pairs_open: int = 0
    commissions_open: int = 0
    debts: tuple[Debt, ...] = ()
    devices: tuple[str, ...] = ()

    def on(self, device: str) -> "ReferralState":
        """The state with one more device."""
        return self.model_copy(update={"devices": (*self.devices, device)})

    def invited(self, invitation: Invitation) -> "ReferralState":
        """The state with the invitation changed."""
        return self.model_copy(update={"invitation": invitation})

    def owing(self, order: str, fen: int) -> "ReferralState":
        """The state with so much owed for an order; 0 settles it. What is more than DEBTS_MAX is forgiven."""
        others = tuple(debt for debt in self.debts if debt.order != order)
        debts = (*others, Debt(order=order, fen=fen)) if fen else others
        return self.model_copy(update={"debts": debts[:DEBTS_MAX]})

    def owed_fen(self, order: str) -> int:
        """What is owed for an order."""
        return next((debt.fen for debt in self.debts if debt.order == order), 0)
