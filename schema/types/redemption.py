"""Redemptions: what members reserved and have of the catalogue; and the privileges that they wear."""

from datetime import datetime

import strawberry
from strawberry.scalars import JSON

from schema.context import Info
from schema.fields import field
from schema.ids import ISSUED_REWARD, PRIVILEGE, REDEMPTION, encode_id
from schema.scalars import BigInt
from schema.types.catalogue import Reward, is_staff
from schema.types.member import Member, member_object
from siyu.codes import shown_code
from siyu.rewards.catalogue import PrivilegeKind, RewardKind
from siyu.rewards.redemption import HAD, RedemptionState
from siyu.rewards.redemption import Redemption as RedemptionRow
from siyu.rewards.redemption_queries import PrivilegeRow

strawberry.enum(RedemptionState)
strawberry.enum(PrivilegeKind)


@strawberry.type(description="A reward that a member reserved or has; prices are as they were when the member asked.")
class Redemption:
    """A redemption as a GraphQL object."""

    row: strawberry.Private[RedemptionRow]

    @strawberry.field
    def id(self) -> strawberry.ID:
        return encode_id(REDEMPTION, self.row.id)

    @strawberry.field
    async def reward(self, info: Info) -> Reward:
        row = await info.context.loaders.reward.load(self.row.reward_id)
        assert row is not None, "rewards are never deleted"  # noqa: S101 - an invariant
        return Reward(row=row)

    @strawberry.field
    async def member(self, info: Info) -> Member:
        return await member_object(info, self.row.member_id)

    @strawberry.field
    def kind(self) -> RewardKind:
        return self.row.kind

    @field("RESERVED until its order is paid, CONFIRMED: to be given, USED: given; CANCELLED and EXPIRED are nothing.")
    def state(self) -> RedemptionState:
        return self.row.state

    @field("What it gives, as the reward's kind has it: null for the member until it is confirmed.")
    def gives(self, info: Info) -> JSON | None:
        return JSON(dict(self.row.gives)) if self.row.state in HAD or is_staff(info) else None

    @strawberry.field
    def points(self) -> BigInt:
        return BigInt(self.row.points)

    @strawberry.field
    def price_fen(self) -> int:
        return self.row.price_fen

    @field("What the member shows to get it: 14 characters in groups, none of which looks like another.")
    def code(self) -> str:
        return shown_code(self.row.code)

    @field("The order that it was confirmed by.")
    def order(self) -> str | None:
        return self.row.order_number

    @field("The issued reward that it came from; null where the member redeemed it.")
    def issued_reward(self) -> strawberry.ID | None:
        return encode_id(ISSUED_REWARD, self.row.issued_id) if self.row.issued_id else None

    @strawberry.field
    def created_at(self) -> datetime:
        return self.row.created_at

    @field("When a reservation ends by itself.")
    def expires_at(self) -> datetime | None:
        return self.row.expires_at

    @strawberry.field
    def confirmed_at(self) -> datetime | None:
        return self.row.confirmed_at

    @strawberry.field
    def used_at(self) -> datetime | None:
        return self.row.used_at

    @field("Who handed it over: `siyu` where it arrived by itself. For operators and services; null for others.")
    def used_by(self, info: Info) -> str | None:
        return self.row.used_by if is_staff(info) else None

    @field("When it was cancelled or expired.")
    def ended_at(self) -> datetime | None:
        return self.row.ended_at


@strawberry.type(description="Something to wear, which the front end knows by its name.")
class Privilege:
    """A privilege as a GraphQL object."""

    row: strawberry.Private[PrivilegeRow]

    @strawberry.field
    def id(self) -> strawberry.ID:
        return encode_id(PRIVILEGE, self.row.id)

    @strawberry.field
    def kind(self) -> PrivilegeKind:
        return PrivilegeKind(self.row.kind)

    @strawberry.field
    def name(self) -> str:
        return self.row.name

    @strawberry.field
    def starts_at(self) -> datetime:
        return self.row.starts_at

    @field("Null: for ever.")
    def until(self) -> datetime | None:
        return self.row.until

    @field("Whether the member wears it now: it has begun and has not ended.")
    def is_worn(self, info: Info) -> bool:
        return self.row.is_worn(info.context.now)
