"""A group and a membership as they stand."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from uuid import UUID

# Of what was told of one member in one group; of more, the oldest is forgotten.
MOVES_MAX = 200


class Role(Enum):
    """What a member is in a group. A bot is counted nowhere."""

    MEMBER = "member"
    KOC = "koc"
    OWNER = "owner"
    BOT = "bot"


class Positioning(Enum):
    """What a group is for."""

    WELFARE = "welfare"
    INTEREST = "interest"
    HONOUR = "honour"


class Zone(Enum):
    """A part of a group with a purpose of its own."""

    NEW_PRODUCTS = "new_products"
    TOPICS = "topics"
    WELFARE = "welfare"


@dataclass(slots=True)
class GroupRecord:
    """A group as facts find it: `member_count` of its `capacity` places are taken."""

    id: UUID
    key: str
    capacity: int
    member_count: int
    is_archived: bool

    @property
    def is_full(self) -> bool:
        """Whether nobody else can join."""
        return self.member_count >= self.capacity


@dataclass(slots=True)
class Membership:
    """One member in one group: every joining and leaving that was told, in whatever order it was.

    Whoever left at the moment of joining has left.
    """

    community_id: UUID
    member_id: UUID
    role: Role = Role.MEMBER
    inviter_id: UUID | None = None
    source: str | None = None
    joins: list[datetime] = field(default_factory=list)
    leaves: list[datetime] = field(default_factory=list)

    @property
    def is_in(self) -> bool:
        """Whether nothing after the last joining was a leaving."""
        return bool(self.joins) and (not self.leaves or max(self.joins) > max(self.leaves))

    @property
    def counts(self) -> bool:
        """Whether the member takes a place of the group."""
        return self.is_in and self.role is not Role.BOT

    @property
    def joined_at(self) -> datetime | None:
        """When the last stay began; None where no joining was told."""
        if not self.joins:
            return None
        last = max(self.joins)
        before = max((at for at in self.leaves if at < last), default=None)
        return min(at for at in self.joins if before is None or at > before)

    @property
    def left_at(self) -> datetime | None:
        """When the last stay ended; None for who is in."""
        if self.is_in:
            return None
        last = max(self.joins, default=None)
        return min((at for at in self.leaves if last is None or at >= last), default=None)

    def note(self, at: datetime, *, joined: bool) -> bool:
        """Enter a joining or a leaving; whether it is the first that is told of this one."""
        moves = sorted([(moment, False) for moment in self.joins] + [(moment, True) for moment in self.leaves])
        left = not joined
        before = next((has_left for moment, has_left in reversed(moves) if (moment, has_left) <= (at, left)), True)
        after = next((has_left for moment, has_left in moves if (moment, has_left) > (at, left)), None)
        own = self.joins if joined else self.leaves
        if at not in own:
            own.append(at)
            self._forget_oldest()
        # A stay begins once and ends once, however often that is told.
        return before != left and after is not left

    def _forget_oldest(self) -> None:
        if len(self.joins) + len(self.leaves) > MOVES_MAX:
            oldest = min(self.joins + self.leaves)
            (self.joins if oldest in self.joins else self.leaves).remove(oldest)
