"""The tags that a batch of facts gives to members and takes from them, in memory."""

from typing import NamedTuple
from uuid import UUID


class TagChange(NamedTuple):
    """A tag that a member has from now on, where `given`, or no longer has."""

    member_id: UUID
    tag: str
    given: bool


class TagChanges:
    """How far members' tags are from the database's."""

    def __init__(self) -> None:
        self._given: dict[UUID, dict[str, bool]] = {}

    def note(self, change: TagChange) -> None:
        """Keep a change of what was otherwise before: the second of a tag takes back the first."""
        own = self._given.setdefault(change.member_id, {})
        if own.pop(change.tag, None) is None:
            own[change.tag] = change.given

    def changed(self) -> list[TagChange]:
        """What a commit has to write."""
        return [TagChange(member_id, *change) for member_id, own in self._given.items() for change in own.items()]

    def clear(self) -> None:
        """Forget what was changed."""
        self._given.clear()
