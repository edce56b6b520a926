"""Groups as they are read: by id, by key, and in pages."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from uuid import UUID

import asyncpg

from siyu.db import Pool
from siyu.groups.record import Positioning, Zone
from siyu.inputs import is_storable
from siyu.paging import Page, cut_page

COLUMNS = """
id, key, name, positioning, rules, zones, owner_id, capacity, member_count, revision, created_at, updated_at,
updated_by, archived_at
"""
BY_IDS = f"SELECT {COLUMNS} FROM community WHERE id = ANY($1::uuid[])"
BY_KEYS = f"SELECT {COLUMNS} FROM community WHERE key = ANY($1::text[])"
# A shop has some thousand groups: they are sorted as they are read.
PAGE = f"""
SELECT {COLUMNS} FROM community
WHERE ($1::text IS NULL OR positioning = $1) AND ($2::boolean OR archived_at IS NULL)
    AND ($3::text IS NULL OR strpos(lower(name), lower($3)) > 0 OR key = $3)
    AND ($4::text IS NULL OR ({{order}}, id) {{sign}} ({{place}}, $5::uuid))
ORDER BY {{order}} {{direction}}, id {{direction}} LIMIT $6
"""


class GroupOrder(Enum):
    """In which order groups are listed."""

    CREATED_AT_DESC = "created"
    MEMBER_COUNT_DESC = "members"
    NAME_ASC = "name"


# What is compared, how the cursor's text is read, and whether the greatest comes first.
ORDERS = {
    GroupOrder.CREATED_AT_DESC: ("created_at", "$4::text::timestamptz", True),
    GroupOrder.MEMBER_COUNT_DESC: ("member_count", "$4::text::int", True),
    GroupOrder.NAME_ASC: ('name COLLATE "C"', '$4::text COLLATE "C"', False),
}


@dataclass(frozen=True, slots=True)
class GroupRow:
    """One group."""

    id: UUID
    key: str
    name: str
    positioning: Positioning
    rules: str
    zones: Sequence[Zone]
    owner_id: UUID | None
    capacity: int
    member_count: int
    revision: int
    created_at: datetime
    updated_at: datetime
    updated_by: str
    archived_at: datetime | None

    def place(self, order: GroupOrder) -> str:
        """Where the group stands in an order, as a cursor holds it."""
        if order is GroupOrder.CREATED_AT_DESC:
            return self.created_at.isoformat()
        return str(self.member_count) if order is GroupOrder.MEMBER_COUNT_DESC else self.name


@dataclass(frozen=True, slots=True)
class GroupsWanted:
    """A page of groups: at most `limit` after a place in the order; what is None selects all."""

    limit: int
    order: GroupOrder = GroupOrder.CREATED_AT_DESC
    positioning: Positioning | None = None
    text: str | None = None
    archived: bool = False
    after: tuple[str, UUID] | None = None


def group_row(record: asyncpg.Record) -> GroupRow:
    """A row of COLUMNS."""
    known = dict(record)
    zones = tuple(Zone(zone) for zone in known.pop("zones"))
    return GroupRow(positioning=Positioning(known.pop("positioning")), zones=zones, **known)


async def groups_by_id(pool: Pool, ids: Collection[UUID]) -> dict[UUID, GroupRow]:
    """Those of these groups that exist."""
    return {record["id"]: group_row(record) for record in await pool.fetch(BY_IDS, list(ids))}


async def groups_by_key(pool: Pool, keys: Collection[str]) -> dict[str, GroupRow]:
    """Those of these keys that groups have."""
    asked = [key for key in keys if is_storable(key)]
    return {record["key"]: group_row(record) for record in await pool.fetch(BY_KEYS, asked)}


async def group_page(pool: Pool, wanted: GroupsWanted) -> Page[GroupRow]:
    """The wanted groups. Raises ValueError for a place that is none of the order."""
    order, place, is_descending = ORDERS[wanted.order]
    sql = PAGE.format(
        order=order, place=place, sign="<" if is_descending else ">", direction="DESC" if is_descending else "ASC"
    )
    text, after = wanted.text, wanted.after or (None, None)
    if not all(is_storable(each) for each in (text, after[0]) if each is not None):
        return Page((), has_more=False)
    positioning = wanted.positioning.value if wanted.positioning else None
    try:
        records = await pool.fetch(sql, positioning, wanted.archived, text, *after, wanted.limit + 1)
    except asyncpg.DataError as error:
        raise ValueError("no place of this order") from error
    return cut_page([group_row(record) for record in records], wanted.limit)
