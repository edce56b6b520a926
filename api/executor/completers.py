"""What turns the values that resolvers return into the answer, by the type of the field."""

from collections.abc import AsyncIterable, Awaitable, Callable
from datetime import date, datetime
from enum import Enum
from typing import TYPE_CHECKING, Any

from graphql import (
    GRAPHQL_MAX_INT,
    GRAPHQL_MIN_INT,
    GraphQLAbstractType,
    GraphQLBoolean,
    GraphQLError,
    GraphQLID,
    GraphQLInt,
    GraphQLLeafType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLString,
    is_abstract_type,
    is_leaf_type,
)
from graphql.pyutils import inspect, is_awaitable, is_iterable

from api.executor.execution import Completer, Execution
from api.executor.places import Place, places_in

if TYPE_CHECKING:
    from api.executor.plans import FieldPlan, ObjectPlan

# Exact classes whose values are already their own output.
OWN_OUTPUT: dict[GraphQLLeafType, type] = {GraphQLString: str, GraphQLID: str, GraphQLBoolean: bool}
NULL = type(None)
# Exact classes whose values are neither errors nor awaitable.
PLAIN = frozenset({str, int, float, bool, datetime, date})


def completer_of(type_: GraphQLOutputType, field: "FieldPlan") -> Completer:
    """The completer of a field, or of the items of its list."""
    nullable = not isinstance(type_, GraphQLNonNull)
    bare = type_.of_type if isinstance(type_, GraphQLNonNull) else type_
    if isinstance(bare, GraphQLList):
        return ListCompleter(field, nullable=nullable, items=completer_of(bare.of_type, field))
    if is_leaf_type(bare):
        return LeafCompleter(field, nullable=nullable, type_=bare)
    if is_abstract_type(bare):
        return AbstractCompleter(field, nullable=nullable, type_=bare)
    assert isinstance(bare, GraphQLObjectType)  # noqa: S101 - the kinds of output types are these
    return ObjectCompleter(field, nullable=nullable, type_=bare)


class OfField(Completer):
    """What the completers have in common: null, errors as values, and what has to be waited for."""

    __slots__ = ("field",)

    def __init__(self, field: "FieldPlan", *, nullable: bool, own: frozenset[type] = frozenset()) -> None:
        super().__init__(field.nodes, nullable=nullable, own=own)
        self.field = field

    def unusual(self, value: Any, container: Any, key: str | int, within: Place | None, execution: Execution) -> bool:
        """Deal with a value that is none of the type's: whether it was one."""
        if value is None:
            if not self.nullable:
                raise TypeError(f"Cannot return null for non-nullable field {self.field.where}.")
            container[key] = None
            return True
        if isinstance(value, Exception):
            raise value
        if is_awaitable(value):
            execution.wait(value, self, container, key, within)
            return True
        return False


def own_classes(type_: GraphQLLeafType, *, nullable: bool) -> frozenset[type]:
    """Classes of the type's values that stand in the answer as they are."""
    own = {OWN_OUTPUT[type_]} if type_ in OWN_OUTPUT else set()
    return frozenset(own | {NULL} if nullable else own)


class LeafCompleter(OfField):
    """Scalars and enums."""

    __slots__ = ("_coerce", "_is_int", "_is_written_alike", "_members", "_type")

    def __init__(self, field: "FieldPlan", *, nullable: bool, type_: GraphQLLeafType) -> None:
        super().__init__(field, nullable=nullable, own=own_classes(type_, nullable=nullable))
        self._type, self._is_int = type_, type_ is GraphQLInt
        self._is_written_alike = field.operation.written_alike.get(type_.name)
        self._coerce: Callable[[Any], Any] = type_.coerce_output_value
        # The names of enum members that were met: at most as many as the enum has.
        self._members: dict[Enum, Any] = {}

    def __call__(self, value: Any, container: Any, key: str | int, within: Place | None, execution: Execution) -> None:
        if (self._is_written_alike is not None and self._is_written_alike(value)) or (
            self._is_int and type(value) is int and GRAPHQL_MIN_INT <= value <= GRAPHQL_MAX_INT
        ):
            container[key] = value
        elif type(value) in PLAIN:
            container[key] = self._coerced(value)
        elif isinstance(value, Enum) and value in self._members:
            container[key] = self._members[value]
        elif not self.unusual(value, container, key, within, execution):
            container[key] = self._coerced(value)

    def _coerced(self, value: Any) -> Any:
        coerced = self._coerce(value)
        if coerced is None:
            raise TypeError(f"{self._type} has no output for {inspect(value)}")
        if isinstance(value, Enum):
            self._members[value] = coerced
        return coerced


class ListCompleter(OfField):
    """Lists, whose items may be awaitable or lists themselves."""

    __slots__ = ("_items",)

    def __init__(self, field: "FieldPlan", *, nullable: bool, items: Completer) -> None:
        super().__init__(field, nullable=nullable)
        self._items = items

    def __call__(self, value: Any, container: Any, key: str | int, within: Place | None, execution: Execution) -> None:
        if type(value) is not list and self.unusual(value, container, key, within, execution):
            return
        if isinstance(value, AsyncIterable):
            execution.wait(drained(value), self, container, key, within)
            return
        if not is_iterable(value):
            raise GraphQLError(f"Expected Iterable, but did not find one for field '{self.field.where}'.")
        answer: list[Any] = []
        container[key] = answer
        values = value if type(value) is list else list(value)
        self._items.fill_all(values, answer, Place(container, key, self.nullable, within), execution)


async def drained(values: AsyncIterable[Any]) -> list[Any]:
    """All of an asynchronous iterable."""
    return [value async for value in values]


class ObjectCompleter(OfField):
    """Objects of one type."""

    __slots__ = ("_checked", "_plan", "_type")

    def __init__(self, field: "FieldPlan", *, nullable: bool, type_: GraphQLObjectType) -> None:
        super().__init__(field, nullable=nullable)
        self._type, self._plan = type_, field.objects_of(type_)
        # Classes whose objects the type accepts; Python has as many as the schema has types.
        self._checked: set[type] = set()

    def __call__(self, value: Any, container: Any, key: str | int, within: Place | None, execution: Execution) -> None:
        if type(value) not in self._checked:
            if self.unusual(value, container, key, within, execution):
                return
            self._check(value, execution)
        answer: dict[str, Any] = {}
        container[key] = answer
        execution.next_of(self._plan).add(value, answer, Place(container, key, self.nullable, within))

    def fill_all(self, values: list[Any], container: list[Any], within: Place, execution: Execution) -> None:
        """The same as for any type, all at once where the list has nothing but objects, as most have."""
        if not self._checked.issuperset(map(type, values)):
            super().fill_all(values, container, within, execution)
            return
        answers: list[dict[str, Any]] = [{} for _ in values]
        container += answers
        sources = execution.next_of(self._plan)
        sources.values += values
        sources.answers += answers
        sources.places += places_in(container, self.nullable, within)

    def _check(self, value: Any, execution: Execution) -> None:
        if not is_of(self._type, value, self.field, execution):
            raise GraphQLError(f"Expected value of type '{self._type}' but got: {inspect(value)}.", self.nodes)
        self._checked.add(type(value))


class AbstractCompleter(OfField):
    """Objects of an interface or a union: the class of an object tells its type."""

    __slots__ = ("_plans", "_type")

    def __init__(self, field: "FieldPlan", *, nullable: bool, type_: GraphQLAbstractType) -> None:
        super().__init__(field, nullable=nullable)
        self._type = type_
        # As many as classes of objects were met.
        self._plans: dict[type, ObjectPlan] = {}

    def __call__(self, value: Any, container: Any, key: str | int, within: Place | None, execution: Execution) -> None:
        plan = self._plans.get(type(value))
        if plan is None:
            if self.unusual(value, container, key, within, execution):
                return
            plan = self._plans[type(value)] = self._plan_for(value, execution)
        answer: dict[str, Any] = {}
        container[key] = answer
        execution.next_of(plan).add(value, answer, Place(container, key, self.nullable, within))

    def _plan_for(self, value: Any, execution: Execution) -> "ObjectPlan":
        info = self.field.resolve_info(execution)
        assert self._type.resolve_type is not None  # noqa: S101 - strawberry gives every abstract type one
        name = self._type.resolve_type(value, info, self._type)
        assert not isinstance(name, Awaitable)  # noqa: S101 - strawberry's own are synchronous
        found = execution.executor.schema.get_type(name) if name else None
        if not isinstance(found, GraphQLObjectType) or not is_of(found, value, self.field, execution):
            raise GraphQLError(f"'{self._type}' cannot be {inspect(value)}.", self.nodes)
        return self.field.objects_of(found)


def is_of(type_: GraphQLObjectType, value: Any, field: "FieldPlan", execution: Execution) -> bool:
    """Whether the object type accepts the value; one without a test accepts any."""
    return type_.is_type_of is None or bool(type_.is_type_of(value, field.resolve_info(execution)))
