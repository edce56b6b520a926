"""Who may use a root field: every one of them names the roles, and nobody else gets in."""

from functools import cache
from typing import Any, ClassVar
from uuid import UUID

from strawberry.permission import BasePermission

from schema.context import Context, Info, Role
from schema.errors import forbidden, unauthenticated
from siyu.access import Scope


class RolePermission(BasePermission):
    """Lets the roles of a subclass pass; `audience` names them in descriptions.

    A service that calls by an API key needs the `scope`, too.
    """

    roles: ClassVar[frozenset[Role]]
    audience: ClassVar[str]
    scope: ClassVar[Scope | None] = None

    def has_permission(self, source: Any, info: Info, **kwargs: Any) -> bool:  # noqa: ARG002 - strawberry's signature
        """Whether the caller's role is among them; raises otherwise, to tell the stranger from the unentitled."""
        require_role(info.context, self.roles)
        scopes = info.context.principal.scopes
        if self.scope is not None and scopes is not None and self.scope not in scopes:
            raise forbidden()
        return True


@cache
def needing(allowed: type[RolePermission], scope: Scope | None) -> type[RolePermission]:
    """The same permission, for services with that scope."""
    return allowed if scope is None else type(f"{allowed.__name__}With{scope.name}", (allowed,), {"scope": scope})


def require_role(context: Context, roles: frozenset[Role]) -> None:
    """Raise UNAUTHENTICATED or FORBIDDEN unless the caller has one of the roles."""
    role = context.principal.role
    if role in roles:
        return
    raise unauthenticated() if role is Role.ANONYMOUS else forbidden()


def require_all_of(info: Info, member_id: UUID) -> None:
    """Raise FORBIDDEN unless everything about the member is open to the caller."""
    if not info.context.principal.may_see_all_of(member_id):
        raise forbidden()


class ForMembers(RolePermission):
    """Members alone."""

    roles = frozenset({Role.MEMBER})
    audience = "members"


class ForOperators(RolePermission):
    """Operators alone."""

    roles = frozenset({Role.OPERATOR})
    audience = "operators"


class ForServices(RolePermission):
    """Services alone."""

    roles = frozenset({Role.SERVICE})
    audience = "services"


class ForStaff(RolePermission):
    """Operators and services."""

    roles = frozenset({Role.OPERATOR, Role.SERVICE})
    audience = "operators and services"


class ForPersons(RolePermission):
    """Members and operators."""

    roles = frozenset({Role.MEMBER, Role.OPERATOR})
    audience = "members and operators"


class ForEveryone(RolePermission):
    """Whoever has signed in."""

    roles = frozenset({Role.MEMBER, Role.OPERATOR, Role.SERVICE})
    audience = "members, operators and services"


class ForAnybody(RolePermission):
    """Whoever has signed in, and whoever has not."""

    roles = frozenset(Role)
    audience = "anybody, signed in or not"
