"""Effects on value, rewards and messages."""

from collections.abc import Callable, Mapping

import strawberry
from strawberry.scalars import JSON

from schema.scalars import BigInt
from schema.types.effect import Effect


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


@strawberry.type(description="The member was given a reward, once for the key.")
class IssueEffect(Effect):
    """A reward."""

    reward: str
    key: str


@strawberry.type(description="The reward of the key was taken back, if it was issued.")
class RevokeEffect(Effect):
    """A reward taken back."""

    key: str


@strawberry.type(description="The member was left a message; its words are in `Member.messages`.")
class NotifyEffect(Effect):
    """A message."""

    message: str
    params: JSON


VALUE_EFFECTS: Mapping[str, Callable[..., Effect]] = {
    "spend": SpendEffect,
    "reverse": ReverseEffect,
    "hold": HoldEffect,
    "settle": SettleEffect,
    "issue": IssueEffect,
    "revoke": RevokeEffect,
    "notify": NotifyEffect,
}
VALUE_EFFECT_OBJECTS: tuple[type, ...] = (
    SpendEffect,
    ReverseEffect,
    HoldEffect,
    SettleEffect,
    IssueEffect,
    RevokeEffect,
    NotifyEffect,
)
