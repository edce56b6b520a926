"""Who may use a root field: every one of them names the roles, and nobody else gets in."""

from functools import cache
from typing import Any, ClassVar
from uuid import UUID

from strawberry.permission import BasePermission

from schema.context import Context, Info
from schema.errors import forbidden, unauthenticated
from schema.principals import Role
from siyu.access import Scope


class RolePermission(BasePermission):
    """Lets the roles of a subclass pass; `audience` names them in descriptions.

    A service that calls by an API key needs the `scope`, too. Where `own` is set, resolvers show members what is theirs
    alone, and what is another's as though it were not there.
    """

    roles: ClassVar[frozenset[Role]]
    audience: ClassVar[str]
    scope: ClassVar[Scope | None] = None
    own: ClassVar[bool] = False

    def has_permission(self, source: Any, info: Info, **kwargs: Any) -> bool:  # noqa: ARG002 - strawberry's signature
        """Whether the caller's role is among them; raises otherwise, to tell the stranger from the unentitled."""
        require_role(info.context, self.roles)
        if self.scope is not None and not info.context.principal.has(self.scope):
            raise forbidden()
        return True

    def lets_all_pass(self, info: Info) -> bool:
        """The same without raising: objects and arguments do not matter."""
        principal = info.context.principal
        return is_among(principal.role, self.roles) and (self.scope is None or principal.has(self.scope))


@cache
def needing(allowed: type[RolePermission], scope: Scope | None) -> type[RolePermission]:
    """The same permission, for services with that scope."""
    return allowed if scope is None else type(f"{allowed.__name__}With{scope.name}", (allowed,), {"scope": scope})


def require_role(context: Context, roles: frozenset[Role]) -> None:
    """Raise UNAUTHENTICATED or FORBIDDEN unless the caller has one of the roles."""
    role = context.principal.role
    if is_among(role, roles):
        return
    raise unauthenticated() if role is Role.ANONYMOUS else forbidden()


def is_among(role: Role, roles: frozenset[Role]) -> bool:
    """Whether the role passes: admins may do whatever operators may."""
    return role in roles or (role is Role.ADMIN and Role.OPERATOR in roles)


def require_all_of(info: Info, member_id: UUID) -> None:
    """Raise FORBIDDEN unless everything about the member is open to the caller."""
    if not info.context.principal.may_see_all_of(member_id):
        raise forbidden()


class OfTheMember(BasePermission):
    """Lets the member pass whom the object is, and whoever may see everything about any member."""

    def has_permission(self, source: Any, info: Info, **kwargs: Any) -> bool:  # noqa: ARG002 - strawberry's signature
        """Whether the caller may see all of the member; raises otherwise."""
        require_all_of(info, source.row.id)
        return True

    def lets_all_pass(self, info: Info) -> bool:
        """Whether the caller may see all of any member."""
        return info.context.principal.may_see_all_of_anybody


class ForMembers(RolePermission):
    """Members alone."""

    own = True

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


class ForViewers(RolePermission):
    """Members, analysts and operators: whoever looks at campaigns and boards."""

    roles = frozenset({Role.MEMBER, Role.ANALYST, Role.OPERATOR})
    audience = "members, analysts and operators"


class ForConcerned(RolePermission):
    """Members, about themselves, operators and services."""

    own = True
    roles = frozenset({Role.MEMBER, Role.OPERATOR, Role.SERVICE})
    audience = "members, operators and services"


class ForWallets(RolePermission):
    """Members, about themselves, and whoever takes what a member shows."""

    own = True
    roles = frozenset({Role.MEMBER, Role.CLERK, Role.OPERATOR, Role.SERVICE})
    audience = "members, clerks, operators and services"


class ForEveryone(RolePermission):
    """Whoever has signed in."""

    roles = frozenset(Role) - {Role.ANONYMOUS}
    audience = "whoever has signed in"


class ForEachTheirOwn(ForEveryone):
    """Whoever has signed in, as far as it is theirs to see."""

    own = True


class ForAnybody(RolePermission):
    """Whoever has signed in, and whoever has not."""

    roles = frozenset(Role)
    audience = "anybody, signed in or not"
