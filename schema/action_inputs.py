"""GraphQL inputs from the pydantic models of actions."""

import types
from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any, Union, get_args, get_origin

import strawberry
from pydantic.fields import FieldInfo

from siyu.sdk import Action

PLAIN = (str, int, float, bool, date, datetime)
LISTS = (list, tuple, set, frozenset, Sequence)
# The names that every action's input has.
CORE_FIELDS: dict[str, Any] = {"campaign": strawberry.ID, "idempotency_key": str}


class NoGraphQLType(Exception):
    """An action's input cannot be told in GraphQL; the text says which field."""


def action_input(prefix: str, action: Action) -> type:
    """The input `<prefix>Input`: the campaign, the idempotency key and the fields of the action's own input.

    Raises NoGraphQLType for a field of another type than text, number, truth value, date, time or a list of these.
    """
    annotations: dict[str, Any] = dict(CORE_FIELDS)
    defaults: dict[str, Any] = {}
    for name, field in action.input.model_fields.items():
        if name in CORE_FIELDS:
            raise NoGraphQLType(f"action {action.name}: the field name {name} is taken")
        annotations[name] = _type_of(action, name, field)
        if not field.is_required():
            annotations[name] = annotations[name] | None
        default = {} if field.is_required() else {"default": strawberry.UNSET}
        defaults[name] = strawberry.field(description=field.description, **default)
    return strawberry.input(type(f"{prefix}Input", (), {"__annotations__": annotations, **defaults}))


def _type_of(action: Action, name: str, field: FieldInfo) -> Any:
    found = _graphql_type(field.annotation)
    if found is None:
        raise NoGraphQLType(f"action {action.name}: the field {name} has no GraphQL type: {field.annotation}")
    return found


def _graphql_type(annotation: Any) -> Any:
    """The annotation that strawberry understands; None where there is none."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if annotation in PLAIN:
        return annotation
    if origin is Annotated:
        return _graphql_type(arguments[0])
    if origin in {Union, types.UnionType}:
        inner = [_graphql_type(argument) for argument in arguments if argument is not type(None)]
        return inner[0] | None if len(inner) == 1 and len(arguments) == 2 and inner[0] is not None else None
    if origin in LISTS and _is_of_one_type(arguments):
        item = _graphql_type(arguments[0])
        return types.GenericAlias(list, (item,)) if item is not None else None
    return None


def _is_of_one_type(arguments: tuple[Any, ...]) -> bool:
    return len(arguments) == 1 or (len(arguments) == 2 and arguments[1] is Ellipsis)
