"""Messages as they are read, for many members at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import orjson

from siyu.db import Pool
from siyu.paging import Page, cut_page


@dataclass(frozen=True, slots=True)
class MessageRow:
    """One message, not yet in words."""

    id: UUID
    campaign_id: UUID
    message: str
    params: Mapping[str, str | int]
    at: datetime


@dataclass(frozen=True, slots=True)
class MessagesWanted:
    """A page of one member's messages, newest first: those older than `after`."""

    member_id: UUID
    limit: int
    after: UUID | None


PAGES = """
SELECT wanted.place, page.* FROM unnest($1::uuid[], $2::int[], $3::uuid[])
    WITH ORDINALITY AS wanted (member_id, size, newest, place)
CROSS JOIN LATERAL (
    SELECT id, campaign_id, message, params, at FROM message
    WHERE member_id = wanted.member_id AND (wanted.newest IS NULL OR id < wanted.newest)
    ORDER BY id DESC LIMIT wanted.size
) AS page
ORDER BY wanted.place, page.id DESC
"""


async def message_pages(pool: Pool, wanted: Sequence[MessagesWanted]) -> list[Page[MessageRow]]:
    """The wanted pages, in their order, with one statement."""
    pages: list[list[MessageRow]] = [[] for _ in wanted]
    records = await pool.fetch(
        PAGES,
        [page.member_id for page in wanted],
        [page.limit + 1 for page in wanted],
        [page.after for page in wanted],
    )
    for place, message_id, campaign_id, message, params, at in records:
        pages[place - 1].append(MessageRow(message_id, campaign_id, message, orjson.loads(params), at))
    return [cut_page(rows, page.limit) for rows, page in zip(pages, wanted, strict=True)]
