"""Cuts a rule's text into tokens."""

import re
from collections.abc import Iterator
from enum import Enum
from typing import NamedTuple

from siyu.inputs import is_storable
from siyu.rules.problems import BadRule, RuleCode, bad_at
from siyu.rules.syntax import Span

TEXT_LENGTH_MAX = 256
# No number of 64 bits has more, in either notation; those with leading zeros are refused too.
DIGITS_MAX = 19

TOKEN = re.compile(
    r"""
    (?P<space>[ \t\r\n\f]+|//[^\n]*)
  | (?P<string>[rRbB]{0,2}(?:\"{3}|'{3}|"(?:[^"\\\r\n]|\\.)*"|'(?:[^'\\\r\n]|\\.)*'))
  | (?P<number>0[xX][0-9a-fA-F]+[uU]?|[0-9]*\.?[0-9]+(?:[eE][+-]?[0-9]+)?[uU]?)
  | (?P<name>[_a-zA-Z][_a-zA-Z0-9]*)
  | (?P<sign>&&|\|\||==|!=|<=|>=|[<>!()\[\]{},.\-+*/%?:])
    """,
    re.VERBOSE,
)
ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-3][0-7]{2})|(.))")
SIMPLE_ESCAPES = {
    "a": "\a",
    "b": "\b",
    "f": "\f",
    "n": "\n",
    "r": "\r",
    "t": "\t",
    "v": "\v",
    **{sign: sign for sign in "\\\"'`?"},
}
CODE_POINT_MAX = 0x10FFFF


class TokenKind(Enum):
    """The kinds of tokens."""

    STRING = "string"
    NUMBER = "number"
    NAME = "name"
    SIGN = "sign"
    END = "end"


class Token(NamedTuple):
    """A piece of the text; `value` is what a text or a number stands for, and else the piece itself."""

    kind: TokenKind
    value: str | int
    span: Span

    def is_sign(self, *signs: str) -> bool:
        """Whether it is one of these signs."""
        return self.kind is TokenKind.SIGN and self.value in signs


def cut(source: str) -> Iterator[Token]:
    """The tokens of the text, the last one its END. Raises BadRule."""
    place = 0
    while place < len(source):
        found = TOKEN.match(source, place)
        if found is None:
            raise _stray(source, place)
        kind, text, span = found.lastgroup, found.group(), found.span()
        if kind == "string":
            yield Token(TokenKind.STRING, _text(source, text, place), span)
        elif kind == "number":
            yield Token(TokenKind.NUMBER, _number(source, text, place), span)
        elif kind in {"name", "sign"}:
            yield Token(TokenKind(kind), text, span)
        place = found.end()
    yield Token(TokenKind.END, "", (place, place))


def _stray(source: str, place: int) -> BadRule:
    """The problem with a character that begins no token."""
    character = source[place]
    if character in "\"'":
        return bad_at(source, place, RuleCode.SYNTAX, "文本缺少结束的引号", "the text has no closing quote on its line")
    meant = {"=": "==", "&": "&&", "|": "||"}.get(character)
    if meant:
        return bad_at(source, place, RuleCode.SYNTAX, f"应写作 {meant}", f"write `{meant}`", meant)
    return bad_at(source, place, RuleCode.SYNTAX, "此处不能用这个字符", "this character means nothing here")


def _number(source: str, text: str, place: int) -> int:
    """The whole number; whether it fits is known only with its sign."""
    if text[-1] in "uU" or not text.isalnum() or (text[1:2] not in ("x", "X") and not text.isdigit()):
        raise bad_at(
            source,
            place,
            RuleCode.NOT_ALLOWED,
            "只能用整数；金额以分为单位",
            "numbers are whole and without a suffix; money is in fen",
        )
    digits, base = (text[2:], 16) if text[1:2] in ("x", "X") else (text, 10)
    if len(digits) > DIGITS_MAX:
        raise bad_at(source, place, RuleCode.VALUE, "数字超过 64 位", "the number does not fit into 64 bits")
    return int(digits, base)


def _text(source: str, text: str, place: int) -> str:
    """What a quoted text stands for."""
    if text[0] in "rRbB" or text.endswith(('"""', "'''")):
        zh, en = "文本只能用一对引号", "a text is written in one pair of quotes, without a prefix"
        raise bad_at(source, place, RuleCode.NOT_ALLOWED, zh, en)

    def plain(escape: re.Match[str]) -> str:
        two, four, eight, octal, simple = escape.groups()
        if simple is not None:
            if simple not in SIMPLE_ESCAPES:
                zh, en = "未知的转义", "there is no such escape"
                raise bad_at(source, place + 1 + escape.start(), RuleCode.SYNTAX, zh, en)
            return SIMPLE_ESCAPES[simple]
        code = int(octal, 8) if octal else int(two or four or eight, 16)
        # What is no character is refused with NUL and lone surrogates, below.
        return chr(code) if code <= CODE_POINT_MAX else "\0"

    value = ESCAPE.sub(plain, text[1:-1])
    if not is_storable(value):
        raise bad_at(source, place, RuleCode.VALUE, "文本含有无法存储的字符", "the text holds what cannot be stored")
    if len(value) > TEXT_LENGTH_MAX:
        zh, en = f"文本最多 {TEXT_LENGTH_MAX} 个字符", f"a text has at most {TEXT_LENGTH_MAX} characters"
        raise bad_at(source, place, RuleCode.TOO_LONG, zh, en)
    return value
