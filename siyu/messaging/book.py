"""The messages that a batch of facts leaves, in memory."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple
from uuid import UUID


class NewMessage(NamedTuple):
    """A message to write; `message` is a key of its campaign type's `messages`, or without one of the core's."""

    id: UUID
    member_id: UUID
    campaign_id: UUID | None
    message: str
    params: Mapping[str, str | int]
    at: datetime
