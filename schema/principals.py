"""Who is calling: a role, and whom it is played by."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from uuid import UUID

from siyu.access import Scope

# With a client key and separators it has to fit into a fact's idempotency key.
SUBJECT_LENGTH_MAX = 60


class Role(Enum):
    """What a principal may do is decided by its role alone."""

    ANONYMOUS = "anonymous"
    MEMBER = "member"
    OPERATOR = "operator"
    CLERK = "clerk"
    ANALYST = "analyst"
    SERVICE = "service"
    ADMIN = "admin"

    @property
    def operates(self) -> bool:
        """Whether it may do what operators may."""
        return self is Role.OPERATOR or self is Role.ADMIN


@dataclass(frozen=True, slots=True)
class Principal:
    """Who is calling. `member_id` is set for members alone; `subject` names the others.

    `session_id` is the session that the token was issued for, if any. `scopes` is what an API key is good for; None:
    all that the role may do. Raises ValueError for a combination that cannot be.
    """

    role: Role
    member_id: UUID | None = None
    subject: str = ""
    session_id: UUID | None = None
    scopes: frozenset[Scope] | None = None

    def __post_init__(self) -> None:
        if (self.role is Role.MEMBER) != (self.member_id is not None):
            raise ValueError("members, and nobody else, have a member id")
        if self.scopes is not None and self.role is not Role.SERVICE:
            raise ValueError("services alone have scopes")
        if len(self.subject) > SUBJECT_LENGTH_MAX:
            raise ValueError(f"the subject is longer than {SUBJECT_LENGTH_MAX} characters")

    def has(self, scope: Scope) -> bool:
        """Whether an API key, if the caller came with one, is good for this."""
        return self.scopes is None or scope in self.scopes

    @property
    def may_see_all_of_anybody(self) -> bool:
        """Whether everything about every member is open to this principal."""
        return self._is_of_the_shop and self.has(Scope.MEMBERS_READ)

    def may_see_all_of(self, member_id: UUID) -> bool:
        """Whether everything about a member is open to this principal."""
        return self.may_change(member_id) and self.has(Scope.MEMBERS_READ)

    def may_change(self, member_id: UUID) -> bool:
        """Whether a mutation that this principal may use can be about that member."""
        return self._is_of_the_shop or self.member_id == member_id

    @property
    def _is_of_the_shop(self) -> bool:
        return self.role.operates or self.role is Role.SERVICE


ANONYMOUS = Principal(Role.ANONYMOUS)

# An access token for a principal, issued then and valid for so long.
IssueToken = Callable[[Principal, datetime, timedelta], str]
