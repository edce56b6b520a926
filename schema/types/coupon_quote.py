"""Quotes: what coupons would take off a cart."""

from collections.abc import Sequence
from uuid import UUID

import strawberry

from schema.context import Info
from schema.errors import UserError
from schema.fields import field
from schema.scalars import BigInt
from schema.types.coupon import Coupon, coupon_objects
from schema.types.decision import Refusal, refusal_object
from siyu.coupons.quote import Applied, Quote, Verdict
from siyu.engine import Refusal as EngineRefusal


@strawberry.type(description="What becomes of one coupon.")
class CouponVerdict:
    """A verdict as a GraphQL object."""

    verdict: strawberry.Private[Verdict]
    coupon: Coupon = strawberry.field(description="The coupon.")

    @field("Whether it could be used for this cart, if it were the only one.")
    def applies(self) -> bool:
        return self.verdict.applies

    @field("What it takes off alone; 0 where it does not apply.")
    def alone_fen(self) -> BigInt:
        return BigInt(self.verdict.alone_fen)

    @field("Whether it is in the best set.")
    def chosen(self) -> bool:
        return self.verdict.refusal is None

    @field("Why it does not apply, or is not in the best set.")
    def reason(self, info: Info) -> Refusal | None:
        refusal = self.verdict.refusal
        return refusal_object(EngineRefusal(*refusal), None, info.context.language) if refusal is not None else None


@strawberry.type(description="What a coupon of the best set takes off, after those before it.")
class CouponDiscount:
    """A discount as a GraphQL object."""

    coupon: Coupon = strawberry.field(description="The coupon.")
    applied: strawberry.Private[Applied]

    @field("What it takes off in all.")
    def discount_fen(self) -> BigInt:
        return BigInt(self.applied.total_fen)

    @field("What it takes off each line, in their order.")
    def lines_fen(self) -> list[BigInt]:
        return [BigInt(fen) for fen in self.applied.off_fen]


@strawberry.type(description="A cart with a member's coupons.")
class CouponQuote:
    """A quote as a GraphQL object."""

    quote: strawberry.Private[Quote | None] = None
    user_errors: list[UserError] = strawberry.field(default_factory=list, description="What is wrong with the cart.")

    @field("What the cart costs without coupons.")
    def listed_fen(self) -> BigInt | None:
        return BigInt(self.quote.listed_fen) if self.quote else None

    @field("What the best set takes off.")
    def discount_fen(self) -> BigInt | None:
        return BigInt(self.quote.discount_fen) if self.quote else None

    @field("What is left to pay with the best set.")
    def payable_fen(self) -> BigInt | None:
        return BigInt(self.quote.listed_fen - self.quote.discount_fen) if self.quote else None

    @field("False where so many coupons apply that not every set of them was considered.")
    def is_exact(self) -> bool | None:
        return self.quote.is_exact if self.quote else None

    @field("Every coupon that was asked about: whether it applies, and why not.")
    async def coupons(self, info: Info) -> list[CouponVerdict]:
        verdicts = self.quote.verdicts if self.quote else ()
        known = await _by_id(info, [verdict.coupon_id for verdict in verdicts])
        return [CouponVerdict(coupon=known[verdict.coupon_id], verdict=verdict) for verdict in verdicts]

    @field("The set that takes off most, in the order in which its coupons take effect.")
    async def best(self, info: Info) -> list[CouponDiscount]:
        best = self.quote.best if self.quote else ()
        known = await _by_id(info, [applied.coupon_id for applied in best])
        return [CouponDiscount(coupon=known[applied.coupon_id], applied=applied) for applied in best]


async def _by_id(info: Info, ids: Sequence[UUID]) -> dict[UUID, Coupon]:
    return {coupon.row.id: coupon for coupon in await coupon_objects(info, list(ids))}
