"""Coupons from and to the database, many at a time: members' own under their locks, what they share locked last."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import asyncpg

from siyu.coupons.book import CouponBook
from siyu.coupons.record import Code, Coupon, CouponState, Template, TemplateState, Verification
from siyu.coupons.terms import terms_of
from siyu.db import Connection, append_rows

KEPT = (
    "id",
    "template_id",
    "member_id",
    "place",
    "code",
    "source",
    "claimed_code",
    "issued_at",
    "valid_from",
)
# What changes of a coupon, with the types of the columns.
CHANGING = {
    "expires_at": "timestamptz",
    "state": "text",
    "order_number": "text",
    "discount_fen": "bigint",
    "lock_expires_at": "timestamptz",
    "used_at": "timestamptz",
    "returned_at": "timestamptz",
    "revoked_at": "timestamptz",
    "revoked_for": "text",
    "store": "text",
    "clerk": "text",
    "verified_at": "timestamptz",
}
COLUMNS = (*KEPT, *CHANGING)
SELECTED = ", ".join(COLUMNS)

LOAD = f"""
SELECT {SELECTED} FROM coupon WHERE id = ANY($1::uuid[])
UNION SELECT {SELECTED} FROM coupon JOIN unnest($2::uuid[], $3::text[]) AS wanted (member_id, order_number)
    USING (member_id, order_number)
UNION SELECT {SELECTED} FROM coupon WHERE member_id = ANY($4::uuid[]) AND state = 'locked'
"""

TEMPLATE = "SELECT id, key, terms, state, member_limit, total_limit, issued FROM coupon_template"
TEMPLATES = f"{TEMPLATE} WHERE id = ANY($1::uuid[])"

# Of whom it is known that they are locked: nobody else gives them a coupon meanwhile.
COUNTS = """
SELECT template_id, member_id, (
    SELECT max(place) FROM coupon WHERE (coupon.template_id, coupon.member_id) = (named.template_id, named.member_id)
) FROM (
    SELECT coupon_template.id AS template_id, member_id
    FROM unnest($1::text[], $2::uuid[]) AS wanted (key, member_id) JOIN coupon_template USING (key)
    UNION SELECT template_id, member_id
    FROM unnest($3::text[], $4::uuid[]) AS wanted (code, member_id) JOIN coupon_code USING (code)
) AS named
"""
CLAIMED = """
SELECT claimed_code, member_id FROM coupon
JOIN unnest($1::text[], $2::uuid[]) AS wanted (claimed_code, member_id) USING (claimed_code, member_id)
"""

# What members share, each in one order for every process, so that two batches never wait for each other in a circle.
TO_ISSUE = f"""
{TEMPLATE} WHERE key = ANY($1::text[]) OR id IN (SELECT template_id FROM coupon_code WHERE code = ANY($2::text[]))
ORDER BY id
"""
TO_CLAIM = "SELECT code, template_id, uses_max, used FROM coupon_code WHERE code = ANY($1::text[]) ORDER BY code"
LOCK_TEMPLATES = f"{TO_ISSUE} FOR NO KEY UPDATE"
LOCK_CODES = f"{TO_CLAIM} FOR NO KEY UPDATE"

CHANGE = f"""
UPDATE coupon SET {", ".join(f"{name} = change.{name}" for name in CHANGING)}
FROM unnest($1::uuid[], {", ".join(f"${place}::{kind}[]" for place, kind in enumerate(CHANGING.values(), start=2))})
    AS change (id, {", ".join(CHANGING)})
WHERE coupon.id = change.id
"""

COUNT = """
UPDATE coupon_template SET issued = coupon_template.issued + change.issued
FROM unnest($1::uuid[], $2::bigint[]) AS change (id, issued) WHERE coupon_template.id = change.id
"""
USE_CODES = """
UPDATE coupon_code SET used = coupon_code.used + change.used
FROM unnest($1::text[], $2::integer[]) AS change (code, used) WHERE coupon_code.code = change.code
"""


@dataclass(slots=True)
class Wanted:
    """What a batch needs of coupons; every member is locked by the caller.

    `orders` are of members, `buyers` are members of whom all that is kept for orders counts, `issues` are keys of
    templates and who gets a coupon, `claims` codes and who claims one.
    """

    coupon_ids: set[UUID] = field(default_factory=set)
    orders: set[tuple[UUID, str]] = field(default_factory=set)
    buyers: set[UUID] = field(default_factory=set)
    issues: set[tuple[str, UUID]] = field(default_factory=set)
    claims: set[tuple[str, UUID]] = field(default_factory=set)


async def load_coupons(connection: Connection, book: CouponBook, wanted: Wanted, *, lock: bool) -> None:
    """Make known what is wanted, `lock`ed where members share it: other batches wait for that until the commit."""
    rows: list[asyncpg.Record] = []
    if wanted.coupon_ids or wanted.orders or wanted.buyers:
        members, orders = _columns(wanted.orders, 2)
        rows = await connection.fetch(LOAD, list(wanted.coupon_ids), members, orders, list(wanted.buyers))
    if wanted.issues or wanted.claims:
        await _load_counts(connection, book, wanted)
        await _load_shared(connection, book, wanted, lock=lock)
    templates = {row["template_id"] for row in rows} - book.issuing.known_templates()
    if templates:
        for row in await connection.fetch(TEMPLATES, list(templates)):
            book.issuing.put_template(_template(row))
    for row in rows:
        template = book.issuing.template(row["template_id"])
        assert template is not None, "a coupon's template is there"  # noqa: S101 - a foreign key
        book.put_coupon(_coupon(row, template))


async def write_coupons(connection: Connection, book: CouponBook) -> None:
    """Write what changed. A limit that was passed, or a code that is taken, raises a violation."""
    issuing = book.issuing
    if issuing.counted:
        await connection.execute(COUNT, *_columns(issuing.counted.items(), 2))
    if issuing.used_codes:
        await connection.execute(USE_CODES, *_columns(issuing.used_codes.items(), 2))
    if issuing.new:
        await append_rows(connection, "coupon", COLUMNS, [_row(coupon) for coupon in issuing.new.values()])
    if book.changed:
        changes = [(coupon.id, *_row(coupon)[len(KEPT) :]) for coupon in book.changed.values()]
        await connection.execute(CHANGE, *_columns(changes, 1 + len(CHANGING)))


async def _load_counts(connection: Connection, book: CouponBook, wanted: Wanted) -> None:
    issues, claims = _columns(wanted.issues, 2), _columns(wanted.claims, 2)
    for template_id, member_id, most in await connection.fetch(COUNTS, *issues, *claims):
        book.issuing.put_count(template_id, member_id, most or 0)
    if wanted.claims:
        for code, member_id in await connection.fetch(CLAIMED, *claims):
            book.issuing.put_claim(code, member_id)


async def _load_shared(connection: Connection, book: CouponBook, wanted: Wanted, *, lock: bool) -> None:
    keys, codes = sorted({key for key, _ in wanted.issues}), sorted({code for code, _ in wanted.claims})
    for row in await connection.fetch(LOCK_TEMPLATES if lock else TO_ISSUE, keys, codes):
        book.issuing.put_template(_template(row))
    if codes:
        for row in await connection.fetch(LOCK_CODES if lock else TO_CLAIM, codes):
            book.issuing.put_code(Code(*row))


def _columns(rows: Collection[tuple[Any, ...]] | Iterable[tuple[Any, ...]], width: int) -> list[list[Any]]:
    """Rows as columns, which `unnest` takes: of no rows, empty ones."""
    return [list(column) for column in zip(*rows, strict=True)] or [[] for _ in range(width)]


def _template(row: asyncpg.Record) -> Template:
    template_id, key, terms, state, *limits = row
    return Template(template_id, key, terms_of(terms), TemplateState(state), *limits)


def _coupon(row: asyncpg.Record, template: Template) -> Coupon:
    store, clerk, verified_at = row["store"], row["clerk"], row["verified_at"]
    return Coupon(
        id=row["id"],
        template=template,
        member_id=row["member_id"],
        place=row["place"],
        code=row["code"],
        state=CouponState(row["state"]),
        source=row["source"],
        claimed_code=row["claimed_code"],
        issued_at=row["issued_at"],
        valid_from=row["valid_from"],
        expires_at=row["expires_at"],
        order=row["order_number"],
        discount_fen=row["discount_fen"],
        lock_expires_at=row["lock_expires_at"],
        used_at=row["used_at"],
        returned_at=row["returned_at"],
        revoked_at=row["revoked_at"],
        revoked_for=row["revoked_for"],
        verification=None if verified_at is None else Verification(store, clerk, verified_at),
    )


def _row(coupon: Coupon) -> tuple[Any, ...]:
    """A coupon's values in the order of COLUMNS."""
    taken = coupon.verification
    return (
        coupon.id,
        coupon.template.id,
        coupon.member_id,
        coupon.place,
        coupon.code,
        coupon.source,
        coupon.claimed_code,
        coupon.issued_at,
        coupon.valid_from,
        coupon.expires_at,
        coupon.state.value,
        coupon.order,
        coupon.discount_fen,
        coupon.lock_expires_at,
        coupon.used_at,
        coupon.returned_at,
        coupon.revoked_at,
        coupon.revoked_for,
        *((taken.store, taken.clerk, taken.at) if taken is not None else (None, None, None)),
    )
