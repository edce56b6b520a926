"""The facts about coupons that the core itself decides about, and the shape of their data."""

from collections.abc import Mapping
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from siyu.coupons.cart import LINES_MAX, CartLine
from siyu.coupons.quote import TOGETHER_MAX
from siyu.coupons.terms import Key
from siyu.inputs import without_phones

ISSUED = "coupon.issued"
CLAIMED = "coupon.claimed"
LOCKED = "coupon.locked"
UNLOCKED = "coupon.unlocked"
USED = "coupon.used"
RETURNED = "coupon.returned"
VERIFIED = "coupon.verified"
VERIFY_UNDONE = "coupon.verify_undone"
REVOKED = "coupon.revoked"

ORDER_NUMBER_LENGTH_MAX = 64
PERSON_LENGTH_MAX = 60
REASON_LENGTH_MAX = 200
# A payment that takes longer than a day will not come.
LOCK_S_MIN, LOCK_S_MAX = 30, 86_400

OrderNumber = Annotated[str, Field(min_length=1, max_length=ORDER_NUMBER_LENGTH_MAX)]
Person = Annotated[str, Field(max_length=PERSON_LENGTH_MAX)]
Lines = Annotated[tuple[CartLine, ...], Field(min_length=1, max_length=LINES_MAX)]


class CouponFact(BaseModel):
    """What a fact about coupons tells."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class CouponIssued(CouponFact):
    """A member gets a coupon of a template; `source` says what for."""

    template: Key
    source: Annotated[str, Field(min_length=1, max_length=80)]


class CouponClaimed(CouponFact):
    """A member claims a coupon with a code, in the form that codes are kept in."""

    code: Annotated[str, Field(max_length=64)]


class CouponsLocked(CouponFact):
    """Coupons are kept for an order, all or none, for so many seconds, with what they take off its lines."""

    coupons: Annotated[tuple[UUID, ...], Field(min_length=1, max_length=TOGETHER_MAX)]
    order: OrderNumber
    lines: Lines
    lock_s: Annotated[int, Field(ge=LOCK_S_MIN, le=LOCK_S_MAX)]


class CouponQuoted(CouponFact):
    """A cart that is asked about; no fact, since nothing changes."""

    lines: Lines


class OrderCoupons(CouponFact):
    """Something happens to all coupons that are kept, or were used, for an order."""

    order: OrderNumber


class CouponVerified(CouponFact):
    """A clerk takes a coupon in a store, or undoes it."""

    coupon: UUID
    store: Key
    clerk: Person


class CouponRevoked(CouponFact):
    """A coupon is taken back, and why."""

    coupon: UUID
    reason: Annotated[str, Field(min_length=1, max_length=REASON_LENGTH_MAX), AfterValidator(without_phones)]
    made_by: Person


COUPON_FACTS: Mapping[str, type[CouponFact]] = {
    ISSUED: CouponIssued,
    CLAIMED: CouponClaimed,
    LOCKED: CouponsLocked,
    UNLOCKED: OrderCoupons,
    USED: OrderCoupons,
    RETURNED: OrderCoupons,
    VERIFIED: CouponVerified,
    VERIFY_UNDONE: CouponVerified,
    REVOKED: CouponRevoked,
}
