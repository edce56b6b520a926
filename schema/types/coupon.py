"""Coupons as members, clerks and operators see them, and the templates they are made of."""

from datetime import datetime
from enum import Enum
from uuid import UUID

import strawberry
from strawberry.scalars import JSON

from schema.connections import Connection, Slice, connect, encode_cursor
from schema.context import Info
from schema.fields import field, field_for
from schema.ids import COUPON, COUPON_TEMPLATE, encode_id
from schema.permissions import ForStaff
from schema.scalars import BigInt
from schema.types.member import Member, member_object
from schema.types.node import Node
from siyu.access import Scope
from siyu.codes import shown_code
from siyu.coupons.queries import CouponRow, CouponsWanted
from siyu.coupons.record import CouponState, TemplateState
from siyu.coupons.scanning import qr_text
from siyu.coupons.templates import TemplateRow


@strawberry.enum
class CouponKind(Enum):
    """What a coupon does to a cart."""

    AMOUNT_OFF = strawberry.enum_value("amount_off", description="So many fen less.")
    PERCENT_OFF = strawberry.enum_value("percent_off", description="So many percent less, up to a cap.")
    FULL_REDUCTION = strawberry.enum_value("full_reduction", description="In steps: 满300减50, 满600减120.")
    EXCHANGE = strawberry.enum_value("exchange", description="One unit of a product for nothing.")
    NEWCOMER_PRICE = strawberry.enum_value("newcomer_price", description="One unit for a price, in a first order.")


@strawberry.type(description="A code that many members share.")
class CouponGenericCode:
    """A generic code as a GraphQL object."""

    code: str = strawberry.field(description="As it is kept: capital letters and digits.")
    uses_max: int | None = strawberry.field(description="How often it may be used by all together.")
    used: int = strawberry.field(description="How often it was used.")


@strawberry.type(description="A kind of coupon: its title and its terms, which never change once it was published.")
class CouponTemplate(Node):
    """A template as a GraphQL object."""

    row: strawberry.Private[TemplateRow]

    def global_id(self) -> strawberry.ID:
        """As Node."""
        return encode_id(COUPON_TEMPLATE, self.row.id)

    @field("What campaigns, services and the command line call it.")
    def key(self) -> str:
        return self.row.key

    @field("The title in your language.")
    def title(self, info: Info) -> str:
        return self.row.title.in_language(info.context.language)

    @field("The title in Chinese.")
    def title_zh(self) -> str:
        return self.row.title.zh

    @field("The title in English.")
    def title_en(self) -> str:
        return self.row.title.en

    @field("What its coupons do to a cart.")
    def kind(self) -> CouponKind:
        return CouponKind(self.row.terms.benefit.kind)

    @field("All of its terms, as `couponTermsSchema` describes them.")
    def terms(self) -> JSON:
        return JSON(self.row.terms.model_dump(mode="json"))

    @field("Whether its coupons are given out.")
    def state(self) -> TemplateState:
        return self.row.state

    @field("How many of its coupons a member may ever get; null where there is no limit.")
    def member_limit(self) -> int | None:
        return self.row.member_limit

    @field_for(ForStaff, "How many of its coupons there may ever be; null where there is no limit.", Scope.COUPONS)
    def total_limit(self) -> BigInt | None:
        return BigInt(self.row.total_limit) if self.row.total_limit is not None else None

    @field_for(ForStaff, "How many of its coupons were ever made.", Scope.COUPONS)
    def issued(self) -> BigInt:
        return BigInt(self.row.issued)

    @field_for(ForStaff, "Its generic codes, at most a hundred, in the order of the alphabet.", Scope.COUPONS)
    async def generic_codes(self, info: Info) -> list[CouponGenericCode]:
        codes = await info.context.loaders.generic_codes.load(self.row.id)
        return [CouponGenericCode(code=each.code, uses_max=each.uses_max, used=each.used) for each in codes]

    @field("When it was made.")
    def created_at(self) -> datetime:
        return self.row.created_at


@strawberry.type(description="A member's coupon. For the member, the shop, and clerks who are shown its code.")
class Coupon(Node):
    """A coupon as a GraphQL object."""

    row: strawberry.Private[CouponRow]

    def global_id(self) -> strawberry.ID:
        """As Node."""
        return encode_id(COUPON, self.row.id)

    @field("What the member shows or reads out in a store.")
    def code(self) -> str:
        return shown_code(self.row.code)

    @field("The text for a QR code that says the same.")
    def qr_text(self) -> str:
        return qr_text(self.row.code)

    @field("Where it stands at the time of the request: what has expired is EXPIRED at once.")
    def state(self) -> CouponState:
        return self.row.state

    @field("What it promises.")
    async def template(self, info: Info) -> CouponTemplate:
        row = await info.context.loaders.coupon_template.load(self.row.template_id)
        assert row is not None, "templates are never deleted"  # noqa: S101 - an invariant
        return CouponTemplate(row=row)

    @field("Whose it is.")
    async def member(self, info: Info) -> Member:
        return await member_object(info, self.row.member_id)

    @field("When the member got it.")
    def issued_at(self) -> datetime:
        return self.row.issued_at

    @field("From when on it can be used.")
    def valid_from(self) -> datetime:
        return self.row.valid_from

    @field("Until when it can be used.")
    def expires_at(self) -> datetime:
        return self.row.expires_at

    @field("The order that it is kept for or was used for.")
    def order_number(self) -> str | None:
        return self.row.order_number

    @field("What it takes off that order.")
    def discount_fen(self) -> BigInt | None:
        return BigInt(self.row.discount_fen) if self.row.discount_fen is not None else None

    @field("Until when it is kept for that order.")
    def lock_expires_at(self) -> datetime | None:
        return self.row.lock_expires_at

    @field("When it was used, online or in a store.")
    def used_at(self) -> datetime | None:
        return self.row.used_at

    @field("When it was given back after a refund, the last time.")
    def returned_at(self) -> datetime | None:
        return self.row.returned_at

    @field("When it was revoked.")
    def revoked_at(self) -> datetime | None:
        return self.row.revoked_at

    @field_for(ForStaff, "Why it was revoked.", Scope.COUPONS)
    def revoked_for(self) -> str | None:
        return self.row.revoked_for

    @field("The store that took it.")
    def store(self) -> str | None:
        return self.row.store

    @field("Who took it there; null for members.")
    def clerk(self, info: Info) -> str | None:
        return self.row.clerk if info.context.principal.member_id is None else None

    @field("When the store took it.")
    def verified_at(self) -> datetime | None:
        return self.row.verified_at

    @field_for(ForStaff, "What the member got it for.", Scope.COUPONS)
    def source(self) -> str:
        return self.row.source


async def coupons_connection(
    info: Info, member_id: UUID, states: list[CouponState] | None, slice_: Slice, after: UUID | None
) -> Connection[Coupon]:
    """A page of a member's coupons, newest first."""
    wanted = CouponsWanted(member_id, tuple(dict.fromkeys(states or ())), slice_.limit, after)
    page = await info.context.loaders.coupons.load(wanted)
    return connect(page, slice_, lambda row: Coupon(row=row), lambda row: encode_cursor(row.id))


async def coupon_objects(info: Info, ids: list[UUID]) -> list[Coupon]:
    """Coupons that a decision or a quote names."""
    rows = await info.context.loaders.coupon.load_many(ids)
    return [Coupon(row=row) for row in rows if row is not None]
