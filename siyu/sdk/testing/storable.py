"""What siyu can store: the texts and the JSON that effects may hold."""

import json
from collections.abc import Mapping

from siyu.sdk.testing.limits import JSON_DEPTH_MAX, JSON_INTEGER_MAX


def is_text(value: object, length_max: int) -> bool:
    """Whether the value is a text of 1 to `length_max` characters that PostgreSQL can hold."""
    return isinstance(value, str) and 1 <= len(value) <= length_max and _is_storable(value)


def is_json(value: object) -> bool:
    """Whether the value is JSON that comes back equal from the database: bounds, depth, no NUL."""
    try:
        same = json.loads(json.dumps(value, allow_nan=False)) == value
    except (TypeError, ValueError, RecursionError):
        return False
    return same and _is_bounded(value, JSON_DEPTH_MAX)


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
