"""Coupons as they are read, each in the state that the clock makes of it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from siyu.coupons.record import CouponState
from siyu.db import Pool
from siyu.paging import Page, cut_page


@dataclass(frozen=True, slots=True)
class CouponRow:
    """One coupon; what is not the case is None, as in `siyu.coupons.record.Coupon`."""

    id: UUID
    template_id: UUID
    member_id: UUID
    code: str
    source: str
    state: CouponState
    issued_at: datetime
    valid_from: datetime
    expires_at: datetime
    order_number: str | None
    discount_fen: int | None
    lock_expires_at: datetime | None
    used_at: datetime | None
    returned_at: datetime | None
    revoked_at: datetime | None
    revoked_for: str | None
    store: str | None
    clerk: str | None
    verified_at: datetime | None


@dataclass(frozen=True, slots=True)
class CouponsWanted:
    """A page of a member's coupons, newest first, those beyond `after`: in these states, or in any where none is."""

    member_id: UUID
    states: tuple[CouponState, ...]
    limit: int
    after: UUID | None = None


# As `Coupon.state_at`: what is not written down yet is so all the same.
SHOWN_STATE = """
CASE WHEN state = 'locked' AND lock_expires_at > {now} THEN state
     WHEN state IN ('issued', 'returned', 'locked') AND expires_at <= {now} THEN 'expired'
     WHEN state = 'locked' THEN CASE WHEN returned_at IS NULL THEN 'issued' ELSE 'returned' END
     ELSE state END
"""
# What it is kept for counts while it is kept.
COLUMNS = f"""
id, template_id, member_id, code, source, {SHOWN_STATE.format(now="$1")} AS shown, issued_at, valid_from, expires_at,
order_number, discount_fen, lock_expires_at, used_at, returned_at, revoked_at, revoked_for, store, clerk, verified_at
"""

BY_IDS = f"SELECT {COLUMNS} FROM coupon WHERE id = ANY($2::uuid[])"
BY_CODE = f"SELECT {COLUMNS} FROM coupon WHERE code = $2"

PAGES = f"""
SELECT wanted.place, page.* FROM unnest($2::uuid[], $3::int[], $4::uuid[], $5::text[])
    WITH ORDINALITY AS wanted (member_id, size, newest, states, place)
CROSS JOIN LATERAL (
    SELECT * FROM (
        SELECT {COLUMNS} FROM coupon
        WHERE member_id = wanted.member_id AND (wanted.newest IS NULL OR id < wanted.newest)
    ) AS own
    WHERE wanted.states = '' OR shown = ANY(string_to_array(wanted.states, ','))
    ORDER BY id DESC LIMIT wanted.size
) AS page
ORDER BY wanted.place, page.id DESC
"""

# Those first that expire first: they are what a member would lose.
FREE_IDS = """
SELECT id FROM coupon
WHERE member_id = $1 AND state IN ('issued', 'returned', 'locked') AND expires_at > $2
    AND (state <> 'locked' OR lock_expires_at <= $2)
ORDER BY expires_at, id LIMIT $3
"""


async def coupons_by_id(pool: Pool, ids: Collection[UUID], now: datetime) -> dict[UUID, CouponRow]:
    """Those of these coupons that exist."""
    return {row[0]: _row(tuple(row), now) for row in await pool.fetch(BY_IDS, now, list(ids))}


async def coupon_by_code(pool: Pool, code: str, now: datetime) -> CouponRow | None:
    """The coupon that a member shows, by its code in the form that codes are kept in."""
    row = await pool.fetchrow(BY_CODE, now, code)
    return _row(tuple(row), now) if row is not None else None


async def coupon_pages(pool: Pool, wanted: Sequence[CouponsWanted], now: datetime) -> list[Page[CouponRow]]:
    """The wanted pages, in their order, with one statement."""
    pages: list[list[CouponRow]] = [[] for _ in wanted]
    records = await pool.fetch(
        PAGES,
        now,
        [page.member_id for page in wanted],
        [page.limit + 1 for page in wanted],
        [page.after for page in wanted],
        [",".join(state.value for state in page.states) for page in wanted],
    )
    for place, *row in records:
        pages[place - 1].append(_row(tuple(row), now))
    return [cut_page(rows, page.limit) for rows, page in zip(pages, wanted, strict=True)]


async def free_coupon_ids(pool: Pool, member_id: UUID, now: datetime, limit: int) -> list[UUID]:
    """A member's coupons that nothing keeps from being used but perhaps that they are not good yet."""
    return [row[0] for row in await pool.fetch(FREE_IDS, member_id, now, limit)]


def _row(values: tuple[Any, ...], now: datetime) -> CouponRow:
    shown: list[Any] = [*values[:5], CouponState(values[5]), *values[6:]]
    row = CouponRow(*shown)
    if row.lock_expires_at is None or row.lock_expires_at > now:
        return row
    return replace(row, order_number=None, discount_fen=None, lock_expires_at=None)
