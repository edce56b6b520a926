"""Every guarded field of the schema with who may use it, read off the permission classes of its resolvers."""

from collections.abc import Iterator
from dataclasses import dataclass

from graphql import GraphQLInterfaceType, GraphQLObjectType
from strawberry.permission import BasePermission
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.field import StrawberryField

from schema import Role, SiyuSchema
from schema.permissions import OfTheMember, RolePermission, is_among
from siyu.access import Scope

# Who comes to the schema with a role, in the order in which tables show them.
ROLES = (Role.MEMBER, Role.CLERK, Role.ANALYST, Role.OPERATOR, Role.ADMIN, Role.SERVICE)
ROOTS = ("Query", "Mutation", "Subscription")


@dataclass(frozen=True, slots=True)
class PermissionRow:
    """A field, the roles that may use it, whether members may for what is theirs alone, and the scope of API keys."""

    type_name: str
    field: str
    roles: frozenset[Role]
    own: bool
    scope: Scope | None

    @property
    def name(self) -> str:
        """As tables call it."""
        return f"{self.type_name}.{self.field}"


def permission_rows(schema: SiyuSchema) -> list[PermissionRow]:
    """All guarded fields: those of the roots first, then those of the types by name."""
    found = list(_rows(schema))
    order = {name: place for place, name in enumerate(ROOTS)}
    return sorted(found, key=lambda row: (order.get(row.type_name, len(ROOTS)), row.type_name, row.field))


def fields_of(schema: SiyuSchema, type_name: str) -> set[str]:
    """The names of all fields of a type, guarded or not."""
    kind = schema._schema.get_type(type_name)
    assert isinstance(kind, GraphQLObjectType | GraphQLInterfaceType)
    return set(kind.fields)


def _rows(schema: SiyuSchema) -> Iterator[PermissionRow]:
    for name, kind in schema._schema.type_map.items():
        if not isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
            continue
        inherited = {each for parent in kind.interfaces for each in parent.fields}
        for field_name, field in kind.fields.items():
            strawberry_field = (field.extensions or {}).get(GraphQLCoreConverter.DEFINITION_BACKREF)
            if field_name in inherited or not isinstance(strawberry_field, StrawberryField):
                continue
            guards = strawberry_field.permission_classes
            assert len(guards) == 1 if name in ROOTS else len(guards) <= 1, f"{name}.{field_name}"
            for guard in guards:
                yield _row(name, field_name, guard)


def _row(type_name: str, field: str, guard: type[BasePermission]) -> PermissionRow:
    if issubclass(guard, RolePermission):
        roles = frozenset(role for role in Role if is_among(role, guard.roles))
        return PermissionRow(type_name, field, roles, guard.own, guard.scope)
    assert guard is OfTheMember, f"{type_name}.{field} is guarded by {guard.__name__}, of which nobody told this table"
    roles = frozenset({Role.MEMBER, Role.OPERATOR, Role.ADMIN, Role.SERVICE})
    return PermissionRow(type_name, field, roles, True, Scope.MEMBERS_READ)
