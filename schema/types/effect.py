"""Effects: what a decision changed, one object type for each kind."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Self
from uuid import UUID

import strawberry
from strawberry.scalars import JSON

from schema.context import Info
from schema.fields import field
from schema.ids import MEMBER, encode_id
from schema.scalars import BigInt
from schema.types.effect_interface import Effect
from schema.types.value_effect import (
    GrantEffect,
    HoldEffect,
    IssueEffect,
    ReverseEffect,
    RevokeEffect,
    SettleEffect,
    SpendEffect,
    WalletEffect,
)


@strawberry.type(description="A value was put on a leaderboard that keeps each member's best.")
class ScoreEffect(Effect):
    """A score."""

    board: strawberry.ID
    value: BigInt


@strawberry.type(description="The participation's state changed.")
class StateEffect(Effect):
    """A new state."""


@strawberry.type(description="The decision stands once for this key of the member in the campaign.")
class OnceEffect(Effect):
    """A key used up."""

    key: str


@strawberry.type(description="A timer of the member was set, in the place of one with that key.")
class ScheduleEffect(Effect):
    """A timer to come."""

    key: str
    type: str = strawberry.field(description="Of the fact that enters when it fires.")
    at: datetime

    @classmethod
    def from_log(cls, logged: Mapping[str, Any]) -> Self:
        """As Effect; the id of the fact to come is not told."""
        due_at = datetime.fromisoformat(logged["at"])
        return cls(kind=logged["kind"], key=logged["key"], type=logged["type"], at=due_at)


@strawberry.type(description="A timer of the member was taken back, if there was one.")
class CancelEffect(Effect):
    """A timer that will not fire."""

    key: str


@strawberry.type(description="A fact followed from the decision, about the member or another.")
class EmitEffect(Effect):
    """A fact emitted."""

    type: str
    target: strawberry.Private[UUID]

    @classmethod
    def from_log(cls, logged: Mapping[str, Any]) -> Self:
        """As Effect; the id of the fact that followed is not told."""
        return cls(kind=logged["kind"], type=logged["type"], target=UUID(logged["member"]))

    @field("Whom the fact is about. For operators and services.")
    def member(self, info: Info) -> strawberry.ID | None:
        return encode_id(MEMBER, self.target) if info.context.principal.member_id is None else None


@strawberry.type(description="Units of a counter were taken for good, or held.")
class ReserveEffect(Effect):
    """A reservation."""

    counter: strawberry.ID
    subject: str
    bucket: str
    amount: BigInt
    reservation: str | None = strawberry.field(description="The key it is held under; null: it is taken for good.")


@strawberry.type(description="What was held under the key was given back; 0 where nothing was.")
class ReleaseEffect(Effect):
    """A release."""

    key: str
    released: BigInt


@strawberry.type(description="What was held under the key is used for good; 0 where it was already.")
class ConfirmEffect(Effect):
    """A confirmation."""

    key: str
    confirmed: BigInt


@strawberry.type(description="A team's state changed, or the team was opened.")
class TeamEffect(Effect):
    """A new state of a team."""

    team: str


@strawberry.type(description="The member was left a message; its words are in `Member.messages`.")
class NotifyEffect(Effect):
    """A message."""

    message: str
    params: JSON
    withheld: bool = strawberry.field(
        default=False, description="The message advertises, and the member did not agree to marketing: none was left."
    )


@strawberry.type(
    description="The shop was asked to pay money of an order back, until `amountFen` of it is back in all; what became "
    "of it is in `Member.refundRequests`."
)
class RefundEffect(Effect):
    """A refund asked for."""

    order: str
    amount_fen: BigInt
    reason: str

    @classmethod
    def from_log(cls, logged: Mapping[str, Any]) -> Self:
        """As Effect; the id of the fact that asks is not told."""
        return cls(kind=logged["kind"], order=logged["order"], amount_fen=logged["amount_fen"], reason=logged["reason"])


@strawberry.type(description="An operator is to look before the campaign goes on; nothing new where the key is used.")
class ReviewEffect(Effect):
    """Something to look at."""

    key: str
    reason: str


@strawberry.type
class TagChange(Effect):
    """A tag given or taken; not a type of the schema itself."""

    label: strawberry.Private[str]
    changed: bool = strawberry.field(description="False where it was so before.")

    @classmethod
    def from_log(cls, logged: Mapping[str, Any]) -> Self:
        """As Effect."""
        return cls(kind=logged["kind"], label=logged["tag"], changed=logged["changed"])

    @field("The tag. For operators and services.")
    def tag(self, info: Info) -> str | None:
        return self.label if info.context.principal.member_id is None else None


@strawberry.type(description="The member has a tag.")
class TagEffect(TagChange):
    """A tag given."""


@strawberry.type(description="The member no longer has a tag.")
class UntagEffect(TagChange):
    """A tag taken."""


@strawberry.type(description="It is kept who invited the member.")
class InviteEffect(Effect):
    """An invitation."""

    inviter_id: strawberry.Private[UUID]

    @classmethod
    def from_log(cls, logged: Mapping[str, Any]) -> Self:
        """As Effect."""
        return cls(kind=logged["kind"], inviter_id=UUID(logged["inviter"]))

    @field("Who invited the member.")
    def inviter(self) -> strawberry.ID:
        return encode_id(MEMBER, self.inviter_id)


EFFECTS: Mapping[str, type[Effect]] = {
    "grant": GrantEffect,
    "score": ScoreEffect,
    "set_state": StateEffect,
    "once": OnceEffect,
    "schedule": ScheduleEffect,
    "cancel": CancelEffect,
    "emit": EmitEffect,
    "reserve": ReserveEffect,
    "release": ReleaseEffect,
    "confirm": ConfirmEffect,
    "set_team": TeamEffect,
    "spend": SpendEffect,
    "reverse": ReverseEffect,
    "hold": HoldEffect,
    "settle": SettleEffect,
    "issue": IssueEffect,
    "revoke": RevokeEffect,
    "notify": NotifyEffect,
    "refund": RefundEffect,
    "tag": TagEffect,
    "untag": UntagEffect,
    "invite": InviteEffect,
    "review": ReviewEffect,
    "wallet": WalletEffect,
}
