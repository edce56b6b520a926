"""Random values of a pydantic model, within the bounds that its JSON Schema tells."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from functools import lru_cache
from random import Random
from string import ascii_lowercase
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ValidationError

ATTEMPTS_MAX = 20
DEPTH_MAX = 8
MODELS_MAX = 256
# Where a field has no bound of its own.
SPAN = 100
LETTERS = 12
ITEMS = 3
SOME_DAY = date(2026, 1, 1)

Schema = Mapping[str, Any]


class CannotDraw(Exception):
    """No value of the model was found: a validator of its own, or a pattern, asks for more than the bounds tell."""


def draw(model: type[BaseModel], rng: Random) -> dict[str, Any]:
    """An instance of the model as JSON; equal for equal states of `rng`. Raises CannotDraw."""
    schema = _schema_of(model)
    drawer = Drawer(schema.get("$defs", {}), rng)
    for _ in range(ATTEMPTS_MAX):
        try:
            return model.model_validate(drawer.value(schema)).model_dump(mode="json")
        except (ValidationError, CannotDraw):
            continue
    raise CannotDraw(f"no {model.__name__} was found in {ATTEMPTS_MAX} attempts")


@lru_cache(MODELS_MAX)
def _schema_of(model: type[BaseModel]) -> Schema:
    return model.model_json_schema()


class Drawer:
    """Draws values of JSON Schemas that share their definitions."""

    def __init__(self, definitions: Mapping[str, Schema], rng: Random) -> None:
        self._definitions, self._rng = definitions, rng
        self._drawn: Mapping[str, Callable[[Schema, int], Any]] = {
            "null": lambda *_: None,
            "boolean": lambda *_: rng.random() < 1 / 2,
            "integer": self._integer,
            "number": self._number,
            "string": self._string,
            "array": self._array,
            "object": self._object,
        }

    def value(self, schema: Schema, depth: int = 0) -> Any:
        """A value of the schema. Raises CannotDraw."""
        if depth > DEPTH_MAX:
            raise CannotDraw("nested too deeply")
        if "$ref" in schema:
            return self.value(self._definitions[schema["$ref"].rpartition("/")[2]], depth + 1)
        for choice in ("anyOf", "oneOf", "allOf"):
            if choice in schema:
                return self.value(self._rng.choice(schema[choice]), depth + 1)
        if "const" in schema or "enum" in schema:
            return self._rng.choice(schema.get("enum") or [schema["const"]])
        drawn = self._drawn.get(schema.get("type", ""))
        if drawn is None:
            raise CannotDraw(f"nothing known of {dict(schema)}")
        return drawn(schema, depth)

    def _integer(self, schema: Schema, _: int) -> int:
        low = int(schema.get("minimum", schema.get("exclusiveMinimum", -1) + 1))
        high = int(schema.get("maximum", schema.get("exclusiveMaximum", low + SPAN + 1) - 1))
        return self._rng.randint(low, max(low, high))

    def _number(self, schema: Schema, _: int) -> float:
        low = schema.get("minimum", schema.get("exclusiveMinimum", 0))
        high = schema.get("maximum", schema.get("exclusiveMaximum", low + SPAN))
        return round(self._rng.uniform(low, high), 2)

    def _string(self, schema: Schema, _: int) -> str:
        if schema.get("format") == "date":
            return (SOME_DAY + timedelta(days=self._rng.randrange(SPAN))).isoformat()
        if schema.get("format") == "uuid":
            return str(UUID(int=self._rng.getrandbits(128)))
        if "pattern" in schema or "format" in schema:
            raise CannotDraw(f"no text is known to fit {dict(schema)}")
        low = schema.get("minLength", 0)
        length = self._rng.randint(low, max(low, min(schema.get("maxLength", LETTERS), LETTERS)))
        return "".join(self._rng.choices(ascii_lowercase, k=length))

    def _array(self, schema: Schema, depth: int) -> list[Any]:
        first = [self.value(item, depth + 1) for item in schema.get("prefixItems", ())]
        low = schema.get("minItems", 0)
        size = self._rng.randint(low, max(low, min(schema.get("maxItems", low + ITEMS), low + ITEMS)))
        return [*first, *(self.value(schema["items"], depth + 1) for _ in range(size - len(first)))]

    def _object(self, schema: Schema, depth: int) -> dict[str, Any]:
        required = schema.get("required", ())
        fields = schema.get("properties", {}).items()
        return {
            name: self.value(field, depth + 1)
            for name, field in fields
            if name in required or self._rng.random() < 1 / 2
        }
