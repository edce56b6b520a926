"""Tag rules as they are read."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from siyu.db import Pool
from siyu.paging import Page, cut_page

COLUMNS = "id, tag, rule, revision, created_at, updated_at, updated_by, settled_on"

BY_IDS = f"SELECT {COLUMNS} FROM tag_rule WHERE id = ANY($1::uuid[]) AND NOT is_deleted"
PAGE = f"SELECT {COLUMNS} FROM tag_rule WHERE NOT is_deleted AND ($1::text IS NULL OR tag > $1) ORDER BY tag LIMIT $2"


@dataclass(frozen=True, slots=True)
class TagRuleRow:
    """A tag and the rule that gives it; `settled_on` is the day for which all members were asked, None before that."""

    id: UUID
    tag: str
    rule: str
    revision: int
    created_at: datetime
    updated_at: datetime
    updated_by: str
    settled_on: date | None


def tag_rule_row(record: Iterable[object]) -> TagRuleRow:
    """A row of COLUMNS."""
    return TagRuleRow(*record)  # type: ignore[arg-type]  # the driver's types are the columns'


async def tag_rules_by_id(pool: Pool, ids: Collection[UUID]) -> dict[UUID, TagRuleRow]:
    """Those of these tag rules that exist."""
    return {record["id"]: tag_rule_row(record) for record in await pool.fetch(BY_IDS, list(ids))}


async def tag_rule_page(pool: Pool, limit: int, after: str | None) -> Page[TagRuleRow]:
    """Tag rules in the order of their tags."""
    return cut_page([tag_rule_row(record) for record in await pool.fetch(PAGE, after, limit + 1)], limit)
