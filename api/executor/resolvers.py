"""What is called for the value of a field, once for each object: the resolver without strawberry's wrapping."""

from collections.abc import Callable, Sequence
from functools import partial
from operator import attrgetter
from typing import TYPE_CHECKING, Any, cast

import strawberry
from graphql import FieldNode, GraphQLField, GraphQLSchema
from strawberry.permission import PermissionExtension
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.field import StrawberryField
from strawberry.types.fields.resolver import StrawberryResolver

from api.executor.arguments import Arguments
from api.executor.permissions import Permissions

if TYPE_CHECKING:
    from api.executor.execution import Execution
    from api.executor.plans import FieldPlan

# From an object to the field's value, an awaitable or an exception.
Call = Callable[[Any], Any]
# From the arguments of one execution to the call.
Calling = Callable[[dict[str, Any], "strawberry.Info[Any, Any]"], Call]
# Makes the call for one execution. Raises what is wrong with the arguments.
Binding = Callable[["FieldPlan", "Execution"], Call]


def strawberry_field(definition: GraphQLField) -> StrawberryField | None:
    """The field as strawberry knows it; None for those of introspection."""
    field = definition.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    return field if isinstance(field, StrawberryField) else None


def is_covered(definition: GraphQLField) -> bool:
    """Whether a plan can resolve the field: of extensions it knows permissions that answer at once."""
    field = strawberry_field(definition)
    if field is None:
        return False
    return all(type(each) is PermissionExtension and each.supports_sync for each in field.extensions)


def binding_of(definition: GraphQLField, node: FieldNode, schema: GraphQLSchema) -> Binding:
    """How the field is called where the document has this node. The field is one that plans cover."""
    field = strawberry_field(definition)
    assert field is not None  # noqa: S101 - documents with other fields have no plan
    if field.is_basic_field:
        read = attrgetter(field.python_name)
        return lambda _field, _execution: read
    resolver = field.base_resolver
    if resolver is not None and not field.extensions and _takes_its_object_alone(field, resolver):
        function = _function(resolver)
        return lambda _field, _execution: function
    # The innermost first: each is put around the call.
    permissions = [Permissions(cast("PermissionExtension", each)) for each in reversed(field.extensions)]
    return partial(_bound, field, Arguments(definition, field, node, schema), permissions, _calling(field))


def always(value: str) -> Binding:
    """The same value for every object, as `__typename` has."""
    return lambda _field, _execution: lambda _source: value


def _takes_its_object_alone(field: StrawberryField, resolver: "StrawberryResolver[Any]") -> bool:
    special = (resolver.info_parameter, resolver.parent_parameter, resolver.root_parameter)
    return not field.arguments and bool(resolver.self_parameter) and not any(special)


def _bound(
    field: StrawberryField,
    arguments: Arguments,
    permissions: Sequence[Permissions],
    calling: Calling,
    plan: "FieldPlan",
    execution: "Execution",
) -> Call:
    """The field's resolver with its arguments and its permissions, for all objects of one execution."""
    info = plan.info(execution, field)
    given = arguments.of(execution, info)
    call = calling(given, info)
    for each in permissions:
        call = each.guard(call, given, info)
    return call


def _calling(field: StrawberryField) -> Calling:
    resolver = field.base_resolver
    if resolver is None:
        read = attrgetter(field.python_name)
        return lambda _arguments, _info: read
    function = _function(resolver)
    if _takes_its_object_alone(field, resolver):
        return lambda _arguments, _info: function
    return partial(_called, function, resolver)


def _called(
    function: Callable[..., Any],
    resolver: "StrawberryResolver[Any]",
    arguments: dict[str, Any],
    info: "strawberry.Info[Any, Any]",
) -> Call:
    given = dict(arguments)
    if resolver.info_parameter:
        given[resolver.info_parameter.name] = info
    named = [each.name for each in (resolver.parent_parameter, resolver.root_parameter) if each]
    if named:
        return lambda source: function(**given, **dict.fromkeys(named, source))
    if resolver.self_parameter:
        return lambda source: function(source, **given)
    return lambda _source: function(**given)


def _function(resolver: "StrawberryResolver[Any]") -> Callable[..., Any]:
    # strawberry has bound static and class methods by the time that a schema is built.
    return cast("Callable[..., Any]", resolver.wrapped_func)
