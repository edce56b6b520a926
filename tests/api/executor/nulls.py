"""Where errors leave null in an answer."""

from typing import Any


def nulled(answer: dict[str, Any]) -> set[tuple[str | int, ...]]:
    """Where the answer has null because of an error."""
    return {_nulled(answer["data"], tuple(error["path"])) for error in answer["errors"]}


def _nulled(data: Any, path: tuple[str | int, ...]) -> tuple[str | int, ...]:
    for length, key in enumerate(path):
        if data is None:
            return path[:length]
        data = data[key]
    assert data is None
    return path
