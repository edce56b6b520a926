"""The catalogue of rewards: what members can redeem, and what hinders the caller."""

from datetime import datetime

import strawberry
from strawberry.scalars import JSON

from schema.context import Info
from schema.fields import field
from schema.ids import REWARD, REWARD_LIBRARY, encode_id
from schema.principals import Role
from schema.scalars import BigInt
from schema.types.decision import Refusal, refusal_object
from siyu.rewards.catalogue import Library, LimitPeriod, Measure, RewardKind, RewardState
from siyu.rewards.catalogue import Reward as RewardRow

strawberry.enum(RewardKind)
strawberry.enum(RewardState)
strawberry.enum(LimitPeriod, name="RewardPeriod")
strawberry.enum(Measure, name="RewardMeasure")


@strawberry.type(description="Rewards in steps: whoever reaches a step picks one of its rewards.")
class RewardLibrary:
    """A library as a GraphQL object."""

    row: strawberry.Private[Library]

    @strawberry.field
    def id(self) -> strawberry.ID:
        return encode_id(REWARD_LIBRARY, self.row.id)

    @field("What the shop calls it; `rewards` takes it.")
    def key(self) -> str:
        return self.row.key

    @field("In your language.")
    def title(self, info: Info) -> str:
        return self.row.title_en if info.context.language.lower().startswith("en") else self.row.title_zh

    @field("What its steps count of a member: INVITEES whom they invited, or the BUYERS among these.")
    def measure(self) -> Measure:
        return self.row.measure


@strawberry.type(description="Something that members can redeem.")
class Reward:
    """A reward of the catalogue as a GraphQL object."""

    row: strawberry.Private[RewardRow]

    @strawberry.field
    def id(self) -> strawberry.ID:
        return encode_id(REWARD, self.row.id)

    @field("What campaigns issue it by.")
    def key(self) -> str:
        return self.row.key

    @strawberry.field
    def kind(self) -> RewardKind:
        return self.row.kind

    @field("In your language.")
    def title(self, info: Info) -> str:
        return self.row.title_en if info.context.language.lower().startswith("en") else self.row.title_zh

    @strawberry.field
    def title_zh(self) -> str:
        return self.row.title_zh

    @strawberry.field
    def title_en(self) -> str:
        return self.row.title_en

    @field("What it gives, as its kind has it. For operators and services; null for others.")
    def details(self, info: Info) -> JSON | None:
        return JSON(dict(self.row.details)) if is_staff(info) else None

    @strawberry.field
    def price_points(self) -> BigInt:
        return BigInt(self.row.price_points)

    @field("What is to be paid besides, in fen: then a redemption is a reservation until its order is paid.")
    def price_fen(self) -> int:
        return self.row.price_fen

    @field("How many there are in all; null: there is no end of it.")
    def stock(self) -> BigInt | None:
        return None if self.row.stock is None else BigInt(self.row.stock)

    @field("How many there are still.")
    def left(self) -> BigInt | None:
        return None if self.row.left is None else BigInt(self.row.left)

    @field("How many a member may have in a `period`; null: no limit.")
    def per_member(self) -> int | None:
        return self.row.per_member

    @strawberry.field
    def period(self) -> LimitPeriod:
        return self.row.period

    @field("Whom it is for; empty: for all.")
    def tiers(self) -> list[str]:
        return list(self.row.tiers)

    @strawberry.field
    def starts_at(self) -> datetime | None:
        return self.row.starts_at

    @strawberry.field
    def ends_at(self) -> datetime | None:
        return self.row.ends_at

    @strawberry.field
    def state(self) -> RewardState:
        return self.row.state

    @field("For how many seconds a reservation waits for its order.")
    def hold_s(self) -> int:
        return self.row.hold_s

    @strawberry.field
    async def library(self, info: Info) -> RewardLibrary | None:
        if self.row.library_id is None:
            return None
        row = await info.context.loaders.library.load(self.row.library_id)
        return RewardLibrary(row=row) if row else None

    @field("What the library's measure has to come to; a member takes one reward of each step.")
    def step(self) -> int | None:
        return self.row.step

    @field("What `rewardUpdate` is given.")
    def revision(self) -> int:
        return self.row.revision

    @field("What hinders the caller from redeeming it now; null where nothing does, and for who is no member.")
    async def viewer_problem(self, info: Info) -> Refusal | None:
        member_id = info.context.principal.member_id
        if member_id is None:
            return None
        hindered = await info.context.loaders.hindrance.load((member_id, self.row.id))
        return refusal_object(hindered, None, info.context.language) if hindered else None


def is_staff(info: Info) -> bool:
    """Whether an operator or a service asks."""
    role = info.context.principal.role
    return role.operates or role is Role.SERVICE
