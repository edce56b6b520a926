"""Refunds that campaigns asked for."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from schema.context import Info
from schema.fields import field
from schema.ids import REFUND_REQUEST, encode_id
from schema.kinds import campaign_of, kind_types
from schema.scalars import BigInt
from schema.types.campaign import Campaign
from siyu.orders.refund_queries import RefundRow, RefundState

if TYPE_CHECKING:
    from schema.types.member import Member

LazyMember = Annotated["Member", strawberry.lazy("schema.types.member")]


@strawberry.type(
    description="A campaign asked the shop to pay money of an order back. Pay `leftFen`, report order.refunded, and "
    "read again; report refund.failed where it cannot be paid."
)
class RefundRequest:
    """A refund as a GraphQL object."""

    row: strawberry.Private[RefundRow]
    member: LazyMember

    @strawberry.field
    def id(self) -> strawberry.ID:
        return encode_id(REFUND_REQUEST, self.row.id)

    @strawberry.field
    async def campaign(self, info: Info) -> Campaign | None:
        return await campaign_of(info, self.row.campaign_id)

    @field("The order's number.")
    def order(self) -> str:
        return self.row.number

    @field("How much of the order is to be back in all; of several amounts that the campaign asked for, the greatest.")
    def amount_fen(self) -> BigInt:
        return BigInt(self.row.asked_fen)

    @field("How much of the order is back, whatever for.")
    def refunded_fen(self) -> BigInt:
        return BigInt(self.row.refunded_fen)

    @field(
        "What is still to be paid because of this request. Of several for one order, it is with the one that asks for "
        "most: what that one brings back is back for the others, too."
    )
    def left_fen(self) -> BigInt:
        return BigInt(self.row.left_fen)

    @field("The key of the reason in the campaign's type.")
    def reason(self) -> str:
        return self.row.reason

    @field("The reason in your language; the key where the campaign's type is not loaded or has no such reason now.")
    async def text(self, info: Info) -> str:
        campaign = await info.context.loaders.campaign.load(self.row.campaign_id)
        kind = kind_types(info, campaign.type_key).kind if campaign else None
        known = kind.refunds.get(self.row.reason) if kind else None
        return known.in_language(info.context.language) if known else self.row.reason

    @strawberry.field
    def state(self) -> RefundState:
        return RefundState(self.row.state)

    @strawberry.field
    def asked_at(self) -> datetime:
        return self.row.asked_at

    @field("How often the shop reported refund.failed.")
    def attempts(self) -> int:
        return self.row.attempts

    @field("What the shop reported last of why it could not pay. For operators and services; null for members.")
    def problem(self, info: Info) -> str | None:
        return self.row.problem if info.context.principal.member_id is None else None

    @field("When it failed last.")
    def failed_at(self) -> datetime | None:
        return self.row.failed_at

    @field("When as much was back as was asked for; null while it is open.")
    def done_at(self) -> datetime | None:
        return self.row.done_at
