"""What is wrong with a value of an effect: a sentence that names the field and the rule, or none."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

from siyu.sdk.model import FactData
from siyu.sdk.testing.limits import (
    AMOUNT_MAX,
    DATA_BYTES_MAX,
    JSON_INTEGER_MAX,
    KEY_LENGTH_MAX,
    REFERENCE_LENGTH_MAX,
    STATE_LENGTH_MAX,
    UNITS,
)
from siyu.sdk.testing.scene import Scene, is_amount
from siyu.sdk.testing.storable import as_json, can_be_kept, is_json, is_text

# Of a value that is wrong.
SHOWN_LENGTH_MAX = 80


def shown(value: object) -> str:
    """The beginning of a value, as it would be written."""
    written = repr(value)
    return written if len(written) <= SHOWN_LENGTH_MAX else f"{written[:SHOWN_LENGTH_MAX]}…"


def listed(names: Iterable[str]) -> str:
    """The names there are, in a fixed order."""
    return ", ".join(sorted(names)) or "nothing"


def wrong_unit(unit: str) -> Iterator[str]:
    """It is one of the shop's wallet units."""
    if unit not in UNITS:
        yield f"unit {shown(unit)} is none of: {listed(UNITS)}"


def wrong_amount(amount: object, field: str = "amount") -> Iterator[str]:
    """It is a positive whole number."""
    if not is_amount(amount):
        yield f"{field} must be a whole number from 1 to {AMOUNT_MAX:,}, and is {shown(amount)}"


def wrong_text(field: str, value: object, length_max: int) -> Iterator[str]:
    """It is a text of a bounded length that can be stored."""
    if not is_text(value, length_max):
        yield f"{field} must be a text of 1 to {length_max} characters without NUL, and is {shown(value)}"


def wrong_key(key: object) -> Iterator[str]:
    """It is a short text."""
    yield from wrong_text("key", key, KEY_LENGTH_MAX)


def wrong_reference(reference: object) -> Iterator[str]:
    """It is a text, or there is none."""
    if reference is not None:
        yield from wrong_text("reference", reference, REFERENCE_LENGTH_MAX)


def wrong_values(what: str, values: Mapping[str, Any], count_max: int, length_max: int) -> Iterator[str]:
    """They are few, each under a short name: whole numbers and texts that can be stored, the empty one too."""
    if len(values) > count_max:
        yield f"{what}s are at most {count_max}, and these are {len(values)}"
    for name, value in values.items():
        yield from wrong_text(f"the name of a {what}", name, KEY_LENGTH_MAX)
        if not _is_value(value, length_max):
            told = f"a whole number of 64 bits or a text of at most {length_max} characters without NUL"
            yield f"the {what} {name!r} must be {told}, and is {shown(value)}"


def _is_value(value: object, length_max: int) -> bool:
    if type(value) is int:
        return -JSON_INTEGER_MAX <= value <= JSON_INTEGER_MAX
    return type(value) is str and (value == "" or is_text(value, length_max))


def wrong_code(scene: Scene, code: str) -> Iterator[str]:
    """It is one of the type's refusals."""
    if code not in scene.kind.refusals:
        yield f"code {shown(code)} is none of the refusals: {listed(scene.kind.refusals)}"


def wrong_state(wanted: type[BaseModel], state: object) -> Iterator[str]:
    """It is of the declared class and short enough. Raises what its own code raises when it is turned into text."""
    if type(state) is not wanted:
        yield f"state must be a {wanted.__name__}, and is {shown(state)}"
    elif not can_be_kept(state):
        yield f"state must be at most {STATE_LENGTH_MAX:,} characters of JSON without NUL"


def wrong_data(model: type[FactData], data: Mapping[str, Any]) -> Iterator[str]:
    """It is what the fact's model takes, and short enough as JSON."""
    try:
        carried = carried_by(model, data)
    except ValidationError as error:
        problem = error.errors(include_url=False)[0]
        yield f"data is not what {model.__name__} takes: {'.'.join(map(str, problem['loc']))}: {problem['msg']}"
    except (TypeError, ValueError, RecursionError) as error:
        yield f"data is not what {model.__name__} takes: {error}"
    else:
        length = len(json.dumps(carried, ensure_ascii=False, separators=(",", ":")).encode(errors="replace"))
        if not is_json(carried) or length > DATA_BYTES_MAX:
            yield f"data must be at most {DATA_BYTES_MAX:,} bytes of JSON without NUL, with numbers of 64 bits"


def carried_by(model: type[FactData], data: Mapping[str, Any]) -> dict[str, Any]:
    """What a fact will carry, as JSON with every default filled in. Raises ValueError and others for what it cannot."""
    return model.model_validate_json(as_json(dict(data))).model_dump(mode="json")
