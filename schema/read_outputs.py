"""GraphQL types from what a plugin's read fields answer, and its answers as objects of them."""

from collections.abc import Callable, Mapping
from enum import Enum
from inspect import cleandoc
from typing import Any

import strawberry

from schema.annotations import NoGraphQLType, graphql_type
from siyu.sdk import ReadOutput


class OutputTypes:
    """The types of one plugin, each made once; their names begin with the plugin's `prefix`."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._made: dict[type, type] = {}

    def of(self, model: type[ReadOutput]) -> Any:
        """The object type of a model. Raises NoGraphQLType for a field that cannot be told."""
        return self._once(model, self._object)

    def told(self, value: Any) -> Any:
        """An answer, or a part of one, as strawberry expects it."""
        if isinstance(value, ReadOutput):
            fields = type(value).model_fields
            return self._made[type(value)](**{name: self.told(getattr(value, name)) for name in fields})
        if isinstance(value, Enum):
            members: Any = self._made[type(value)]
            return members[value.name]
        if isinstance(value, list | tuple | set | frozenset):
            return [self.told(item) for item in value]
        return value

    def _once(self, known: type, make: Callable[[Any], type]) -> type:
        if known not in self._made:
            self._made[known] = make(known)
        return self._made[known]

    def _object(self, model: type[ReadOutput]) -> type:
        namespace: dict[str, Any] = {"__annotations__": {}}
        for name, field in model.model_fields.items():
            found = graphql_type(field.annotation, self._nested)
            if found is None:
                raise NoGraphQLType(f"{model.__name__}: the field {name} has no GraphQL type: {field.annotation}")
            namespace["__annotations__"][name] = found
            namespace[name] = strawberry.field(description=field.description)
        made: type = strawberry.type(type(self._name(model), (), namespace), description=_about(model))
        return made

    def _nested(self, known: type) -> Any:
        if issubclass(known, ReadOutput):
            return self._once(known, self._object)
        return self._once(known, self._enum) if issubclass(known, Enum) else None

    def _enum(self, known: type[Enum]) -> type:
        # One of our own: to make it a GraphQL enum writes into the class.
        values: Mapping[str, Any] = {member.name: member.value for member in known}
        made: type = strawberry.enum(Enum(self._name(known), values), description=_about(known))  # type: ignore[call-overload]  # its members are known at run time
        return made

    def _name(self, known: type) -> str:
        return f"{self._prefix}{known.__name__}"


def _about(known: type) -> str:
    """The class's own docstring, in one line."""
    return " ".join(cleandoc(known.__doc__ or "").split())
