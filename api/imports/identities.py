"""Reads the cells of a row that name members."""

from api.imports.errors import BadRow
from api.imports.values import read_id
from siyu.errors import InvalidInput
from siyu.privacy import PHONE_KIND, PersonalField, normalised


def read_identity(kind: str, column: str, text: str) -> str:
    """What the system knows a member by; of phones the one form of a number, which no reason repeats. Raises BadRow."""
    value = read_id(column, text)
    if kind != PHONE_KIND:
        return value
    try:
        return normalised(PersonalField.PHONE, value, (column,))
    except InvalidInput as error:
        raise BadRow("BAD_PHONE", f"{column} {error.problems[0].message}.") from error
