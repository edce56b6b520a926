"""A template, a coupon and a code as decisions see them; a coupon's state is what the clock makes of it."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from uuid import UUID

from siyu.coupons.refusals import (
    ALREADY_USED,
    ALREADY_VERIFIED,
    EXPIRED,
    LOCKED,
    NOT_YET_VALID,
    REVOKED,
    CouponRefusal,
)
from siyu.coupons.terms import CouponTerms


class CouponState(Enum):
    """Where a coupon stands: with its member, given back to them after a refund, kept for an order, or gone."""

    ISSUED = "issued"
    LOCKED = "locked"
    USED = "used"
    RETURNED = "returned"
    EXPIRED = "expired"
    REVOKED = "revoked"


FREE = frozenset({CouponState.ISSUED, CouponState.RETURNED})


class TemplateState(Enum):
    """Whether coupons of a template are given out."""

    DRAFT = "draft"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


@dataclass(slots=True)
class Template:
    """A template with how many coupons were made of it; limits are None where there are none."""

    id: UUID
    key: str
    terms: CouponTerms
    state: TemplateState
    member_limit: int | None
    total_limit: int | None
    issued: int


@dataclass(slots=True)
class Code:
    """A code that members claim coupons with: so many times in all, None without an end."""

    code: str
    template_id: UUID
    uses_max: int | None
    used: int


@dataclass(frozen=True, slots=True)
class Verification:
    """Who took a coupon in a store, and when."""

    store: str
    clerk: str
    at: datetime


@dataclass(slots=True)
class Coupon:
    """A member's coupon, the member's `place`-th of its template; `state` as it is stored.

    `order` and `discount_fen` are set while it is kept or used for an order, `lock_expires_at` while it is kept,
    `verification` where a store took it.
    """

    id: UUID
    template: Template
    member_id: UUID
    place: int
    code: str
    state: CouponState
    source: str
    claimed_code: str | None
    issued_at: datetime
    valid_from: datetime
    expires_at: datetime
    order: str | None = None
    discount_fen: int | None = None
    lock_expires_at: datetime | None = None
    used_at: datetime | None = None
    returned_at: datetime | None = None
    revoked_at: datetime | None = None
    revoked_for: str | None = None
    verification: Verification | None = None

    def state_at(self, now: datetime) -> CouponState:
        """The state at a moment: a lock whose time is over is none, and what has expired applies no more.

        A coupon that is kept for an order stays good for it until the lock is over.
        """
        state = self.state
        if state is CouponState.LOCKED and self.lock_expires_at is not None and self.lock_expires_at <= now:
            state = self.free_state
        if state in FREE and self.expires_at <= now:
            return CouponState.EXPIRED
        return state

    @property
    def free_state(self) -> CouponState:
        """What it is while nothing keeps it from being used."""
        return CouponState.RETURNED if self.returned_at is not None else CouponState.ISSUED

    def refusal_at(self, now: datetime) -> CouponRefusal | None:
        """Why it cannot be used now; None where it can."""
        state = self.state_at(now)
        if state is CouponState.LOCKED:
            return CouponRefusal(LOCKED, {"order": self.order})
        if state is CouponState.USED:
            return self._used()
        if state is CouponState.REVOKED:
            return CouponRefusal(REVOKED, {})
        if state is CouponState.EXPIRED:
            return CouponRefusal(EXPIRED, {"expired_at": self.expires_at.isoformat()})
        if now < self.valid_from:
            return CouponRefusal(NOT_YET_VALID, {"valid_from": self.valid_from.isoformat()})
        return None

    def _used(self) -> CouponRefusal:
        taken = self.verification
        if taken is None:
            return CouponRefusal(ALREADY_USED, {"order": self.order})
        return CouponRefusal(ALREADY_VERIFIED, {"store": taken.store, "verified_at": taken.at.isoformat()})
