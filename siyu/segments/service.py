"""Segments are saved, changed, taken anew and deleted by operators."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypedDict
from uuid import UUID

import asyncpg

from siyu.db import Connection, Pool
from siyu.errors import DomainError, InvalidInput, NotFound, Problem
from siyu.ids import new_id
from siyu.inputs import check_text
from siyu.rules import Rule, RuleClock, compile_rule
from siyu.segments.asking import PLAN, restriction
from siyu.segments.queries import SEGMENT_COLUMNS, SegmentKind, SegmentRow, segment_row

NAME_LENGTH_MAX = 64
# The count is a guard, not an exact limit: two that are saved in one moment may both pass it.
SEGMENTS_MAX = 1_000
# To take a million members, each with their keys, is the longest of all statements.
TAKE_TIMEOUT_S = 300.0

CREATE = f"""
INSERT INTO segment (id, name, rule, kind, revision, created_at, updated_at, updated_by, taken_at)
SELECT $1::uuid, $2::varchar, $3::varchar, $4::varchar, 1, $5::timestamptz, $5, $6::varchar,
    CASE $4::text WHEN 'static' THEN $5::timestamptz END
WHERE (SELECT count(*) FROM segment) < {SEGMENTS_MAX}
RETURNING {SEGMENT_COLUMNS}
"""
UPDATE = f"""
UPDATE segment SET name = coalesce($3::varchar, name), rule = coalesce($4::varchar, rule), revision = revision + 1,
    updated_at = $5::timestamptz, updated_by = $6::varchar,
    taken_at = CASE WHEN kind = 'static' AND $7::boolean THEN $5::timestamptz ELSE taken_at END
WHERE id = $1 AND revision = $2
RETURNING {SEGMENT_COLUMNS}
"""
FORGET = "DELETE FROM segment_member WHERE segment_id = $1"
DELETE = "DELETE FROM segment WHERE id = $1 RETURNING id"


class SegmentChanges(TypedDict, total=False):
    """What to change; what is left out stays."""

    name: str
    rule: str


async def create_segment(
    pool: Pool, name: str, text: str, kind: SegmentKind, clock: RuleClock, author: str
) -> SegmentRow:
    """Save a segment; a static one takes the members it has now. Raises InvalidInput, for a bad rule too."""
    name, rule = check_text(name, ("name",), NAME_LENGTH_MAX), compile_rule(text)
    with _naming():
        async with pool.acquire() as connection, connection.transaction():
            record = await connection.fetchrow(CREATE, new_id(), name, text, kind.value, clock.now, author)
            if record is None:
                raise InvalidInput([Problem(("name",), f"there are {SEGMENTS_MAX} segments, the most there may be")])
            segment = segment_row(record)
            if kind is SegmentKind.STATIC:
                await _take(connection, segment.id, rule, clock)
    return segment


async def update_segment(
    pool: Pool,
    segment_id: UUID,
    revision: int,
    changes: SegmentChanges,
    clock: RuleClock,
    author: str,
    *,
    take: bool = False,
) -> SegmentRow:
    """Change a segment from the given revision; with another rule, or with `take`, a static one is taken anew.

    Raises InvalidInput, for a bad rule and for another revision too, and NotFound.
    """
    name, text = changes.get("name"), changes.get("rule")
    name = None if name is None else check_text(name, ("name",), NAME_LENGTH_MAX)
    given = None if text is None else compile_rule(text)
    takes = take or given is not None
    with _naming():
        async with pool.acquire() as connection, connection.transaction():
            record = await connection.fetchrow(UPDATE, segment_id, revision, name, text, clock.now, author, takes)
            if record is None:
                raise await _why_not(connection, segment_id)
            segment = segment_row(record)
            if takes and segment.kind is SegmentKind.STATIC:
                await _take(connection, segment.id, given or compile_rule(segment.rule), clock)
    return segment


async def delete_segment(pool: Pool, segment_id: UUID) -> None:
    """Delete a segment and what was taken for it; nobody's membership of anything else changes. Raises NotFound."""
    if await pool.fetchval(DELETE, segment_id, timeout=TAKE_TIMEOUT_S) is None:
        raise NotFound("there is no such segment")


async def _take(connection: Connection, segment_id: UUID, rule: Rule, clock: RuleClock) -> None:
    """Keep those for whom the rule holds now, instead of those there are."""
    wanted = restriction([rule], clock)
    place = f"${len(wanted.parameters) + 1}"
    await connection.execute(PLAN)
    await connection.execute(FORGET, segment_id, timeout=TAKE_TIMEOUT_S)
    await connection.execute(
        f"INSERT INTO segment_member (segment_id, member_id) SELECT {place}::uuid, {wanted.member_id}"
        f" FROM {wanted.tables} WHERE {wanted.condition}",
        *wanted.parameters,
        segment_id,
        timeout=TAKE_TIMEOUT_S,
    )


async def _why_not(connection: Connection, segment_id: UUID) -> DomainError:
    """Why a segment was not changed."""
    revision = await connection.fetchval("SELECT revision FROM segment WHERE id = $1", segment_id)
    if revision is None:
        return NotFound("there is no such segment")
    return InvalidInput([Problem(("revision",), f"the segment has revision {revision} by now")])


@contextmanager
def _naming() -> Iterator[None]:
    """Raise InvalidInput for a name that another segment has."""
    try:
        yield
    except asyncpg.UniqueViolationError as error:
        if error.constraint_name != "segment_name":
            raise
        raise InvalidInput([Problem(("name",), "another segment has this name")]) from error
