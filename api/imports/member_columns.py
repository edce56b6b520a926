"""What a file of members says of each beyond identity and name: tier, tags and attributes."""

from collections.abc import Mapping
from functools import lru_cache

from api.imports.errors import BadRow
from siyu.errors import InvalidInput
from siyu.inputs import check_text
from siyu.members.attributes import (
    ATTRIBUTES_MAX,
    FLAGS,
    NUMBER,
    AttributeChange,
    AttributeType,
    checked_key,
    checked_value,
)
from siyu.members.importing import Given
from siyu.sdk.audience import LABEL_LENGTH_MAX, LABELS_MAX

ATTRIBUTE_PREFIX = "attr:"
LIST_SEPARATOR = ";"
# A file has few different tiers, sets of tags and values of most attributes.
CELLS_REMEMBERED = 4_096
NOTHING = Given()


def read_given(cells: Mapping[str, str]) -> Given:
    """What a row gives its member. Raises BadRow."""
    try:
        tier = _tier(text) if (text := cells.get("tier")) else None
        tags = _labels("tags", text, LABEL_LENGTH_MAX) if (text := cells.get("tags")) else ()
        attributes = tuple(
            [_attribute(name, cell) for name, cell in cells.items() if cell and name.startswith(ATTRIBUTE_PREFIX)]
        )
    except InvalidInput as error:
        raise BadRow("BAD_VALUE", f"{error}.") from error
    if len(attributes) > ATTRIBUTES_MAX:
        raise BadRow("TOO_MANY", f"The row has {len(attributes)} attributes; at most {ATTRIBUTES_MAX} are allowed.")
    return Given(tier, tags, attributes) if tier or tags or attributes else NOTHING


@lru_cache(CELLS_REMEMBERED)
def _tier(text: str) -> str:
    """A tier. Raises InvalidInput."""
    return check_text(text, ("tier",), LABEL_LENGTH_MAX)


@lru_cache(CELLS_REMEMBERED)
def _labels(column: str, text: str, length_max: int) -> tuple[str, ...]:
    """The labels of a cell, with ; between them. Raises InvalidInput and BadRow."""
    cells = text.replace("；", LIST_SEPARATOR).split(LIST_SEPARATOR)
    labels = tuple(dict.fromkeys(check_text(each, (column,), length_max) for each in cells if each.strip()))
    if len(labels) > LABELS_MAX:
        raise BadRow("TOO_MANY", f"{column} has {len(labels)} entries; at most {LABELS_MAX} are allowed.")
    return labels


@lru_cache(CELLS_REMEMBERED)
def _attribute(column: str, text: str) -> AttributeChange:
    """An attribute, its type found from how the value is written. Raises InvalidInput."""
    path, kind = (column,), AttributeType.TEXT
    key = checked_key(column.removeprefix(ATTRIBUTE_PREFIX), path)
    if NUMBER.fullmatch(text) and not (text.startswith("0") and len(text) > 1 and text[1] != "."):
        kind = AttributeType.NUMBER
    elif text.casefold() in FLAGS:
        kind = AttributeType.FLAG
    elif len(text) == len("2026-11-21") and text[4] == text[7] == "-":
        kind = AttributeType.DATE
    return AttributeChange(key, kind, checked_value(kind, text, path))
