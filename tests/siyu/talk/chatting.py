"""Facts about chats that tests submit."""

from datetime import datetime
from uuid import UUID

from siyu.engine import NewFact
from siyu.ids import new_id
from tests.clock import NOON


def posted(member: UUID, group: str, at: datetime = NOON, key: str | None = None) -> NewFact:
    """A member posted a message."""
    data = {"group": group, "kind": "text", "length": 12}
    return NewFact("message.posted", member, at, data, f"service/archive/{key or new_id().hex}")
