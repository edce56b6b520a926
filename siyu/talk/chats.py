"""The groups that a batch's facts about chats name, in memory."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

NOWHERE: tuple[UUID, ...] = ()


@dataclass(slots=True)
class Chats:
    """Groups by key. A book that nothing was read for, as that of a replay or a simulation, refuses nothing."""

    is_loaded: bool = False
    ids: dict[str, UUID] = field(default_factory=dict)

    def is_unknown(self, data: Mapping[str, Any]) -> bool:
        """Whether a fact names a group that there is not."""
        return self.is_loaded and data.get("group") is not None and data["group"] not in self.ids

    def scopes(self, data: Mapping[str, Any]) -> tuple[UUID, ...]:
        """The group that a fact names, as boards have it."""
        group_id = self.ids.get(data.get("group", ""))
        return NOWHERE if group_id is None else (group_id,)
