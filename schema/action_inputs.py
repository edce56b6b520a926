"""GraphQL inputs from the pydantic models of actions."""

from typing import Any

import strawberry
from pydantic.fields import FieldInfo

from schema.annotations import NoGraphQLType, graphql_type
from siyu.sdk import Action

# The names that every action's input has.
CORE_FIELDS: dict[str, Any] = {"campaign": strawberry.ID, "idempotency_key": str}


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
    found = graphql_type(field.annotation)
    if found is None:
        raise NoGraphQLType(f"action {action.name}: the field {name} has no GraphQL type: {field.annotation}")
    return found
