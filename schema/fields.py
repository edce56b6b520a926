"""Fields with a description, for whoever sees their object or for some roles alone."""

from collections.abc import Callable
from typing import Any

import strawberry
from strawberry.types.field import StrawberryField

from schema.permissions import OfTheMember, RolePermission, needing
from siyu.access import Scope

Resolver = Callable[..., Any]
# strawberry's own decorators are untyped when they are called with arguments.
Decorator = Callable[[Resolver], StrawberryField]


def field(description: str) -> Decorator:
    """A field for whoever sees its object, described."""

    def decorate(resolver: Resolver) -> StrawberryField:
        made: StrawberryField = strawberry.field(resolver=resolver, description=description)
        return made

    return decorate


def field_for(allowed: type[RolePermission], description: str, scope: Scope | None = None) -> Decorator:
    """A field for the roles that `allowed` lets pass, which its description tells; every field of a root is one.

    Where services are among them and come with an API key, it has to have the `scope`.
    """
    needed = f", by API key with the scope `{scope.value}`" if scope else ""
    told = f"{description} For {allowed.audience}{needed}."
    permission = needing(allowed, scope)

    def decorate(resolver: Resolver) -> StrawberryField:
        made: StrawberryField = strawberry.field(resolver=resolver, permission_classes=[permission], description=told)
        return made

    return decorate


def field_of_member(description: str) -> Decorator:
    """A field of a member's object for those who may see all of the member."""

    def decorate(resolver: Resolver) -> StrawberryField:
        told = f"{description} For the member, operators and services."
        made: StrawberryField = strawberry.field(resolver=resolver, permission_classes=[OfTheMember], description=told)
        return made

    return decorate
