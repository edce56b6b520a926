"""Who is asking, and whether anybody wanted to know: an answer that did not ask is the same for all of one role."""

from typing import Any, Self

from schema import Principal

IDENTITY = frozenset({"member_id", "subject", "session_id"})


class TracedPrincipal(Principal):
    """A principal that notes whether it was asked who it is, rather than what it may do by its role and scopes."""

    __slots__ = ("was_asked",)
    was_asked: bool

    @classmethod
    def of(cls, principal: Principal) -> Self:
        """The same principal, whom nobody has asked."""
        traced = cls(principal.role, principal.member_id, principal.subject, principal.session_id, principal.scopes)
        object.__setattr__(traced, "was_asked", False)
        return traced

    def __getattribute__(self, name: str) -> Any:  # as attributes are
        """Also what methods of the class itself read."""
        if name in IDENTITY:
            object.__setattr__(self, "was_asked", True)
        return object.__getattribute__(self, name)
