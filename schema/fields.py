"""Fields with a description, for whoever sees their object or for some roles alone."""

from collections.abc import Callable
from typing import Any

import strawberry
from strawberry.types.field import StrawberryField

from schema.permissions import RolePermission

Resolver = Callable[..., Any]
# strawberry's own decorators are untyped when they are called with arguments.
Decorator = Callable[[Resolver], StrawberryField]


def field(description: str) -> Decorator:
    """A field for whoever sees its object, described."""

    def decorate(resolver: Resolver) -> StrawberryField:
        made: StrawberryField = strawberry.field(resolver=resolver, description=description)
        return made

    return decorate


def field_for(allowed: type[RolePermission], description: str) -> Decorator:
    """A field for the roles that `allowed` lets pass, which its description tells; every field of a root is one."""

    def decorate(resolver: Resolver) -> StrawberryField:
        told = f"{description} For {allowed.audience}."
        made: StrawberryField = strawberry.field(resolver=resolver, permission_classes=[allowed], description=told)
        return made

    return decorate
