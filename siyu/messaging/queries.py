"""Messages as they are read, for many members at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import orjson

from siyu.db import Pool
from siyu.paging import NewestWanted, Page, newest_pages


@dataclass(frozen=True, slots=True)
class MessageRow:
    """One message, not yet in words."""

    id: UUID
    campaign_id: UUID | None
    message: str
    params: Mapping[str, str | int]
    at: datetime


COLUMNS = "id, campaign_id, message, params, at"


async def message_pages(pool: Pool, wanted: Sequence[NewestWanted]) -> list[Page[MessageRow]]:
    """The wanted pages, in their order, with one statement."""
    return await newest_pages(pool, "message", COLUMNS, _row, wanted)


def _row(message_id: UUID, campaign_id: UUID | None, message: str, params: str, at: datetime) -> MessageRow:
    return MessageRow(message_id, campaign_id, message, orjson.loads(params), at)
