"""What is called for the value of a field, once for each object: the resolver without strawberry's wrapping."""

from collections.abc import Callable, Sequence
from functools import partial
from operator import attrgetter
from typing import TYPE_CHECKING, Any, cast

import strawberry
from graphql import GraphQLField, GraphQLSchema
from graphql.execution.values import get_argument_values
from strawberry.permission import PermissionExtension
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.arguments import convert_arguments
from strawberry.types.field import StrawberryField
from strawberry.types.fields.resolver import StrawberryResolver

from api.executor.permissions import Permissions

if TYPE_CHECKING:
    from api.executor.execution import Execution
    from api.executor.plans import FieldPlan

# From an object to the field's value, an awaitable or an exception.
Call = Callable[[Any], Any]
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


def binding_of(definition: GraphQLField) -> Binding:
    """How the field is called. The field is one that plans cover."""
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
    return partial(_bound, definition, field, permissions)


def always(value: str) -> Binding:
    """The same value for every object, as `__typename` has."""
    return lambda _field, _execution: lambda _source: value


def _takes_its_object_alone(field: StrawberryField, resolver: "StrawberryResolver[Any]") -> bool:
    special = (resolver.info_parameter, resolver.parent_parameter, resolver.root_parameter)
    return not field.arguments and bool(resolver.self_parameter) and not any(special)


def _bound(
    definition: GraphQLField,
    field: StrawberryField,
    permissions: Sequence[Permissions],
    plan: "FieldPlan",
    execution: "Execution",
) -> Call:
    """The field's resolver with its arguments and its permissions, for all objects of one execution."""
    info = plan.info(execution, field)
    arguments = _arguments(definition, field, plan, execution, info)
    call = _call(field, arguments, info)
    for each in permissions:
        call = each.guard(call, arguments, info)
    return call


def _arguments(
    definition: GraphQLField,
    field: StrawberryField,
    plan: "FieldPlan",
    execution: "Execution",
    info: "strawberry.Info[Any, Any]",
) -> dict[str, Any]:
    node = plan.nodes[0]
    if not definition.args and not node.arguments:
        return {}
    given = get_argument_values(definition, node, execution.executor.variable_values)
    schema = _strawberry_schema(execution.executor.schema)
    converter, names = schema.schema_converter, plan.argument_names
    # strawberry makes the name of each anew, so it is shown none that has no value.
    meant = [each for each, name in zip(field.arguments, names, strict=True) if name in given]
    return convert_arguments(given, meant, scalar_registry=converter.scalar_registry, config=schema.config, info=info)


def _call(field: StrawberryField, arguments: dict[str, Any], info: "strawberry.Info[Any, Any]") -> Call:
    resolver = field.base_resolver
    if resolver is None:
        return attrgetter(field.python_name)
    function = _function(resolver)
    if _takes_its_object_alone(field, resolver):
        return function
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


def argument_names(definition: GraphQLField, schema: GraphQLSchema) -> list[str]:
    """What the document calls the arguments of a field that plans cover, in the order in which strawberry has them."""
    field = strawberry_field(definition)
    converter = _strawberry_schema(schema).config.name_converter
    return [converter.from_argument(each) for each in field.arguments] if field else []


def _strawberry_schema(schema: GraphQLSchema) -> strawberry.Schema:
    return cast("strawberry.Schema", schema._strawberry_schema)  # type: ignore[attr-defined]  # strawberry puts it there
