"""Whether a model's instances can be changed in place: then each decision is given a copy of its own."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin
from uuid import UUID

from pydantic import BaseModel

PLAIN = frozenset({bool, int, float, str, bytes, NoneType, date, datetime, time, timedelta, Decimal, UUID, Ellipsis})
CONTAINERS = frozenset({tuple, frozenset, Union, UnionType})
# Campaign types, and the models within theirs: dozens.
MODELS_MAX = 1_024

ModelT = TypeVar("ModelT", bound=BaseModel)


@lru_cache(MODELS_MAX)
def is_immutable(model: type[BaseModel]) -> bool:
    """Whether the model is frozen and holds, at every depth, nothing but values that cannot be changed.

    What is not known to be immutable, such as `Any`, counts as changeable.
    """
    config = model.model_config
    if not config.get("frozen") or config.get("extra") == "allow" or model.__private_attributes__:
        return False
    return _are_immutable(field.annotation for field in model.model_fields.values())


def blank(model: type[ModelT]) -> ModelT:
    """An instance of nothing but defaults: one for all where it cannot be changed and would not become another."""
    return _the_blank(model) if _is_constant(model) else model()


@lru_cache(MODELS_MAX)
def _the_blank(model: type[ModelT]) -> ModelT:
    return model()


@lru_cache(MODELS_MAX)
def _is_constant(model: type[BaseModel]) -> bool:
    made = any(field.default_factory is not None for field in model.model_fields.values())
    return is_immutable(model) and not made


def _are_immutable(annotations: Iterable[Any]) -> bool:
    return all(_is_immutable(annotation) for annotation in annotations)


def _is_immutable(annotation: Any) -> bool:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _is_immutable(arguments[0])
    if origin is Literal or annotation in PLAIN:
        return True
    if origin in CONTAINERS:
        return _are_immutable(arguments)
    if not isinstance(annotation, type):
        return False
    return issubclass(annotation, Enum) or (issubclass(annotation, BaseModel) and is_immutable(annotation))
