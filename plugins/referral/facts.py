"""What the facts of a referral carry: the member's action, and what the two sides tell each other."""

from datetime import datetime
from hashlib import blake2b
from uuid import UUID

from pydantic import Field

from plugins.referral.config import DEVICE_LENGTH_MAX, DEVICE_LENGTH_MIN
from plugins.referral.states import Why
from siyu.sdk import ActionInput, FactData

KEY_BYTES = 16
# What an operator should look at: a word of `LOOKS`, and what was found.
Risks = dict[str, int | str]


class BindInput(ActionInput):
    """Whose code the newcomer came with, and from which device."""

    code: str = Field(min_length=1, max_length=64, description="The inviter's code, as Member.code has it.")
    device: str | None = Field(
        default=None,
        min_length=DEVICE_LENGTH_MIN,
        max_length=DEVICE_LENGTH_MAX,
        description="A salted hash of what tells the device from others; never an identifier itself.",
    )


class OpenInput(ActionInput):
    """From which device a member looks at their own code, to give it to others."""

    device: str = Field(
        min_length=DEVICE_LENGTH_MIN, max_length=DEVICE_LENGTH_MAX, description="A salted hash, as newcomers send it."
    )


class Pair(FactData):
    """An invitation, to be told to the other side: the newcomer, and which attempt at the trigger it is."""

    invitee: UUID
    attempt: int = 1


class Asked(Pair):
    """A newcomer came, or fulfilled the trigger: by which order, and what speaks against it."""

    order: str | None = None
    risks: Risks = Field(default_factory=dict)


class Answered(Asked):
    """Both sides are promised their reward; with `why`, neither is."""

    why: Why | None = None


class Prize(FactData):
    """What a member gets once under a key; `step` is the number of newcomers that it is for."""

    key: str
    points: int = 0
    reward: str | None = None
    step: int | None = None


class NumberedOrder(FactData):
    """An order by the newcomer's count."""

    number: int


def commission_key(order: str) -> str:
    """The key of what receivers are promised for an order: no other promise's, however the shop numbers its orders."""
    return f"order#{blake2b(order.encode(), digest_size=KEY_BYTES).hexdigest()}"


class Earned(FactData):
    """What an order pays in commission: `net_fen` are left of it, `level` is the receiver's."""

    order: str
    net_fen: int
    per_mille: tuple[int, ...]
    paid_at: datetime
    level: int = 1

    @property
    def key(self) -> str:
        """The key of the promise."""
        return commission_key(self.order)

    @property
    def fen(self) -> int:
        """The receiver's commission: whole fen, rounded down for each order and level."""
        return self.net_fen * self.per_mille[self.level - 1] // 1_000


class Refunded(FactData):
    """Money of an order went back: what was left of it before, and after."""

    order: str
    before_fen: int
    after_fen: int
    level: int = 1

    @property
    def key(self) -> str:
        """The key of what was promised for the order."""
        return commission_key(self.order)

    def share_of(self, fen: int) -> int:
        """What is kept of an amount: the same share as of the order, rounded down."""
        return fen * self.after_fen // self.before_fen


class Owed(FactData):
    """An order whose commission is owed."""

    order: str
