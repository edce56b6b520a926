"""Segments as they are read: which there are, how many members each has, who they are, and whom two share."""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from uuid import UUID

from siyu.db import Connection, Pool
from siyu.features.queries import feature_rows
from siyu.members.persons import PRESENT
from siyu.members.queries import COLUMNS, MemberRow, MembersWanted, keyset
from siyu.paging import Page, cut_page
from siyu.rules import BadRule, Clause, Rule, RuleClock, compile_rule
from siyu.segments.asking import BOTH_TABLES, Meant, TakenBy, planned_anew, present, restricting, restriction

SEGMENT_COLUMNS = "id, name, rule, kind, revision, created_at, updated_at, updated_by, taken_at"

BY_IDS = f"SELECT {SEGMENT_COLUMNS} FROM segment WHERE id = ANY($1::uuid[])"

PAGE = f"""
SELECT {SEGMENT_COLUMNS} FROM segment WHERE $1::uuid IS NULL OR id < $1 ORDER BY id DESC LIMIT $2
"""

IS_PRESENT = f"SELECT EXISTS (SELECT FROM member AS m WHERE m.id = $1 AND {PRESENT})"
IS_TAKEN = "SELECT EXISTS (SELECT FROM segment_member WHERE segment_id = $1 AND member_id = $2)"


class SegmentKind(Enum):
    """Whether a segment is asked for each time, or keeps whom it had when it was taken."""

    LIVE = "live"
    STATIC = "static"


@dataclass(frozen=True, slots=True)
class SegmentRow:
    """A saved segment; `taken_at` is set for a static one."""

    id: UUID
    name: str
    rule: str
    kind: SegmentKind
    revision: int
    created_at: datetime
    updated_at: datetime
    updated_by: str
    taken_at: datetime | None

    def meant(self) -> Meant | None:
        """Whom it consists of; None for a live one whose rule is none any more, since a feature has gone."""
        if self.kind is SegmentKind.STATIC:
            return TakenBy(self.id)
        return self.asked()

    def asked(self) -> Rule | None:
        """Its rule, where it is still one."""
        try:
            return compile_rule(self.rule)
        except BadRule:
            return None


@dataclass(frozen=True, slots=True)
class Overlap:
    """How many members two segments have, each and both of them."""

    first: int
    second: int
    both: int


@dataclass(frozen=True, slots=True)
class Explanation:
    """Whether a member is in a segment, and what its rule's clauses come to now."""

    is_in: bool
    clauses: Sequence[Clause]


def segment_row(record: Iterable[object]) -> SegmentRow:
    """A row of SEGMENT_COLUMNS."""
    values = list(record)
    values[3] = SegmentKind(values[3])
    return SegmentRow(*values)  # type: ignore[arg-type]  # the driver's types are the columns'


async def segments_by_id(pool: Pool, ids: Collection[UUID]) -> dict[UUID, SegmentRow]:
    """Those of these segments that exist."""
    return {record["id"]: segment_row(record) for record in await pool.fetch(BY_IDS, list(ids))}


async def segment_page(pool: Pool, limit: int, after: UUID | None) -> Page[SegmentRow]:
    """Segments, the newest first."""
    return cut_page([segment_row(record) for record in await pool.fetch(PAGE, after, limit + 1)], limit)


async def count_members(pool: Pool, meant: Sequence[Meant], clock: RuleClock) -> int:
    """How many members all of these mean."""
    statement, parameters = _counting(meant, clock)
    async with planned_anew(pool) as connection:
        count: int = await connection.fetchval(statement, *parameters)
    return count


def _counting(meant: Sequence[Meant], clock: RuleClock) -> tuple[str, Sequence[object]]:
    wanted = restriction(meant, clock)
    return f"SELECT count(*) FROM {wanted.tables} WHERE {wanted.condition}", wanted.parameters


async def count_segment(pool: Pool, clock: RuleClock, segment: SegmentRow) -> int | None:
    """How many members a segment has; None where its rule is none any more."""
    meant = segment.meant()
    return None if meant is None else await count_members(pool, [meant], clock)


async def overlap(pool: Pool, first: Meant, second: Meant, clock: RuleClock) -> Overlap:
    """How many members two segments share.

    Small segments are found each by its own indexes; of large ones everybody is read once for all three counts. The
    database's planner says which is cheaper.
    """
    tables, (one, other), parameters = restricting([first, second], clock)
    together = (
        f"SELECT count(*) FILTER (WHERE {one}), count(*) FILTER (WHERE {other}),"
        f" count(*) FILTER (WHERE ({one}) AND ({other})) FROM {tables} WHERE (({one}) OR ({other}))"
        f" AND {present(tables)}"
    )
    apart = [_counting(meant, clock) for meant in ([first], [second], [first, second])]
    async with planned_anew(pool) as connection:
        cost = await _cost(connection, together, parameters)
        if cost < sum([await _cost(connection, statement, values) for statement, values in apart]):
            (counts,) = await connection.fetch(together, *parameters)
            return Overlap(*counts)
        return Overlap(*[await connection.fetchval(statement, *values) for statement, values in apart])


async def _cost(connection: Connection, statement: str, parameters: Sequence[object]) -> float:
    """What the planner thinks that a statement costs, in its own unit."""
    (plan,) = json.loads(await connection.fetchval(f"EXPLAIN (FORMAT JSON) {statement}", *parameters))
    cost: float = plan["Plan"]["Total Cost"]
    return cost


async def members_of(pool: Pool, meant: Meant, wanted: MembersWanted, clock: RuleClock) -> Page[MemberRow]:
    """The wanted members of those who are meant, in the order they are listed in."""
    limits = restriction([meant], clock)
    conditions, arguments, order = keyset(wanted, len(limits.parameters), "m.")
    columns = ", ".join(f"m.{column}" for column in COLUMNS.split(", "))
    async with planned_anew(pool) as connection:
        records = await connection.fetch(
            f"SELECT {columns} FROM {BOTH_TABLES} WHERE {' AND '.join([limits.condition, *conditions])} {order}",
            *limits.parameters,
            *arguments,
        )
    page = cut_page([MemberRow._make(record) for record in records], wanted.limit)
    return Page(page.rows[::-1], page.has_more) if wanted.from_end else page


async def explain(pool: Pool, segment: SegmentRow, member_id: UUID, clock: RuleClock) -> Explanation | None:
    """Why a member is in a segment or not; None where there is no such member, or the rule is none any more."""
    rule, row = segment.asked(), (await feature_rows(pool, [member_id])).get(member_id)
    if rule is None or row is None:
        return None
    is_in = rule.holds_for(row, clock)
    if segment.kind is SegmentKind.STATIC:
        is_in = await pool.fetchval(IS_TAKEN, segment.id, member_id)
    is_in = is_in and await pool.fetchval(IS_PRESENT, member_id)
    return Explanation(is_in, rule.explain(row, clock))
