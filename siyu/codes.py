"""Codes of what a member shows at a counter: they cannot be guessed, and a misread one is told from an unknown one."""

import re
import secrets
import unicodedata

# 29 characters, a prime number of them: without 0 and O, 1, I and L, which nobody can tell apart, nor U and Z.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXY"
# 29 ** 13 is more than 2 ** 63; the last character checks the others.
DRAWN = 13
CODE_LENGTH = DRAWN + 1
VALUES = {character: value for value, character in enumerate(ALPHABET)}
# Read as what was meant: one of each pair alone is in the alphabet.
MISREAD = str.maketrans("UZ", "V2")
SEPARATORS = re.compile(r"[\s\-\u2010-\u2015\u2212_.·]+")
# What is typed for one code, with whatever stands between its characters; anything longer is no code.
TYPED_LENGTH_MAX = 64
GROUP = 5


def make_code() -> str:
    """A new code of CODE_LENGTH characters, 63 bits of it random; that nobody has it yet, a unique constraint says."""
    drawn = "".join(secrets.choice(ALPHABET) for _ in range(DRAWN))
    return drawn + _check_character(drawn)


def normalize(typed: str) -> str:
    """What was typed or scanned, in the form that codes are kept in; never longer than what came in.

    Small letters, full-width ones, spaces and dashes do, and so do U for V and Z for 2.

    >>> normalize(" abcd2-efghj 2345 ")
    'ABCD2EFGHJ2345'
    """
    plain = unicodedata.normalize("NFKC", typed[:TYPED_LENGTH_MAX]).upper()
    return SEPARATORS.sub("", plain).translate(MISREAD)[:TYPED_LENGTH_MAX]


def read_code(typed: str) -> str | None:
    """The code that was typed, whether or not there is such a one; None for what is misread or no code at all.

    One wrong character, or two that changed places, are always found.
    """
    if len(typed) > TYPED_LENGTH_MAX:
        return None
    code = normalize(typed)
    known = len(code) == CODE_LENGTH and all(character in VALUES for character in code)
    return code if known and _check_character(code[:DRAWN]) == code[DRAWN] else None


def shown_code(code: str) -> str:
    """A code as a person reads it out: groups of five characters with dashes between them.

    >>> shown_code("ABCD2EFGHJ2345")
    'ABCD2-EFGHJ-2345'
    """
    return "-".join(code[place : place + GROUP] for place in range(0, len(code), GROUP))


def _check_character(drawn: str) -> str:
    """The character that makes the weighted sum a multiple of the prime: the weights differ, and none is 0."""
    total = sum(weight * VALUES[character] for weight, character in enumerate(drawn, start=2))
    return ALPHABET[-total % len(ALPHABET)]
