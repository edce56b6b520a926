"""The scalars beside GraphQL's own: DateTime as RFC 3339 with Z, BigInt as a string."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import NewType

from graphql import GraphQLError
from strawberry.types.scalar import ScalarDefinition, scalar

BigInt = NewType("BigInt", int)
# The key of a unit: in GraphQL in capitals, and in documents without quotes too, as the names of an enum.
WalletUnit = NewType("WalletUnit", str)
# What belongs to a person: kept encrypted, and in no log.
PersonalText = NewType("PersonalText", str)

RFC_3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,6})?([Zz]|[+-]\d\d:\d\d)")
UNIT = re.compile(r"[A-Z][A-Z0-9_]{0,9}")
INTEGER = re.compile(r"-?\d{1,19}")
BIG_INT_MAX = 2**63 - 1
PERSONAL_LENGTH_MAX = 128


def parse_datetime(value: object) -> datetime:
    """An aware moment in UTC; a time without an offset is no moment."""
    if not isinstance(value, str) or not RFC_3339.fullmatch(value):
        raise GraphQLError(f"DateTime must be RFC 3339 with an offset, such as 2026-11-21T08:00:00Z, not {value!r}")
    try:
        return datetime.fromisoformat(value.upper()).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise GraphQLError(f"DateTime does not exist: {value!r}") from error


def serialize_datetime(moment: datetime) -> str:
    """RFC 3339 in UTC."""
    # Those that we keep are in UTC, and to move one there costs as much as to write it.
    there = moment if moment.tzinfo is UTC else moment.astimezone(UTC)
    return f"{there.isoformat()[:-6]}Z"


def is_written_alike(moment: object) -> bool:
    """Whether `schema.written` writes the moment as `serialize_datetime` does, so that it need not be made a text."""
    return type(moment) is datetime and moment.tzinfo is UTC


def parse_big_int(value: object) -> int:
    """A whole number of 64 bits from its decimal digits."""
    if isinstance(value, str) and INTEGER.fullmatch(value):
        number = int(value)
    elif type(value) is int:
        number = value
    else:
        raise GraphQLError(f"BigInt must be a whole number as a string, not {value!r}")
    if not -BIG_INT_MAX <= number <= BIG_INT_MAX:
        raise GraphQLError("BigInt must have at most 64 bits")
    return number


def parse_unit(value: object) -> str:
    """The key of a unit, whether or not there is one."""
    if not isinstance(value, str) or not UNIT.fullmatch(value):
        raise GraphQLError(f"WalletUnit must be a unit's key in capitals, such as POINTS, not {value!r}")
    return value.lower()


def parse_personal(value: object) -> str:
    """Text that no error repeats."""
    if not isinstance(value, str) or not 1 <= len(value) <= PERSONAL_LENGTH_MAX:
        raise GraphQLError(f"PersonalText must be a string of 1 to {PERSONAL_LENGTH_MAX} characters")
    return value


SCALARS: dict[object, ScalarDefinition] = {
    BigInt: scalar(
        name="BigInt",
        description="A whole number of up to 64 bits, as a string of decimal digits.",
        serialize=str,
        parse_value=parse_big_int,
    ),
    WalletUnit: scalar(
        name="WalletUnit",
        description="The key of a unit of value in capitals, with or without quotes: POINTS, GROWTH, COMMISSION (money "
        "that others' orders earned the member, in fen), or one that the shop has added.",
        serialize=str.upper,
        parse_value=parse_unit,
    ),
    PersonalText: scalar(
        name="PersonalText",
        description="Text about a person, such as a phone number: kept encrypted, and told by no log and no error.",
        serialize=str,
        parse_value=parse_personal,
    ),
    datetime: scalar(
        name="DateTime",
        description="A moment as RFC 3339 with an offset; answers are in UTC with Z.",
        serialize=serialize_datetime,
        parse_value=parse_datetime,
    ),
}

# The scalars with values that may stand in an answer as they are: by the scalar's name, which those are.
WRITTEN_ALIKE: dict[str, Callable[[object], bool]] = {"DateTime": is_written_alike}
