"""Who can be signed in, and how long they stay so."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

# How long a member may stay away, and how long they are not asked to sign in again whatever they do; then those who
# work for the shop, who can do more harm.
MEMBER_LIVES = timedelta(days=30), timedelta(days=180)
STAFF_LIVES = timedelta(hours=12), timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Caller:
    """Whose session: a member, or somebody who works for the shop by a name of at most 60 characters."""

    role: str
    member_id: UUID | None = None
    name: str | None = None

    @property
    def bearer(self) -> str:
        """What revocations call the caller."""
        return f"member/{self.member_id}" if self.member_id is not None else f"{self.role}/{self.name}"

    @property
    def lives(self) -> tuple[timedelta, timedelta]:
        """How long a refresh token and how long the session lives."""
        return STAFF_LIVES if self.member_id is None else MEMBER_LIVES


def owner_of(caller: Caller, first: int) -> tuple[str, tuple[object, ...]]:
    """The condition by which the caller's sessions are found, and its parameters from this number on."""
    if caller.member_id is not None:
        return f"member_id = ${first}", (caller.member_id,)
    return f"role = ${first} AND name = ${first + 1}", (caller.role, caller.name)
