"""Messages to the database, many at a time."""

from collections.abc import Sequence

import orjson

from siyu.db import Connection, append_rows
from siyu.messaging.book import NewMessage

COLUMNS = ("id", "member_id", "campaign_id", "message", "params", "at")


async def append_messages(connection: Connection, messages: Sequence[NewMessage]) -> None:
    """Append messages."""
    rows = [(*new[:4], orjson.dumps(new.params).decode(), new.at) for new in messages]
    await append_rows(connection, "message", COLUMNS, rows)
