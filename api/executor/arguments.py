"""The arguments of a field as its resolver takes them: read with the plan where they can be, else in each execution."""

from collections.abc import Mapping
from enum import Enum
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import strawberry
from graphql import FieldNode, GraphQLField, GraphQLSchema, VariableNode, get_nullable_type, is_leaf_type
from graphql.execution.values import get_argument_values
from strawberry.types.arguments import StrawberryArgument, convert_arguments
from strawberry.types.base import StrawberryMaybe
from strawberry.types.field import StrawberryField

if TYPE_CHECKING:
    from api.executor.execution import Execution

# All executions may share such a value: no resolver can change it.
UNCHANGEABLE = (str, int, float, Enum, type(None))


class Plain(NamedTuple):
    """Arguments with nothing to convert, by their names in Python: those that the document fixes, and variables."""

    fixed: Mapping[str, Any]
    variables: list[tuple[str, str]]


class Arguments:
    """What one field is given, in each execution of its plan.

    Literals of scalars and enums are read once, and variables of such types looked up. Lists and inputs are converted
    anew each time: they are the resolver's own.
    """

    __slots__ = ("_definition", "_meant", "_node", "_plain", "_schema")

    def __init__(
        self, definition: GraphQLField, field: StrawberryField, node: FieldNode, schema: GraphQLSchema
    ) -> None:
        self._definition, self._node, self._schema = definition, node, _strawberry_schema(schema)
        name_of = self._schema.config.name_converter.from_argument
        self._meant = {name_of(each): each for each in field.arguments}
        self._plain = self._read()

    def of(self, execution: "Execution", info: "strawberry.Info[Any, Any]") -> dict[str, Any]:
        """By their names in Python. Raises what is wrong with them."""
        variables = execution.executor.variable_values
        if self._plain is not None:
            given = dict(self._plain.fixed)
            for name, variable in self._plain.variables:
                value = variables.coerced.get(variable)
                if value is None:
                    # What holds without a value, the definition says.
                    break
                given[name] = value
            else:
                return given
        return self._converted(get_argument_values(self._definition, self._node, variables), info)

    def _converted(self, given: dict[str, Any], info: "strawberry.Info[Any, Any] | None") -> dict[str, Any]:
        # strawberry makes the name of each anew, so it is shown none that has no value.
        meant = [each for name, each in self._meant.items() if name in given]
        registry = self._schema.schema_converter.scalar_registry
        return convert_arguments(given, meant, scalar_registry=registry, config=self._schema.config, info=info)

    def _read(self) -> Plain | None:
        """What can be known with the plan; None where any argument is to be converted."""
        nodes = {each.name.value: each.value for each in self._node.arguments or ()}
        variables = {name: node.name.value for name, node in nodes.items() if isinstance(node, VariableNode)}
        if not all(self._is_plain(name) for name in nodes):
            return None
        others = {name: argument for name, argument in self._definition.args.items() if name not in variables}
        given = get_argument_values(GraphQLField(self._definition.type, others), self._node)
        fixed = self._converted(given, None)
        if not all(isinstance(value, UNCHANGEABLE) for value in fixed.values()):
            return None
        return Plain(fixed, [(self._meant[name].python_name, variable) for name, variable in variables.items()])

    def _is_plain(self, name: str) -> bool:
        meant: StrawberryArgument = self._meant[name]
        is_leaf = is_leaf_type(get_nullable_type(self._definition.args[name].type))
        return is_leaf and not isinstance(meant.type, StrawberryMaybe)


def _strawberry_schema(schema: GraphQLSchema) -> strawberry.Schema:
    return cast("strawberry.Schema", schema._strawberry_schema)  # type: ignore[attr-defined]  # strawberry puts it there
