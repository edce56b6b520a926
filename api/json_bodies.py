"""JSON of strangers: read strictly, with a bound on its depth and no key twice."""

import re
from typing import Any

import orjson

from api.refusals import BadRequest
from schema import ErrorCode

DEPTH_MAX = 32
TEXTS = re.compile(rb'"(?:[^"\\]++|\\.)*+"')


def read_json(body: bytes) -> Any:
    """What the body says.

    Raises BadRequest for NaN, Infinity, bad UTF-8, a key twice in one object, and deep nesting.
    """
    try:
        content = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise _invalid(f"the body is not JSON: {error}") from error
    # Every key has its colon, and no other colon stands outside of a text.
    if _keys_in(content) != TEXTS.sub(b"", body).count(b":"):
        raise _invalid("the body has a key twice in one object")
    return content


def _keys_in(content: Any) -> int:
    """How many keys all objects have, level by level. Raises BadRequest below DEPTH_MAX levels."""
    keys, level = 0, [content]
    for _ in range(DEPTH_MAX):
        below: list[Any] = []
        for value in level:
            if type(value) is dict:
                keys += len(value)
                below += [each for each in value.values() if type(each) is dict or type(each) is list]
            elif type(value) is list:
                below += [each for each in value if type(each) is dict or type(each) is list]
        if not below:
            return keys
        level = below
    raise _invalid(f"the body is nested more than {DEPTH_MAX} levels deep")


def _invalid(message: str) -> BadRequest:
    return BadRequest(400, ErrorCode.INVALID_JSON, message)
