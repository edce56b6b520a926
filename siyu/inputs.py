"""What text and JSON from outside must be like before anything is made of them."""

import json
import re
import unicodedata
from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from siyu.errors import InvalidInput, Problem

JSON_DEPTH_MAX = 16
JSON_INTEGER_MAX = 2**63 - 1
# Control characters, lone surrogates (no UTF-8 can hold them) and the separators that break lines.
UNWANTED_CATEGORIES = frozenset({"Cc", "Cs", "Zl", "Zp"})

# Of mainland China's mobile phones, with what may stand between its groups.
PHONE_NUMBER = re.compile(r"(?<![0-9A-Za-z])(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?![0-9A-Za-z])")
# In people's own words, beside letters and in more forms: 3-4-4, or + and a country with 10 to 15 digits.
GAP = r"[-\s.()\u2010-\u2015]{0,2}"
WRITTEN_PHONE = re.compile(
    rf"(?<!\d)(?:(?:\+|00)?86{GAP})?1[3-9]\d{GAP}\d{{4}}{GAP}\d{{4}}(?!\d)|\+[1-9](?:{GAP}\d){{9,14}}(?!\d)"
)
FULL_WIDTH = str.maketrans("０１２３４５６７８９＋－（）", "0123456789+-()")
BLACKED_OUT = "•"

ModelT = TypeVar("ModelT", bound=BaseModel)


def check_text(value: str, path: tuple[str, ...], length_max: int) -> str:
    """The text without space around it. Raises InvalidInput unless 1 to `length_max` printable characters are left."""
    text = value.strip()
    if not 1 <= len(text) <= length_max:
        raise InvalidInput([Problem(path, f"must have 1 to {length_max} characters")])
    # What can be printed is none of these, and asked at once.
    if not text.isprintable() and any(unicodedata.category(character) in UNWANTED_CATEGORIES for character in text):
        raise InvalidInput([Problem(path, "must not contain control characters")])
    return text


def check_words(value: str, path: tuple[str, ...], length_max: int) -> str:
    """A reason or a note as it may be kept: `check_text`, with phone numbers blacked out. Raises InvalidInput."""
    return without_phones(check_text(value, path, length_max))


def without_phones(text: str) -> str:
    """What somebody wrote, with phone numbers blacked out.

    >>> without_phones("call 138-1234-5678 of order 17")
    'call • of order 17'
    """
    kept, end = [], 0
    # One character for one, so that places stay: all else is left as it was written.
    for number in WRITTEN_PHONE.finditer(text.translate(FULL_WIDTH)):
        kept.append(text[end : number.start()])
        end = number.end()
    return BLACKED_OUT.join([*kept, text[end:]])


def parse_json(model: type[ModelT], value: object, path: tuple[str, ...]) -> ModelT:
    """An instance of the model from JSON. Raises InvalidInput with a path below `path` for everything wrong."""
    check_json(value, path)
    try:
        return model.model_validate_json(json.dumps(value))
    except ValidationError as error:
        details = error.errors(include_url=False, include_context=False, include_input=False)
        raise InvalidInput([_problem(detail, path) for detail in details]) from error


def _problem(detail: Mapping[str, Any], path: tuple[str, ...]) -> Problem:
    return Problem((*path, *map(str, detail["loc"])), detail["msg"].removeprefix("Value error, "))


def check_json(value: object, path: tuple[str, ...]) -> None:
    """Raise InvalidInput unless the value can be stored: bounded nesting and numbers, no NUL, no lone surrogate."""
    waiting: list[tuple[tuple[str, ...], object]] = [(path, value)]
    while waiting:
        where, item = waiting.pop()
        if len(where) - len(path) > JSON_DEPTH_MAX:
            raise InvalidInput([Problem(path, f"must not be nested more than {JSON_DEPTH_MAX} levels deep")])
        if isinstance(item, str) and not is_storable(item):
            raise InvalidInput([Problem(where, "must not contain NUL or lone surrogates")])
        if isinstance(item, int | float) and not -JSON_INTEGER_MAX <= item <= JSON_INTEGER_MAX:
            raise InvalidInput([Problem(where, "must be a number of at most 64 bits")])
        if isinstance(item, Mapping):
            if not all(is_storable(key) for key in item):
                raise InvalidInput([Problem(where, "must not have NUL or lone surrogates in its keys")])
            waiting.extend(((*where, key), child) for key, child in item.items())
        elif isinstance(item, list):
            waiting.extend(((*where, str(place)), child) for place, child in enumerate(item))


def is_storable(text: str) -> bool:
    """Whether PostgreSQL can hold the text; what it cannot hold, it need not be asked for either."""
    return "\0" not in text and (text.isascii() or not any("\ud800" <= character <= "\udfff" for character in text))
