"""Random values of a pydantic model, drawn by its JSON Schema within the bounds that the schema states."""

import string
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from random import Random
from typing import Any, TypeVar
from uuid import UUID

from pydantic import BaseModel, ValidationError

ModelT = TypeVar("ModelT", bound=BaseModel)
Schema = Mapping[str, Any]

# Where a schema states no bound.
NUMBER_SPAN = 100
LENGTH_SPAN = 4
EVEN = 0.5
DEPTH_MAX = 8
TRIES = 20
MODELS_MAX = 256
EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
DAYS = 366
DAY_S = 86_400
LETTERS = string.ascii_letters + string.digits + "签到积分"


class CannotDraw(ValueError):
    """No value of a model was found: its schema is unknown to the kit, or it asks for more than the schema states."""


def draw(model: type[ModelT], random: Random) -> ModelT:
    """A random instance, equal for equal states of `random`; a text with a `pattern` is one of its `examples`.

    Raises CannotDraw where TRIES values are not valid.
    """
    schema = _schema_of(model)
    drawer = _Drawer(schema.get("$defs", {}), random)
    problem = ""
    for _ in range(TRIES):
        try:
            return model.model_validate(drawer.value(schema))
        except ValidationError as error:
            problem = error.errors(include_url=False)[0]["msg"]
        except CannotDraw as error:
            problem = str(error)
    raise CannotDraw(f"{model.__name__}: {problem}")


@lru_cache(MODELS_MAX)
def _schema_of(model: type[BaseModel]) -> Schema:
    return model.model_json_schema()


class _Drawer:
    """Draws values of JSON Schemas that share their definitions."""

    def __init__(self, named: Mapping[str, Schema], random: Random) -> None:
        self._named, self._random = named, random
        self._drawers: Mapping[str, Callable[[Schema, int], Any]] = {
            "null": lambda *_: None,
            "boolean": lambda *_: random.random() < EVEN,
            "integer": self._integer,
            "number": self._number,
            "string": self._text,
            "array": self._items,
            "object": self._fields,
        }

    def value(self, schema: Schema, depth: int = 0) -> Any:
        """A value of the schema. Raises CannotDraw."""
        if depth > DEPTH_MAX:
            raise CannotDraw(f"nested more than {DEPTH_MAX} levels deep")
        if "$ref" in schema:
            return self.value(self._named[schema["$ref"].rpartition("/")[2]], depth + 1)
        for several in ("anyOf", "oneOf", "allOf"):
            if several in schema:
                return self.value(self._random.choice(schema[several]), depth + 1)
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return self._random.choice(schema["enum"])
        drawer = self._drawers.get(schema.get("type", ""))
        if drawer is None:
            raise CannotDraw(f"no value known for {dict(schema)}")
        return drawer(schema, depth)

    def _integer(self, schema: Schema, _: int) -> int:
        least = int(schema.get("minimum", schema.get("exclusiveMinimum", -1) + 1))
        most = int(schema.get("maximum", schema.get("exclusiveMaximum", least + NUMBER_SPAN + 1) - 1))
        return self._random.randint(least, max(least, most))

    def _number(self, schema: Schema, _: int) -> float:
        least = schema.get("minimum", schema.get("exclusiveMinimum", 0))
        most = schema.get("maximum", schema.get("exclusiveMaximum", least + NUMBER_SPAN))
        return round(self._random.uniform(least, most), 2)

    def _text(self, schema: Schema, _: int) -> str:
        if "pattern" in schema and schema.get("examples"):
            return str(self._random.choice(schema["examples"]))
        moment = EPOCH + timedelta(days=self._random.randrange(DAYS), seconds=self._random.randrange(DAY_S))
        match schema.get("format"):
            case "date":
                return moment.date().isoformat()
            case "date-time":
                return moment.isoformat()
            case "time":
                return moment.time().isoformat()
            case "uuid":
                return str(UUID(int=self._random.getrandbits(128)))
        return "".join(self._random.choices(LETTERS, k=self._length(schema, "Length")))

    def _items(self, schema: Schema, depth: int) -> list[Any]:
        first = [self.value(item, depth + 1) for item in schema.get("prefixItems", ())]
        item, more = schema.get("items") or {"type": "integer"}, self._length(schema, "Items") - len(first)
        return [*first, *(self.value(item, depth + 1) for _ in range(more))]

    def _fields(self, schema: Schema, depth: int) -> dict[str, Any]:
        fields, required = schema.get("properties", {}), schema.get("required", ())
        drawn = [name for name in fields if name in required or self._random.random() < EVEN]
        return {name: self.value(fields[name], depth + 1) for name in drawn}

    def _length(self, schema: Schema, of: str) -> int:
        least: int = schema.get(f"min{of}", 0)
        return self._random.randint(least, min(schema.get(f"max{of}", least + LENGTH_SPAN), least + LENGTH_SPAN))
