"""A shop with coupon templates, and the facts that are entered about its coupons."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from siyu.coupons import facts
from siyu.coupons.record import TemplateState
from siyu.coupons.templates import NewTemplate, TemplateRow, create_template, publish_template
from siyu.coupons.terms import CouponTerms
from siyu.db import Pool
from siyu.engine import NewFact, Outcome
from siyu.ids import new_id
from siyu.sdk import Text
from tests.clock import NOON
from tests.siyu.coupons.offers import amount

CART = ({"product": "tea", "category": None, "price_fen": 20_000, "quantity": 1},)


async def add_template(
    pool: Pool,
    key: str = "tea",
    terms: CouponTerms | None = None,
    *,
    member_limit: int | None = None,
    total_limit: int | None = None,
    state: TemplateState = TemplateState.PUBLISHED,
) -> TemplateRow:
    """A template, published if not said otherwise: a hundred fen off, for seven days from receipt."""
    row = await create_template(pool, new_template(key, terms, member_limit, total_limit), NOON, "lin")
    return await publish_template(pool, row.id, NOON) if state is TemplateState.PUBLISHED else row


def new_template(
    key: str, terms: CouponTerms | None = None, member_limit: int | None = None, total_limit: int | None = None
) -> NewTemplate:
    """What a template is made of."""
    return NewTemplate(
        key=key,
        title=Text(zh="茶券", en="Tea"),
        terms=(terms or amount(100)).model_dump(mode="json"),
        member_limit=member_limit,
        total_limit=total_limit,
    )


def at_desk(kind: str, member_id: UUID, at: datetime, key: str | None = None, **data: Any) -> NewFact:
    """A fact that the desk of coupons decides about."""
    return NewFact(kind, member_id, at, data, key or new_id().hex, stamped=True)


def issued(member_id: UUID, at: datetime = NOON, template: str = "tea", key: str | None = None) -> NewFact:
    """The member gets a coupon."""
    return at_desk(facts.ISSUED, member_id, at, key, template=template, source="test")


def claimed(member_id: UUID, code: str, at: datetime = NOON) -> NewFact:
    """The member claims a coupon."""
    return at_desk(facts.CLAIMED, member_id, at, code=code)


def locked(
    member_id: UUID,
    coupon_ids: Sequence[UUID],
    order: str = "A1",
    at: datetime = NOON,
    lock_s: int = 600,
    lines: Sequence[Mapping[str, Any]] = CART,
) -> NewFact:
    """Coupons are kept for an order."""
    ids = [str(coupon_id) for coupon_id in coupon_ids]
    return at_desk(facts.LOCKED, member_id, at, coupons=ids, order=order, lines=list(lines), lock_s=lock_s)


def of_order(kind: str, member_id: UUID, order: str = "A1", at: datetime = NOON) -> NewFact:
    """Something happens to what is kept or was used for an order."""
    return at_desk(kind, member_id, at, order=order)


def verified(
    member_id: UUID,
    coupon_id: UUID,
    at: datetime = NOON,
    store: str = "S1",
    clerk: str = "wang",
    kind: str = facts.VERIFIED,
) -> NewFact:
    """A store takes a coupon, or undoes it."""
    return at_desk(kind, member_id, at, coupon=str(coupon_id), store=store, clerk=clerk)


def revoked(member_id: UUID, coupon_id: UUID, at: datetime = NOON) -> NewFact:
    """A coupon is taken back."""
    return at_desk(facts.REVOKED, member_id, at, coupon=str(coupon_id), reason="a mistake", made_by="lin")


def told(outcome: Outcome) -> str | None:
    """The code of the desk's refusal; None where it did what was asked."""
    [decision] = outcome.decisions
    assert decision.campaign_id is None
    return decision.refusal.code.removeprefix("COUPON_").removeprefix("COUPONS_") if decision.refusal else None


def coupon_in(outcome: Outcome) -> UUID:
    """The coupon that the desk's decision is about first."""
    return UUID(outcome.decisions[0].effects[0]["coupon"])
