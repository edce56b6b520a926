"""Holds of own value, adjustments, payouts and freezes."""

from datetime import datetime

import strawberry

from schema.context import Info
from schema.fields import field, field_for
from schema.ids import ADJUSTMENT, PAYOUT, VALUE_HOLD, WALLET_FREEZE, encode_id
from schema.permissions import ForStaff
from schema.scalars import BigInt, WalletUnit
from schema.types.member import Member, member_object
from siyu.access import Scope
from siyu.wallets import Adjustment as AdjustmentRow
from siyu.wallets import Freeze
from siyu.wallets import Payout as PayoutRow
from siyu.wallets import ValueHold as HoldRow
from siyu.wallets.queries import AdjustmentState, HoldState, PayoutState


@strawberry.type(
    description="Value of a member's own that is kept for something: out of the balance, and not spent for good until "
    "it is posted. What is not posted comes back."
)
class ValueHold:
    """A hold as a GraphQL object."""

    row: strawberry.Private[HoldRow]

    @strawberry.field
    def id(self) -> strawberry.ID:
        return encode_id(VALUE_HOLD, self.row.id)

    @strawberry.field
    def unit(self) -> WalletUnit:
        return WalletUnit(self.row.unit)

    @strawberry.field
    def amount(self) -> BigInt:
        return BigInt(self.row.amount)

    @field("What it is for, such as an order's number.")
    def reference(self) -> str:
        return self.row.reference

    @strawberry.field
    def state(self) -> HoldState:
        return HoldState(self.row.state)

    @field("What of it was spent for good.")
    def posted(self) -> BigInt:
        return BigInt(self.row.posted)

    @strawberry.field
    def held_at(self) -> datetime:
        return self.row.held_at

    @field("From then on it can only come back, by itself.")
    def expires_at(self) -> datetime:
        return self.row.expires_at

    @field("Null while it is open.")
    def ended_at(self) -> datetime | None:
        return self.row.ended_at

    @strawberry.field
    async def member(self, info: Info) -> Member:
        return await member_object(info, self.row.member_id)


@strawberry.type(description="Value that an operator gave or took by hand, or asked a second one to agree to.")
class Adjustment:
    """An adjustment as a GraphQL object, for operators."""

    row: strawberry.Private[AdjustmentRow]

    @strawberry.field
    def id(self) -> strawberry.ID:
        return encode_id(ADJUSTMENT, self.row.id)

    @strawberry.field
    def unit(self) -> WalletUnit:
        return WalletUnit(self.row.unit)

    @field("Below 0 it takes.")
    def amount(self) -> BigInt:
        return BigInt(self.row.amount)

    @strawberry.field
    def reason(self) -> str:
        return self.row.reason

    @strawberry.field
    def state(self) -> AdjustmentState:
        return AdjustmentState(self.row.state)

    @strawberry.field
    def requested_by(self) -> str:
        return self.row.requested_by

    @strawberry.field
    def requested_at(self) -> datetime:
        return self.row.requested_at

    @field("The second operator; null where none was needed, or while it is open.")
    def decided_by(self) -> str | None:
        return self.row.decided_by

    @strawberry.field
    def decided_at(self) -> datetime | None:
        return self.row.decided_at

    @field("What the second operator said.")
    def note(self) -> str | None:
        return self.row.note

    @strawberry.field
    async def member(self, info: Info) -> Member:
        return await member_object(info, self.row.member_id)


@strawberry.type(
    description="Commission that a member asked to have paid out. It left the wallet when it was asked for."
)
class Payout:
    """A payout as a GraphQL object."""

    row: strawberry.Private[PayoutRow]

    @strawberry.field
    def id(self) -> strawberry.ID:
        return encode_id(PAYOUT, self.row.id)

    @strawberry.field
    def amount_fen(self) -> BigInt:
        return BigInt(self.row.amount_fen)

    @strawberry.field
    def state(self) -> PayoutState:
        return PayoutState(self.row.state)

    @strawberry.field
    def requested_at(self) -> datetime:
        return self.row.requested_at

    @strawberry.field
    def approved_at(self) -> datetime | None:
        return self.row.approved_at

    @field("When it was paid, or came back into the wallet.")
    def ended_at(self) -> datetime | None:
        return self.row.ended_at

    @field("The payment's own; no two payouts have the same. Null until it is paid.")
    def reference(self) -> str | None:
        return self.row.reference

    @field("Why it came back.")
    def note(self) -> str | None:
        return self.row.note

    @field_for(ForStaff, "Who approved it.", Scope.MEMBERS_READ)
    def approved_by(self) -> str | None:
        return self.row.approved_by

    @field_for(ForStaff, "Who said that it was paid, or undid it.", Scope.MEMBERS_READ)
    def ended_by(self) -> str | None:
        return self.row.ended_by

    @strawberry.field
    async def member(self, info: Info) -> Member:
        return await member_object(info, self.row.member_id)


@strawberry.type(description="Since when and why nothing leaves a member's wallets.")
class WalletFreeze:
    """A freeze as a GraphQL object, for the shop."""

    row: strawberry.Private[Freeze]

    @strawberry.field
    def id(self) -> strawberry.ID:
        return encode_id(WALLET_FREEZE, self.row.id)

    @strawberry.field
    def reason(self) -> str:
        return self.row.reason

    @strawberry.field
    def frozen_by(self) -> str:
        return self.row.frozen_by

    @strawberry.field
    def frozen_at(self) -> datetime:
        return self.row.frozen_at
