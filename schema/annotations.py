"""The annotations that strawberry understands, from those of plugins' models."""

import types
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Annotated, Any, Union, get_args, get_origin

PLAIN = (str, int, float, bool, date, datetime)
LISTS = (list, tuple, set, frozenset, Sequence)


class NoGraphQLType(Exception):
    """A model of a plugin cannot be told in GraphQL; the text says which field."""


def nothing_else(_annotation: Any) -> Any:
    """No other classes than the plain ones."""


def graphql_type(annotation: Any, other: Callable[[Any], Any] = nothing_else) -> Any:
    """Text, numbers, truth values, dates, times, lists of these, and what `other` knows; None for all else."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if annotation in PLAIN:
        return annotation
    if origin is Annotated:
        return graphql_type(arguments[0], other)
    if origin in {Union, types.UnionType}:
        inner = [graphql_type(argument, other) for argument in arguments if argument is not type(None)]
        return inner[0] | None if len(inner) == 1 and len(arguments) == 2 and inner[0] is not None else None
    if origin in LISTS and _is_of_one_type(arguments):
        item = graphql_type(arguments[0], other)
        return types.GenericAlias(list, (item,)) if item is not None else None
    return other(annotation) if isinstance(annotation, type) else None


def _is_of_one_type(arguments: tuple[Any, ...]) -> bool:
    return len(arguments) == 1 or (len(arguments) == 2 and arguments[1] is Ellipsis)
