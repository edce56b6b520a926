"""Effects on value and on what is worth value."""

from collections.abc import Mapping
from typing import Any, Self

import strawberry

from schema.ids import ADJUSTMENT, PAYOUT, VALUE_HOLD, WALLET_FREEZE, encode_id
from schema.scalars import BigInt
from schema.types.effect_interface import Effect

# The types of what desks of wallets log, by the names in the log.
RECORDS = {"hold": VALUE_HOLD, "adjustment": ADJUSTMENT, "payout": PAYOUT, "freeze": WALLET_FREEZE}


@strawberry.type(description="Value was given to the member.")
class GrantEffect(Effect):
    """A grant."""

    unit: str
    amount: BigInt
    reference: str | None
    repaid: BigInt = strawberry.field(default=BigInt(0), description="Of it, what went against the member's debt.")


@strawberry.type(description="Value was taken from the member, into the campaign.")
class SpendEffect(Effect):
    """A spend."""

    unit: str
    amount: BigInt
    reference: str | None


@strawberry.type(
    description="Of the `asked`, `amount` was taken back of a grant, as far as the member still had it, or given back "
    "of a spend."
)
class ReverseEffect(Effect):
    """A reversal."""

    unit: str
    amount: BigInt
    asked: BigInt
    reference: str
    of: str = strawberry.field(default="grant", description="grant or spend.")
    owed: BigInt = strawberry.field(default=BigInt(0), description="What was spent already and is the member's debt.")
    written_off: BigInt = strawberry.field(
        default=BigInt(0), description="What was spent already and the shop makes up for."
    )


@strawberry.type(description="Value was promised to the member; it is not theirs yet.")
class HoldEffect(Effect):
    """A hold."""

    key: str
    unit: str
    amount: BigInt
    reference: str | None


@strawberry.type(description="A hold ended: `amount` of it was granted, the rest dropped.")
class SettleEffect(Effect):
    """The end of a hold."""

    key: str
    unit: str | None = strawberry.field(description="Null where no hold of the key was open.")
    amount: BigInt
    asked: BigInt | None = strawberry.field(description="Null where all of it was asked for.")
    repaid: BigInt = strawberry.field(default=BigInt(0), description="Of it, what went against the member's debt.")


@strawberry.type(description="The member was given a reward, once for the key.")
class IssueEffect(Effect):
    """A reward."""

    reward: str
    key: str


@strawberry.type(description="The reward of the key was taken back, if it was issued.")
class RevokeEffect(Effect):
    """A reward taken back."""

    key: str


@strawberry.type(description="A hold of own value, an adjustment, a payout or a freeze came to be, or changed.")
class WalletEffect(Effect):
    """What was done at a desk of wallets."""

    of: str = strawberry.field(description="hold, adjustment, payout or freeze.")
    id: strawberry.ID
    state: str = strawberry.field(description="What it is now.")

    @classmethod
    def from_log(cls, logged: Mapping[str, Any]) -> Self:
        """As Effect."""
        record_id = encode_id(RECORDS[logged["of"]], logged["id"])
        return cls(kind=logged["kind"], of=logged["of"], id=record_id, state=logged["state"])
