"""What a file of members says of each beyond identity and name: tier, tags and attributes."""

from collections.abc import Mapping

from api.imports.errors import BadRow
from siyu.errors import InvalidInput
from siyu.inputs import check_text
from siyu.members.attributes import FLAGS, NUMBER, AttributeChange, AttributeType, checked_key, checked_value
from siyu.members.importing import Given
from siyu.sdk.audience import LABEL_LENGTH_MAX, LABELS_MAX

ATTRIBUTE_PREFIX = "attr:"
LIST_SEPARATOR = ";"


def read_given(cells: Mapping[str, str]) -> Given:
    """What a row gives its member. Raises BadRow."""
    try:
        return Given(
            tier=check_text(cells["tier"], ("tier",), LABEL_LENGTH_MAX) if cells.get("tier") else None,
            tags=_labels("tags", cells.get("tags", ""), LABEL_LENGTH_MAX),
            attributes=tuple(
                _attribute(name.removeprefix(ATTRIBUTE_PREFIX), cell)
                for name, cell in cells.items()
                if name.startswith(ATTRIBUTE_PREFIX) and cell
            ),
        )
    except InvalidInput as error:
        raise BadRow("BAD_VALUE", f"{error}.") from error


def _labels(column: str, text: str, length_max: int) -> tuple[str, ...]:
    """The labels of a cell, with ; between them. Raises InvalidInput and BadRow."""
    cells = text.replace("；", LIST_SEPARATOR).split(LIST_SEPARATOR)
    labels = tuple(dict.fromkeys(check_text(each, (column,), length_max) for each in cells if each.strip()))
    if len(labels) > LABELS_MAX:
        raise BadRow("TOO_MANY", f"{column} has {len(labels)} entries; at most {LABELS_MAX} are allowed.")
    return labels


def _attribute(key: str, text: str) -> AttributeChange:
    """An attribute, its type found from how the value is written. Raises InvalidInput."""
    checked_key(key, (f"{ATTRIBUTE_PREFIX}{key}",))
    path, kind = (f"{ATTRIBUTE_PREFIX}{key}",), AttributeType.TEXT
    if NUMBER.fullmatch(text) and not (text.startswith("0") and len(text) > 1 and text[1] != "."):
        kind = AttributeType.NUMBER
    elif text.casefold() in FLAGS:
        kind = AttributeType.FLAG
    elif len(text) == len("2026-11-21") and text[4] == text[7] == "-":
        kind = AttributeType.DATE
    return AttributeChange(key, kind, checked_value(kind, text, path))
