"""Fields with a description, and root fields that cannot be written without saying who may use them."""

from collections.abc import Callable
from typing import Any

import strawberry
from strawberry.types.field import StrawberryField

from schema.permissions import RolePermission

Resolver = Callable[..., Any]
# strawberry's own decorators are untyped when they are called with arguments.
Decorator = Callable[[Resolver], StrawberryField]


def field(description: str) -> Decorator:
    """A field of an object, described."""

    def decorate(resolver: Resolver) -> StrawberryField:
        made: StrawberryField = strawberry.field(resolver=resolver, description=description)
        return made

    return decorate


def root_field(allowed: type[RolePermission], description: str) -> Decorator:
    """A field of Query or Mutation, for the roles that `allowed` lets pass."""

    def decorate(resolver: Resolver) -> StrawberryField:
        told = f"{description} For {allowed.audience}."
        made: StrawberryField = strawberry.field(resolver=resolver, permission_classes=[allowed], description=told)
        return made

    return decorate
