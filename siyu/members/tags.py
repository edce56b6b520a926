"""Members' tags: the families they come from, and those that a batch of facts gives and takes, in memory."""

from collections.abc import Iterator
from datetime import datetime
from enum import Enum
from typing import NamedTuple
from uuid import UUID

# Whoever sets a tag without being a person who signed in.
SIYU = "siyu"


class TagFamily(Enum):
    """Where a tag comes from. A member may have one tag from several; they keep it while one of these lasts."""

    MANUAL = "manual"
    RULE = "rule"
    QUESTIONNAIRE = "questionnaire"
    IMPORTED = "imported"
    CAMPAIGN = "campaign"


class TagChange(NamedTuple):
    """A tag that a member has from now on, where `given`, or no longer has.

    What is given is of one `family`, by default a campaign's, from `set_at` on (None is the moment of the commit) until
    `expires_at`, or for ever. What is taken is taken of this family, by default of every one.
    """

    member_id: UUID
    tag: str
    given: bool
    family: TagFamily | None = None
    set_by: str = SIYU
    set_at: datetime | None = None
    expires_at: datetime | None = None


class TagChanges:
    """How far members' tags are from the database's; each tag of a member once."""

    def __init__(self) -> None:
        self._changed: dict[UUID, dict[str, TagChange]] = {}

    def note(self, change: TagChange) -> None:
        """Keep a change of what was otherwise before: the second of a tag takes back the first."""
        own = self._changed.setdefault(change.member_id, {})
        if own.pop(change.tag, None) is None:
            own[change.tag] = change

    def __iter__(self) -> Iterator[TagChange]:
        return iter(self.changed())

    def changed(self) -> list[TagChange]:
        """What a commit has to write."""
        return [change for own in self._changed.values() for change in own.values()]

    def clear(self) -> None:
        """Forget what was changed."""
        self._changed.clear()
