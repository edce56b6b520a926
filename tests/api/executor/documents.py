"""Random documents that are valid for a schema: fields, arguments, aliases, fragments, conditions, all depths."""

from collections.abc import Mapping
from random import Random
from typing import Any, NamedTuple

from graphql import (
    GraphQLAbstractType,
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    OperationType,
    get_named_type,
    is_abstract_type,
    is_leaf_type,
)

DEPTH_MAX = 4
FIELDS_MAX = 3
ITEMS_MAX = 2

# What a scalar may be, by its name or by that of the argument, which says more of these.
NAMED_BY_ARGUMENT = frozenset({"Int", "String", "ID"})
Literals = Mapping[str, list[str]]


class Operation(NamedTuple):
    """A document and the variables it is sent with."""

    document: str
    variables: dict[str, Any]


class Documents:
    """Draws documents for a schema, without some fields. `literals` are what scalars may be, by type or argument.

    Conditions use the variables $yes and $no.
    """

    def __init__(
        self, schema: GraphQLSchema, literals: Literals, random: Random, without: frozenset[str] = frozenset()
    ) -> None:
        self._schema, self._literals, self._random, self._without = schema, literals, random, without
        self._fragments: list[str] = []
        self._aliases = 0

    def operation(self, keyword: str) -> Operation:
        """A query or a mutation."""
        root = self._schema.get_root_type(OperationType(keyword))
        assert root is not None
        self._fragments, self._aliases = [], 0
        body = self._selections(root, DEPTH_MAX)
        variables = {"yes": self._random.random() < 0.8, "no": self._random.random() < 0.2}
        text = f"{keyword} Drawn($yes: Boolean!, $no: Boolean! = false) {body}"
        fragments = "\n".join(self._fragments)
        return Operation(f"{text}\n{fragments}", variables)

    def _selections(self, type_: GraphQLObjectType | GraphQLAbstractType, depth: int) -> str:
        chosen = [self._selection(type_, depth) for _ in range(self._random.randint(1, FIELDS_MAX))]
        return "{ " + " ".join(["here: __typename @include(if: $yes) @skip(if: $no)", *chosen]) + " }"

    def _selection(self, type_: GraphQLObjectType | GraphQLAbstractType, depth: int) -> str:
        draw = self._random.random()
        if is_abstract_type(type_) and draw < 0.5:
            concrete = self._random.choice(self._schema.get_possible_types(type_))
            return f"... on {concrete.name} {self._selections(concrete, depth)}"
        if draw < 0.1 and depth > 1:
            name = f"F{len(self._fragments)}"
            self._fragments.append("")
            place = len(self._fragments) - 1
            self._fragments[place] = f"fragment {name} on {type_.name} {self._selections(type_, depth - 1)}"
            return f"...{name}{self._condition()}"
        if not isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
            return "__typename"
        return self._field(type_, depth)

    def _field(self, type_: GraphQLObjectType | GraphQLInterfaceType, depth: int) -> str:
        fits = [
            (name, each)
            for name, each in type_.fields.items()
            if name not in self._without and (depth > 1 or is_leaf_type(get_named_type(each.type)))
        ]
        if not fits:
            return "__typename"
        name, field = self._random.choice(fits)
        # Every field under a name of its own: equal names with other arguments could not be merged.
        self._aliases += 1
        return f"a{self._aliases}: {name}{self._arguments(field)}{self._condition()}{self._below(field, depth)}"

    def _below(self, field: GraphQLField, depth: int) -> str:
        named = get_named_type(field.type)
        return "" if is_leaf_type(named) else f" {self._selections(named, depth - 1)}"

    def _condition(self) -> str:
        return self._random.choice(["", "", "", " @include(if: $yes)", " @skip(if: $no)", " @include(if: true)"])

    def _arguments(self, field: GraphQLField) -> str:
        given = [
            f"{name}: {self._literal(name, argument.type, DEPTH_MAX)}"
            for name, argument in field.args.items()
            if self._wanted(argument)
        ]
        return f"({', '.join(given)})" if given else ""

    def _wanted(self, argument: GraphQLArgument) -> bool:
        return isinstance(argument.type, GraphQLNonNull) or self._random.random() < 0.5

    def _literal(self, name: str, type_: GraphQLInputType, depth: int) -> str:
        if isinstance(type_, GraphQLNonNull):
            return self._literal(name, type_.of_type, depth)
        if isinstance(type_, GraphQLList):
            items = range(self._random.randint(0, ITEMS_MAX))
            return f"[{', '.join(self._literal(name, type_.of_type, depth) for _ in items)}]"
        if isinstance(type_, GraphQLEnumType):
            return self._random.choice(list(type_.values))
        if isinstance(type_, GraphQLInputObjectType):
            return self._object(type_, depth)
        by_name = self._literals.get(name) if type_.name in NAMED_BY_ARGUMENT else None
        return self._random.choice(by_name or self._literals[type_.name])

    def _object(self, type_: GraphQLInputObjectType, depth: int) -> str:
        given = [
            f"{name}: {self._literal(name, each.type, depth - 1)}"
            for name, each in type_.fields.items()
            if isinstance(each.type, GraphQLNonNull) or (depth > 0 and self._random.random() < 0.5)
        ]
        return "{" + ", ".join(given) + "}"
