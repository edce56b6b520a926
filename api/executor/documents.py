"""The plans of the documents that are sent over and over: kept by text and operation, as many as a bound allows."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from graphql import (
    DirectiveNode,
    DocumentNode,
    ExecutionResult,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLObjectType,
    GraphQLSchema,
    OperationType,
    VariableNode,
    Visitor,
    visit,
)
from graphql.execution import Executor
from graphql.execution.collect_fields import collect_fields
from graphql.execution.values import VariableValues

from api.executor.counting import PlanCounts
from api.executor.execution import Execution
from api.executor.plans import ObjectPlan, Operation, WrittenAlike
from api.executor.resolvers import is_covered

DOCUMENTS_MAX = 512
# What a document's @skip and @include have been: each combination has a plan.
VARIANTS_MAX = 16
CONDITIONS = frozenset({"skip", "include"})
INTROSPECTION = frozenset({"__schema", "__type"})
NONE_WRITTEN_ALIKE: WrittenAlike = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Document:
    """A document that plans can run: the variables of its conditions, and a plan for each of their values."""

    conditions: tuple[str, ...]
    variants: dict[tuple[Any, ...], ObjectPlan] = field(default_factory=dict)


class Plans:
    """The plans of one schema; of its scalars, `written_alike` tells those values that need not be coerced."""

    def __init__(
        self, schema: GraphQLSchema, counts: PlanCounts, written_alike: WrittenAlike = NONE_WRITTEN_ALIKE
    ) -> None:
        self._schema, self._counts, self._written_alike = schema, counts, written_alike
        self._uncovered = INTROSPECTION | uncovered_fields(schema)
        # None: graphql-core runs it.
        self._documents: OrderedDict[tuple[str, str | None], Document | None] = OrderedDict()

    async def run(
        self,
        text: str,
        document: DocumentNode,
        operation_name: str | None,
        variables: Mapping[str, Any] | None,
        root_value: Any,
        context: Any,
    ) -> ExecutionResult | None:
        """The answer of a validated document; None where graphql-core has to run it."""
        known = self._document(text, document, operation_name)
        executor = known and Executor.build(
            self._schema, document, root_value, context, dict(variables or {}), operation_name
        )
        # Variables that do not fit are graphql-core's to tell.
        if known is None or not isinstance(executor, Executor):
            self._counts.fallen_back += 1
            return None
        self._counts.planned += 1
        serially = executor.operation.operation is OperationType.MUTATION
        return await Execution(executor).run(self._plan(known, executor), serially=serially)

    def _document(self, text: str, document: DocumentNode, operation_name: str | None) -> Document | None:
        key = (text, operation_name)
        if key not in self._documents:
            self._documents[key] = look_at(document, self._uncovered)
            if len(self._documents) > DOCUMENTS_MAX:
                self._documents.popitem(last=False)
        else:
            self._documents.move_to_end(key)
        return self._documents[key]

    def _plan(self, document: Document, executor: "Executor[Any]") -> ObjectPlan:
        given = executor.variable_values
        variant = tuple(given.coerced.get(name) for name in document.conditions)
        plan = document.variants.get(variant)
        if plan is None:
            if len(document.variants) == VARIANTS_MAX:
                document.variants.clear()
            self._counts.compiled += 1
            plan = document.variants[variant] = self._root_plan(executor, only(given, document.conditions))
        return plan

    def _root_plan(self, executor: "Executor[Any]", conditions: VariableValues) -> ObjectPlan:
        schema, definition = executor.schema, executor.operation
        operation = Operation(schema, definition, executor.fragments, conditions, self._written_alike)
        root = schema.get_root_type(definition.operation)
        assert root is not None, "the document was validated"  # noqa: S101 - an invariant
        return ObjectPlan(
            operation,
            root,
            lambda: collect_fields(schema, operation.fragments, conditions, root, definition).grouped_field_set,
        )


def only(values: VariableValues, names: tuple[str, ...]) -> VariableValues:
    """The values of these variables; a plan outlives the request, whose other values it must not keep."""
    return VariableValues(
        {name: source for name, source in values.sources.items() if name in names},
        {name: value for name, value in values.coerced.items() if name in names},
    )


def uncovered_fields(schema: GraphQLSchema) -> frozenset[str]:
    """The names of fields that no plan resolves, whatever type has them."""
    objects = [
        type_
        for name, type_ in schema.type_map.items()
        if isinstance(type_, GraphQLObjectType) and not name.startswith("__")
    ]
    return frozenset(name for type_ in objects for name, each in type_.fields.items() if not is_covered(each))


def look_at(document: DocumentNode, uncovered: frozenset[str]) -> Document | None:
    """What a plan has to know of a document; None for one with something that plans do not cover."""
    look = Look(uncovered)
    visit(document, look)
    return Document(tuple(sorted(look.conditions))) if look.covered else None


class Look(Visitor):
    """Goes through a document once."""

    def __init__(self, uncovered: frozenset[str]) -> None:
        super().__init__()
        self._uncovered, self.covered = uncovered, True
        self.conditions: set[str] = set()

    def enter_fragment_definition(self, node: FragmentDefinitionNode, *_: Any) -> None:
        """Fragments with variables of their own, which are an experiment, are graphql-core's."""
        self.covered &= not node.variable_definitions

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        """So is introspection."""
        self.covered &= node.name.value not in self._uncovered

    def enter_directive(self, node: DirectiveNode, *_: Any) -> None:
        """The plan depends on the variables of conditions; what other directives do it does not know."""
        self.covered &= node.name.value in CONDITIONS
        values = [argument.value for argument in node.arguments or ()]
        self.conditions.update(value.name.value for value in values if isinstance(value, VariableNode))
