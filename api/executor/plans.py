"""Plans: what of a document is to be resolved for the objects of one type, worked out when the first one is met."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import strawberry
from graphql import FieldNode, GraphQLObjectType, GraphQLResolveInfo, GraphQLSchema, OperationDefinitionNode
from graphql.execution.collect_fields import FieldDetailsList, FragmentDetails, GroupedFieldSet, collect_subfields
from graphql.execution.values import VariableValues
from graphql.pyutils import Path
from strawberry.types.field import StrawberryField

from api.executor.completers import completer_of
from api.executor.execution import Execution, Sources
from api.executor.places import Place
from api.executor.resolvers import always, binding_of

# By the names of scalars.
WrittenAlike = Mapping[str, Callable[[Any], bool]]


@dataclass(frozen=True, slots=True)
class Operation:
    """What the plans of one operation share; `conditions` are the variables that @skip and @include look at.

    `written_alike` says by the name of a scalar which of its values whoever writes the answer writes as though they
    had been coerced: those stand in the answer as they are.
    """

    schema: GraphQLSchema
    definition: OperationDefinitionNode
    fragments: dict[str, FragmentDetails]
    conditions: VariableValues
    written_alike: WrittenAlike

    def collect(self, type_: GraphQLObjectType, details: FieldDetailsList) -> GroupedFieldSet:
        """The fields of these selections for objects of a type, by response key."""
        return collect_subfields(
            self.schema, self.fragments, self.conditions, self.definition, type_, details
        ).grouped_field_set


class ObjectPlan:
    """The fields to resolve for objects of one type at one place of the document."""

    def __init__(self, operation: Operation, type_: GraphQLObjectType, collect: Callable[[], GroupedFieldSet]) -> None:
        self._operation, self._type, self._collect = operation, type_, collect

    @cached_property
    def fields(self) -> "list[FieldPlan]":
        """In the order of the document."""
        collected = self._collect().items()
        return [FieldPlan(self._operation, self._type, key, details) for key, details in collected]


class FieldPlan:
    """One field of an object plan: how it is resolved, and what makes the answer of its values."""

    def __init__(
        self, operation: Operation, parent_type: GraphQLObjectType, key: str, details: FieldDetailsList
    ) -> None:
        self.operation, self.parent_type, self.key, self._details = operation, parent_type, key, details
        self.nodes: list[FieldNode] = [detail.node for detail in details]
        self.name = self.nodes[0].name.value
        self.where = f"{parent_type}.{self.name}"
        definition = operation.schema.get_field(parent_type, self.name)
        assert definition is not None, "the document was validated"  # noqa: S101 - an invariant
        self.definition = definition
        is_typename = self.name == "__typename"
        self._bind = (
            always(parent_type.name) if is_typename else binding_of(definition, self.nodes[0], operation.schema)
        )
        self._complete = completer_of(definition.type, self)

    def objects_of(self, type_: GraphQLObjectType) -> ObjectPlan:
        """The plan for what this field returns where it is of that type."""
        return ObjectPlan(self.operation, type_, lambda: self.operation.collect(type_, self._details))

    def resolve(self, sources: Sources, execution: Execution) -> None:
        """Put the field into the answer of every object."""
        key, complete = self.key, self._complete
        rows = zip(sources.values, sources.answers, sources.places, strict=True)
        try:
            call = self._bind(self, execution)
        except Exception as error:  # arguments that do not fit are an error of the field
            for _, answer, place in rows:
                self._fail(error, answer, place, execution)
            return
        own = complete.own
        for value, answer, place in rows:
            try:
                result = call(value)
                # Most values of most answers: spared the call.
                if type(result) in own:
                    answer[key] = result
                else:
                    complete(result, answer, key, place, execution)
            except Exception as error:  # whatever a resolver raises is told at its field
                self._fail(error, answer, place, execution)

    def _fail(self, error: Exception, answer: dict[str, Any], place: Place | None, execution: Execution) -> None:
        execution.failures.add(error, self.nodes, Place(answer, self.key, self._complete.nullable, place))

    def resolve_info(self, execution: Execution) -> "GraphQLResolveInfo[Any]":
        """What graphql-core tells resolvers. Its path has no list indices: all objects of a level share it."""
        path = Path(None, self.key, self.parent_type.name)
        return execution.executor.build_resolve_info(self.definition, self.nodes, self.parent_type, path)

    def info(self, execution: Execution, field: StrawberryField) -> "strawberry.Info[Any, Any]":
        """What strawberry tells resolvers."""
        return strawberry.Info(_raw_info=self.resolve_info(execution), _field=field)
