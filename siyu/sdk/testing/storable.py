"""What siyu can store: the texts and the JSON that effects may hold."""

import json
from collections.abc import Mapping
from dataclasses import asdict, is_dataclass
from datetime import date, datetime, time
from enum import Enum
from math import isfinite
from typing import Any, TypeGuard
from uuid import UUID

from pydantic import BaseModel

from siyu.sdk.testing.limits import JSON_DEPTH_MAX, JSON_INTEGER_MAX, STATE_LENGTH_MAX


def is_text(value: object, length_max: int) -> TypeGuard[str]:
    """Whether the value is a text of 1 to `length_max` characters that PostgreSQL can hold."""
    return isinstance(value, str) and 1 <= len(value) <= length_max and _is_storable(value)


def can_be_kept(state: BaseModel) -> bool:
    """Whether a state is short enough and has no NUL. Raises what its own code raises when it is turned into text."""
    text = state.model_dump_json()
    # A backslash of the state's own words is written twice; what then is left is an escape.
    return len(text) <= STATE_LENGTH_MAX and "\\u0000" not in text.replace("\\\\", "")


def is_json(value: object) -> bool:
    """Whether the value is JSON that comes back equal from the database: bounds, depth, no NUL."""
    try:
        same = json.loads(json.dumps(value, allow_nan=False)) == value
    except (TypeError, ValueError, RecursionError):
        return False
    return same and _is_bounded(value, JSON_DEPTH_MAX)


def as_json(value: Mapping[str, Any]) -> str:
    """The JSON that siyu would write, of times, UUIDs, enums and dataclasses too. Raises TypeError for other values."""
    return json.dumps(_plain(value))


def _plain(value: object) -> object:
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return value if isfinite(value) else None
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, dict) and all(isinstance(key, str) for key in value):
        return {key: _plain(item) for key, item in value.items()}
    return _plain(_told(value))


def _told(value: object) -> object:
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, Enum):
        return value.value
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    raise TypeError(f"{type(value).__name__} is no JSON")


def _is_bounded(value: object, depth: int) -> bool:
    if depth < 0:
        return False
    if isinstance(value, str):
        return _is_storable(value)
    if isinstance(value, int | float):
        return -JSON_INTEGER_MAX <= value <= JSON_INTEGER_MAX
    if isinstance(value, Mapping):
        return all(_is_storable(key) and _is_bounded(child, depth - 1) for key, child in value.items())
    return all(_is_bounded(child, depth - 1) for child in value) if isinstance(value, list) else True


def _is_storable(text: str) -> bool:
    return "\0" not in text and not any("\ud800" <= character <= "\udfff" for character in text)
