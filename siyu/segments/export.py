"""The members of a segment, all of them, as rows of a file: read once and in one snapshot."""

from collections.abc import AsyncGenerator, Sequence
from uuid import UUID

from siyu.db import Pool
from siyu.rules import RuleClock
from siyu.segments.asking import BOTH_TABLES, Meant, planned_anew, restriction
from siyu.segments.queries import SEGMENT_COLUMNS, SegmentRow, segment_row

ROWS_AT_ONCE = 1_000
# Between two reads of a cursor nothing else runs; the whole of it takes a minute for a million members.
READ_TIMEOUT_S = 60.0
SEPARATOR = ";"

COLUMNS = (
    "joined_at",
    "tier",
    "tags",
    "groups",
    "stage",
    "layer",
    "orders",
    "spend_fen",
    "last_order_at",
    "last_interaction_at",
)
FOUND = f"SELECT {SEGMENT_COLUMNS} FROM segment WHERE id = $1 OR name = $2 ORDER BY id = $1 DESC LIMIT 1"
ROWS = """
SELECT m.id, m.joined_at, m.tier, array_to_string(m.tags, $%d::text), array_to_string(m.groups, $%d::text), f.stage,
       f.layer, f.orders, f.spend_fen, f.last_order_at, f.last_interaction_at
FROM {tables} WHERE {condition} AND m.merged_into IS NULL AND m.erased_at IS NULL ORDER BY m.id
"""


async def segment_called(pool: Pool, segment_id: UUID | None, name: str) -> SegmentRow | None:
    """The segment with this id or, if there is none, of this name."""
    record = await pool.fetchrow(FOUND, segment_id, name)
    return segment_row(record) if record else None


async def exported(pool: Pool, meant: Meant, clock: RuleClock) -> AsyncGenerator[list[tuple[UUID, Sequence[object]]]]:
    """The members who are meant, some at a time in the order of their ids: each id with the values of COLUMNS.

    What changes meanwhile changes nothing here.
    """
    wanted = restriction([meant], clock)
    place = len(wanted.parameters) + 1
    statement = (ROWS % (place, place)).format(tables=BOTH_TABLES, condition=wanted.condition)
    async with planned_anew(pool) as connection:
        cursor = await connection.cursor(statement, *wanted.parameters, SEPARATOR, timeout=READ_TIMEOUT_S)
        while rows := await cursor.fetch(ROWS_AT_ONCE, timeout=READ_TIMEOUT_S):
            yield [(row[0], tuple(row)[1:]) for row in rows]
