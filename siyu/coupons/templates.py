"""The life of a coupon template: a draft, changed, published, withdrawn."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypedDict
from uuid import UUID

import asyncpg

from siyu.coupons.record import TemplateState
from siyu.coupons.terms import KEY_LENGTH_MAX, CouponTerms, FixedWindow, terms_of
from siyu.db import Connection, Pool
from siyu.errors import InvalidInput, NotFound, Problem, TemplateStateError
from siyu.ids import new_id
from siyu.inputs import check_text, parse_json
from siyu.paging import Page, cut_page
from siyu.sdk import Text

TITLE_LENGTH_MAX = 128
MEMBER_LIMIT_MAX = 1_000_000
TOTAL_LIMIT_MAX = 1_000_000_000

COLUMNS = "id, key, title_zh, title_en, terms, state, member_limit, total_limit, issued, created_at"

CREATE = f"""
INSERT INTO coupon_template
    (id, key, title_zh, title_en, terms, state, member_limit, total_limit, created_at, created_by)
VALUES ($1, $2, $3, $4, $5, 'draft', $6, $7, $8, $9) ON CONFLICT (key) DO NOTHING RETURNING {COLUMNS}
"""
LOCK = f"SELECT {COLUMNS} FROM coupon_template WHERE id = $1 FOR NO KEY UPDATE"
CHANGE = f"""
UPDATE coupon_template SET title_zh = $2, title_en = $3, terms = $4, member_limit = $5, total_limit = $6
WHERE id = $1 RETURNING {COLUMNS}
"""
MOVE = f"UPDATE coupon_template SET state = $2 WHERE id = $1 RETURNING {COLUMNS}"
BY_IDS = f"SELECT {COLUMNS} FROM coupon_template WHERE id = ANY($1::uuid[])"
BY_KEY = f"SELECT {COLUMNS} FROM coupon_template WHERE key = $1"
PAGE = f"""
SELECT {COLUMNS} FROM coupon_template
WHERE ($1::text[] IS NULL OR state = ANY($1)) AND ($2::uuid IS NULL OR id < $2) ORDER BY id DESC LIMIT $3
"""


@dataclass(frozen=True, slots=True)
class TemplateRow:
    """One template with how many coupons were made of it; limits are None where there are none."""

    id: UUID
    key: str
    title: Text
    terms: CouponTerms
    state: TemplateState
    member_limit: int | None
    total_limit: int | None
    issued: int
    created_at: datetime


class TemplateChanges(TypedDict, total=False):
    """What to change; what is left out stays. Terms are those of drafts alone."""

    title: Text
    terms: object
    member_limit: int | None
    total_limit: int | None


class NewTemplate(TypedDict):
    """What a template is made of; `terms` is JSON of CouponTerms."""

    key: str
    title: Text
    terms: object
    member_limit: int | None
    total_limit: int | None


async def create_template(pool: Pool, given: NewTemplate, now: datetime, by: str) -> TemplateRow:
    """A new draft; `by` names who makes it. The same one again is the first. Raises InvalidInput."""
    key, title = check_text(given["key"], ("key",), KEY_LENGTH_MAX), _title(given["title"])
    terms = parse_json(CouponTerms, given["terms"], ("terms",))
    limits = _limits(given["member_limit"], given["total_limit"])
    values = new_id(), key, title.zh, title.en, terms.model_dump_json(), *limits, now, by
    made = await pool.fetchrow(CREATE, *values)
    if made is not None:
        return _row(made)
    known = _row(await pool.fetchrow(BY_KEY, key))
    if (known.title, known.terms, known.member_limit, known.total_limit) != (title, terms, *limits):
        raise InvalidInput([Problem(("key",), "another template has this key", "KEY_TAKEN")])
    return known


async def update_template(pool: Pool, template_id: UUID, changes: TemplateChanges) -> TemplateRow:
    """Change a template. Raises NotFound, InvalidInput, and TemplateStateError for terms that members rely on."""
    async with pool.acquire() as connection, connection.transaction():
        old = await _locked(connection, template_id)
        title = _title(changes["title"]) if "title" in changes else old.title
        terms = parse_json(CouponTerms, changes["terms"], ("terms",)) if "terms" in changes else old.terms
        if terms != old.terms and old.state is not TemplateState.DRAFT:
            raise TemplateStateError("the terms of a template that was published stay: withdraw it and make another")
        member_limit, total_limit = _limits(
            changes.get("member_limit", old.member_limit), changes.get("total_limit", old.total_limit)
        )
        if total_limit is not None and total_limit < old.issued:
            raise InvalidInput([Problem(("total_limit",), f"{old.issued} coupons were made of it already")])
        values = title.zh, title.en, terms.model_dump_json(), member_limit, total_limit
        return _row(await connection.fetchrow(CHANGE, template_id, *values))


async def publish_template(pool: Pool, template_id: UUID, now: datetime) -> TemplateRow:
    """Give coupons out from now on; where they are already, nothing changes. Raises NotFound, TemplateStateError."""
    async with pool.acquire() as connection, connection.transaction():
        old = await _locked(connection, template_id)
        validity = old.terms.validity
        if isinstance(validity, FixedWindow) and validity.ends_at <= now:
            raise TemplateStateError("the window of its coupons is over already")
        return _row(await connection.fetchrow(MOVE, template_id, TemplateState.PUBLISHED.value))


async def withdraw_template(pool: Pool, template_id: UUID) -> TemplateRow:
    """Give no more coupons out; those that members have stay good. Raises NotFound, TemplateStateError."""
    async with pool.acquire() as connection, connection.transaction():
        old = await _locked(connection, template_id)
        if old.state is TemplateState.DRAFT:
            raise TemplateStateError("it was never published")
        return _row(await connection.fetchrow(MOVE, template_id, TemplateState.WITHDRAWN.value))


async def template_page(
    pool: Pool, states: Sequence[TemplateState] | None, limit: int, after: UUID | None
) -> Page[TemplateRow]:
    """Templates in some states, or all, the newest first."""
    names = [state.value for state in states] if states else None
    return cut_page([_row(record) for record in await pool.fetch(PAGE, names, after, limit + 1)], limit)


async def templates_by_id(pool: Pool, ids: Collection[UUID]) -> dict[UUID, TemplateRow]:
    """Those of these templates that exist."""
    return {record["id"]: _row(record) for record in await pool.fetch(BY_IDS, list(ids))}


async def template_by_key(pool: Pool, key: str) -> TemplateRow:
    """A template by its key. Raises NotFound."""
    record = await pool.fetchrow(BY_KEY, key)
    if record is None:
        raise NotFound(f"there is no coupon template {key}")
    return _row(record)


async def _locked(connection: Connection, template_id: UUID) -> TemplateRow:
    record = await connection.fetchrow(LOCK, template_id)
    if record is None:
        raise NotFound("there is no such coupon template")
    return _row(record)


def _title(title: Text) -> Text:
    return Text(
        zh=check_text(title.zh, ("title_zh",), TITLE_LENGTH_MAX),
        en=check_text(title.en, ("title_en",), TITLE_LENGTH_MAX),
    )


def _limits(member_limit: int | None, total_limit: int | None) -> tuple[int | None, int | None]:
    problems = []
    for name, limit, most in (
        ("member_limit", member_limit, MEMBER_LIMIT_MAX),
        ("total_limit", total_limit, TOTAL_LIMIT_MAX),
    ):
        if limit is not None and not 1 <= limit <= most:
            problems.append(Problem((name,), f"must be from 1 to {most}"))
    if problems:
        raise InvalidInput(problems)
    return member_limit, total_limit


def _row(record: asyncpg.Record | None) -> TemplateRow:
    assert record is not None, "it was locked, or is never deleted"  # noqa: S101 - an invariant
    values: tuple[Any, ...] = tuple(record)
    template_id, key, title_zh, title_en, terms, state, *rest = values
    return TemplateRow(template_id, key, Text(zh=title_zh, en=title_en), terms_of(terms), TemplateState(state), *rest)
