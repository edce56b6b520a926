"""One line of a leaderboard, and how Redis writes it so that its order is exactly SQL's."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
TIME_BYTES = 8
LATEST_MICROS = 2**63 - 1
MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class BoardEntry:
    """A member's place: ranks run from 1 without gaps or repeats; of equal scores the one reached first leads."""

    rank: int
    member_id: UUID
    score: int
    reached_at: datetime


class Top(NamedTuple):
    """The `first` lines after a rank; 0 begins at the top. Without lines it is how many there are, and of when."""

    first: int
    after_rank: int = 0


class Around(NamedTuple):
    """A member's line with `radius` on both sides; no lines for a member without rank."""

    member_id: UUID
    radius: int


Stretch = Top | Around
HEAD = Top(0)


def micros_of(moment: datetime) -> int:
    """Microseconds since 1970."""
    return (moment - EPOCH) // MICROSECOND


def moment_of(micros: int) -> datetime:
    """The inverse of `micros_of`."""
    return EPOCH + micros * MICROSECOND


def encode_time(reached_at: datetime) -> bytes:
    """Bytes that sort the other way round than time: among equal scores Redis lists the greatest member first."""
    return (LATEST_MICROS - micros_of(reached_at)).to_bytes(TIME_BYTES, "big")


def decode_member(member: bytes) -> tuple[UUID, datetime]:
    """The id and the time in a member of a sorted set: `encode_time(reached_at) + member_id.bytes`."""
    micros = LATEST_MICROS - int.from_bytes(member[:TIME_BYTES], "big")
    return UUID(bytes=member[TIME_BYTES:]), moment_of(micros)
