"""JSON that cannot be changed, so that no campaign changes what the next one sees."""

from collections.abc import Mapping
from typing import Any, NoReturn

NESTED = (dict, list)


class ReadOnlyDict(dict[str, Any]):
    """A dict that is read like any other and raises TypeError where somebody would change it; copies are plain."""

    __slots__ = ()

    def _refuse(self, *_: object, **__: object) -> NoReturn:
        raise TypeError("a fact's data is read-only")

    __setitem__ = __delitem__ = __ior__ = _refuse
    clear = pop = popitem = setdefault = update = _refuse

    def __reduce__(self) -> tuple[type[dict[str, Any]], tuple[dict[str, Any]]]:
        return dict, (dict(self),)


NOTHING = ReadOnlyDict()


def read_only(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """The JSON object with lists as tuples and objects as read-only dicts, at every depth."""
    if not data:
        return NOTHING
    frozen = ReadOnlyDict(data)
    for key, value in data.items():
        # Text, numbers and truth values are most of it and are as they are.
        if isinstance(value, NESTED):
            dict.__setitem__(frozen, key, _frozen(value))
    return frozen


def _frozen(value: object) -> object:
    if isinstance(value, dict):
        return read_only(value)
    if isinstance(value, list):
        return tuple(_frozen(item) for item in value)
    return value
