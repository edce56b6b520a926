"""Who may use a root field: every one of them names the roles, and nobody else gets in."""

from typing import Any, ClassVar
from uuid import UUID

from strawberry.permission import BasePermission

from schema.context import Context, Info, Role
from schema.errors import forbidden, unauthenticated


class RolePermission(BasePermission):
    """Lets the roles of a subclass pass; `audience` names them in descriptions."""

    roles: ClassVar[frozenset[Role]]
    audience: ClassVar[str]

    def has_permission(self, source: Any, info: Info, **kwargs: Any) -> bool:  # noqa: ARG002 - strawberry's signature
        """Whether the caller's role is among them; raises otherwise, to tell the stranger from the unentitled."""
        require_role(info.context, self.roles)
        return True


def require_role(context: Context, roles: frozenset[Role]) -> None:
    """Raise UNAUTHENTICATED or FORBIDDEN unless the caller has one of the roles."""
    role = context.principal.role
    if role is Role.ANONYMOUS:
        raise unauthenticated()
    if not is_among(role, roles):
        raise forbidden()


def is_among(role: Role, roles: frozenset[Role]) -> bool:
    """Whether the role passes: admins may do whatever operators may."""
    return role in roles or (role is Role.ADMIN and Role.OPERATOR in roles)


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


class ForStaff(RolePermission):
    """Operators and services."""

    roles = frozenset({Role.OPERATOR, Role.SERVICE})
    audience = "operators and services"


class ForClerks(RolePermission):
    """Clerks in a store, and operators."""

    roles = frozenset({Role.CLERK, Role.OPERATOR})
    audience = "clerks and operators"


class ForTills(RolePermission):
    """Clerks, operators and services: whoever completes what a member began."""

    roles = frozenset({Role.CLERK, Role.OPERATOR, Role.SERVICE})
    audience = "clerks, operators and services"


class ForAnalysts(RolePermission):
    """Analysts and operators."""

    roles = frozenset({Role.ANALYST, Role.OPERATOR})
    audience = "analysts and operators"


class ForAdmins(RolePermission):
    """Admins alone."""

    roles = frozenset({Role.ADMIN})
    audience = "admins"


class ForPersons(RolePermission):
    """Members and operators."""

    roles = frozenset({Role.MEMBER, Role.OPERATOR})
    audience = "members and operators"


class ForEveryone(RolePermission):
    """Whoever has signed in."""

    roles = frozenset(Role) - {Role.ANONYMOUS}
    audience = "whoever has signed in"
