"""Random values of a pydantic model, drawn by its JSON Schema within the bounds that the schema states."""

import string
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, TypeVar
from uuid import UUID

from pydantic import BaseModel, ValidationError

ModelT = TypeVar("ModelT", bound=BaseModel)

# Where a schema states no bound.
NUMBER_SPAN = 100
LENGTH_SPAN = 4
EVEN = 0.5
DEPTH_MAX = 8
TRIES = 20
EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
DAYS = 366
LETTERS = string.ascii_letters + string.digits + "签到积分"


class CannotDraw(ValueError):
    """The kit does not know how to draw a value for a schema."""


def draw(model: type[ModelT], random: Random) -> ModelT:
    """A random instance. Raises CannotDraw where TRIES values in a row are not valid."""
    schema = model.model_json_schema()
    for _ in range(TRIES):
        value = _draw(schema, schema.get("$defs", {}), random, DEPTH_MAX)
        try:
            return model.model_validate(value)
        except ValidationError as error:
            problem = error
    raise CannotDraw(f"{model.__name__}: {problem.errors(include_url=False)[0]['msg']}")


def _draw(schema: Mapping[str, Any], named: Mapping[str, Any], random: Random, depth: int) -> Any:
    if depth == 0:
        raise CannotDraw(f"nested more than {DEPTH_MAX} levels deep")
    if "$ref" in schema:
        return _draw(named[schema["$ref"].rpartition("/")[2]], named, random, depth - 1)
    for several in ("anyOf", "oneOf"):
        if several in schema:
            return _draw(random.choice(schema[several]), named, random, depth - 1)
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return random.choice(schema["enum"])
    return _draw_type(schema, named, random, depth)


def _draw_type(schema: Mapping[str, Any], named: Mapping[str, Any], random: Random, depth: int) -> Any:
    drawers: Mapping[str, Callable[[], Any]] = {
        "null": lambda: None,
        "boolean": lambda: random.random() < EVEN,
        "integer": lambda: random.randint(*_bounds(schema)),
        "number": lambda: float(random.randint(*_bounds(schema))),
        "string": lambda: _text(schema, random),
        "array": lambda: _items(schema, named, random, depth - 1),
        "object": lambda: _fields(schema, named, random, depth - 1),
    }
    drawer = drawers.get(schema.get("type", ""))
    if drawer is None:
        raise CannotDraw(f"no value known for {dict(schema)}")
    return drawer()


def _items(schema: Mapping[str, Any], named: Mapping[str, Any], random: Random, depth: int) -> list[Any]:
    items = schema.get("items") or {"type": "integer"}
    return [_draw(items, named, random, depth) for _ in range(_length(schema, random, "Items"))]


def _fields(schema: Mapping[str, Any], named: Mapping[str, Any], random: Random, depth: int) -> dict[str, Any]:
    fields, required = schema.get("properties", {}), schema.get("required", ())
    drawn = [name for name in fields if name in required or random.random() < EVEN]
    return {name: _draw(fields[name], named, random, depth) for name in drawn}


def _bounds(schema: Mapping[str, Any]) -> tuple[int, int]:
    least = schema.get("minimum", schema.get("exclusiveMinimum", -1) + 1)
    most = schema.get("maximum", schema.get("exclusiveMaximum", least + NUMBER_SPAN + 1) - 1)
    return int(least), int(most)


def _length(schema: Mapping[str, Any], random: Random, of: str) -> int:
    least: int = schema.get(f"min{of}", 0)
    return random.randint(least, min(schema.get(f"max{of}", least + LENGTH_SPAN), least + LENGTH_SPAN))


def _text(schema: Mapping[str, Any], random: Random) -> str:
    moment = EPOCH + timedelta(days=random.randrange(DAYS), seconds=random.randrange(86_400))
    match schema.get("format"):
        case "date":
            return moment.date().isoformat()
        case "date-time":
            return moment.isoformat()
        case "time":
            return moment.time().isoformat()
        case "uuid":
            return str(UUID(int=random.getrandbits(128)))
    return "".join(random.choices(LETTERS, k=_length(schema, random, "Length")))
