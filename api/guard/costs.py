"""What an operation costs, in points: an object is one, a page as many as it has room for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    FieldNode,
    FragmentSpreadNode,
    GraphQLCompositeType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    IntValueNode,
    OperationDefinitionNode,
    OperationType,
    VariableNode,
    get_named_type,
    is_composite_type,
)

from api.guard.shape import INTROSPECTION, Owner, Shape, selections_of
from schema.connections import PAGE_ROWS_DEFAULT
from siyu.paging import PAGE_ROWS_MAX

MINIMUM = 1
WRITE = 10
# Of a list that takes no size; most have fewer entries than this.
LIST_ROWS = 3
# Made of what is known already.
FREE = frozenset({"UserError", "PageInfo"})
INTROSPECTING = 100
# Fields that do more than read a row for each object.
DEAR = {
    "Query.campaignPreview": 50,
    "Query.tierLadderPreview": 50,
    "Query.memberDossier": 50,
    "MemberViewer.dossier": 50,
    # Of up to a hundred facts; each by itself costs 10.
    "Mutation.factsSubmit": 200,
    "Query.metrics": 20,
    "Query.metricsBoard": 20,
    "Metric.series": 2,
    "Query.campaignComparison": 50,
    "Campaign.results": 20,
    "Campaign.experiment": 20,
    "Member.invitationTree": 20,
    "Campaign.spread": 20,
    # Of all members; more at once would wait for each other.
    "Analytics.figures": 200,
    "Analytics.funnel": 200,
    "Analytics.layers": 200,
    "Analytics.retention": 200,
    "Analytics.rfm": 200,
    "Analytics.stageMoves": 200,
    "Analytics.stages": 200,
}
SIZES = ("first", "last")
PAGED = frozenset({"edges", "nodes"})


@dataclass(slots=True)
class Price:
    """Points, and those of pages whose size is a variable: the variable's name, its default, the price of a row."""

    points: int = 0
    pages: "list[tuple[str, int, Price]]" = field(default_factory=list)

    def of(self, variables: Mapping[str, Any]) -> int:
        """The points with these variables."""
        points = self.points
        for name, default, row in self.pages:
            points += _rows(variables.get(name, default)) * row.of(variables)
        return points

    def add(self, other: "Price", times: int = 1) -> None:
        """Have so many of another price, too."""
        self.points += other.points * times
        self.pages += [(name, default, row.times(times)) for name, default, row in other.pages]

    def times(self, rows: int) -> "Price":
        """The price of so many rows of this price."""
        found = Price()
        found.add(self, rows)
        return found if rows != 1 else self


class Prices:
    """Prices of one schema's operations. Raises KeyError where DEAR names what the schema does not have."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema

    def of(self, operation: OperationDefinitionNode, shape: Shape) -> Price:
        """The price of a valid operation."""
        root = self._schema.get_root_type(operation.operation)
        assert root is not None, "the document was validated"  # noqa: S101 - an invariant
        defaults = {
            each.variable.name.value: int(each.default_value.value)
            for each in operation.variable_definitions or ()
            if isinstance(each.default_value, IntValueNode)
        }
        price = Price(MINIMUM)
        own = WRITE if operation.operation is OperationType.MUTATION else 1
        for node in shape.fields(operation):
            price.add(_Walk(self._schema, shape, defaults).of_field(root, node, None, own))
        return price


@dataclass(frozen=True, slots=True)
class _Walk:
    """Through one operation; `defaults` are those of its variables that are whole numbers."""

    schema: GraphQLSchema
    shape: Shape
    defaults: Mapping[str, int]

    def of_selections(self, type_: GraphQLCompositeType, owner: Owner, page: "_Page | None") -> Price:
        """What stands in the owner's braces, for one object. Of several types all count, though an object has one."""
        price = Price()
        for node in selections_of(owner):
            if isinstance(node, FieldNode):
                price.add(self.of_field(type_, node, page))
                continue
            inner = self.shape.fragments[node.name.value] if isinstance(node, FragmentSpreadNode) else node
            condition = inner.type_condition
            of_type = self.schema.get_type(condition.name.value) if condition else type_
            assert is_composite_type(of_type), "the document was validated"  # noqa: S101 - an invariant
            price.add(self.of_selections(of_type, inner, page))
        return price

    def of_field(self, type_: GraphQLCompositeType, node: FieldNode, page: "_Page | None", own: int = 0) -> Price:
        """One field of one object; `own` is what it costs at least."""
        name = node.name.value
        if name in INTROSPECTION:
            return Price(INTROSPECTING)
        definition = self.schema.get_field(type_, name)
        assert definition is not None, "the document was validated"  # noqa: S101 - an invariant
        below = get_named_type(definition.type)
        price = Price(max(own, DEAR.get(f"{type_.name}.{name}", 0)))
        if not is_composite_type(below) or below.name in FREE:
            return price
        asked = self._page(node) if any(size in definition.args for size in SIZES) else None
        row = Price(1)
        row.add(self.of_selections(below, node, asked if _is_connection(below) else None))
        if not _is_list(definition.type):
            price.add(row)
        elif name in PAGED and page is not None:
            price.add(page.of(row))
        else:
            price.add(asked.of(row) if asked else row.times(LIST_ROWS))
        return price

    def _page(self, node: FieldNode) -> "_Page":
        for argument in node.arguments or ():
            if argument.name.value not in SIZES:
                continue
            if isinstance(argument.value, VariableNode):
                name = argument.value.name.value
                return _Page(name, self.defaults.get(name, PAGE_ROWS_DEFAULT))
            if isinstance(argument.value, IntValueNode):
                return _Page(None, _rows(int(argument.value.value)))
        return _Page(None, PAGE_ROWS_DEFAULT)


@dataclass(frozen=True, slots=True)
class _Page:
    """How many rows a connection was asked for, by a variable or in the document; none asked: its default."""

    variable: str | None
    rows: int

    def of(self, row: Price) -> Price:
        """The price of the page."""
        if self.variable is None:
            return row.times(self.rows)
        return Price(0, [(self.variable, self.rows, row)])


def _rows(value: object) -> int:
    """A size as the connection takes it; one that it does not take is refused there and costs the default."""
    return value if isinstance(value, int) and 0 <= value <= PAGE_ROWS_MAX else PAGE_ROWS_DEFAULT


def _is_connection(type_: GraphQLCompositeType) -> bool:
    return isinstance(type_, GraphQLObjectType | GraphQLInterfaceType) and {"edges", "pageInfo"} <= type_.fields.keys()


def _is_list(type_: object) -> bool:
    bare = type_.of_type if isinstance(type_, GraphQLNonNull) else type_
    return isinstance(bare, GraphQLList)
