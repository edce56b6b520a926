"""The fields of personal data: what each looks like once it is checked, and what staff see of it."""

import unicodedata
from enum import Enum

from siyu.errors import InvalidInput, Problem
from siyu.inputs import UNWANTED_CATEGORIES

NAME_LENGTH_MAX = 64
CHINA = "+86"
# Of E.164: a country and a number have 15 digits at most.
DIGITS_MIN, DIGITS_MAX = 7, 15
# What people write between digits.
BETWEEN = " -()\u3000\u00a0"
MASK = "*"
# Of a phone that stays in sight.
HEAD, TAIL = 3, 4


class PersonalField(Enum):
    """What is kept encrypted; the values are those of the column `personal.field`."""

    PHONE = "phone"
    REAL_NAME = "real_name"


def normalised(field: PersonalField, text: str, path: tuple[str, ...]) -> str:
    """The one form in which a value is encrypted and indexed. Raises InvalidInput, which never tells the value."""
    if field is PersonalField.PHONE:
        return _phone(text, path)
    name = " ".join(unicodedata.normalize("NFKC", text).split())
    if not 1 <= len(name) <= NAME_LENGTH_MAX:
        raise InvalidInput([Problem(path, f"must have 1 to {NAME_LENGTH_MAX} characters")])
    if any(unicodedata.category(character) in UNWANTED_CATEGORIES for character in name):
        raise InvalidInput([Problem(path, "must not contain control characters")])
    return name


def masked(field: PersonalField, value: str) -> str:
    """A normalised value as staff see it.

    >>> masked(PersonalField.PHONE, "+8613812345678"), masked(PersonalField.REAL_NAME, "张小红")
    ('138****5678', '张**')
    """
    if field is PersonalField.REAL_NAME:
        return value[0] + MASK * (len(value) - 1 or 1)
    country, number = ("", value.removeprefix(CHINA)) if value.startswith(CHINA) else (value[:3], value[3:])
    seen = TAIL if len(number) > HEAD + TAIL else 2
    head = number[: HEAD if not country and seen == TAIL else 0]
    return f"{country}{head}{MASK * (len(number) - len(head) - seen)}{number[-seen:]}"


def _phone(text: str, path: tuple[str, ...]) -> str:
    """A mobile number of China, or a number with its country, as E.164."""
    plain = unicodedata.normalize("NFKC", text).strip()
    given = "".join(character for character in plain if character not in BETWEEN)
    if given.startswith("00"):
        given = f"+{given[2:]}"
    digits = given.removeprefix("+")
    if not digits.isascii() or not digits.isdigit():
        raise InvalidInput([Problem(path, "must be a phone number: digits, and before them + and the country")])
    if not given.startswith("+"):
        # Without a country it is one of China, with or without its 86.
        digits = digits if len(digits) == 13 and digits.startswith("86") else f"86{digits}"
    if digits.startswith("86"):
        if len(digits) != 13 or digits[2] != "1" or digits[3] not in "3456789":
            raise InvalidInput([Problem(path, "must be a mobile number of China with 11 digits, or begin with +")])
    elif not DIGITS_MIN <= len(digits) <= DIGITS_MAX or digits.startswith("0"):
        raise InvalidInput([Problem(path, f"must have {DIGITS_MIN} to {DIGITS_MAX} digits after the +")])
    return f"+{digits}"
