"""What a rule's text says before anybody has asked what it means."""

from dataclasses import dataclass

# From the first character to the one behind the last, counted from the start of the text.
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Name:
    """A dotted name, such as `member.tier`."""

    path: str
    span: Span


@dataclass(frozen=True, slots=True)
class Constant:
    """A whole number, a text, or a truth."""

    value: int | str | bool
    span: Span


@dataclass(frozen=True, slots=True)
class Listing:
    """`[…]`."""

    items: tuple["Syntax", ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Negation:
    """`!…`."""

    operand: "Syntax"
    span: Span


@dataclass(frozen=True, slots=True)
class Binary:
    """An operator between two operands: a comparison, `in`, or `-`; `at` is the operator's place."""

    operator: str
    left: "Syntax"
    right: "Syntax"
    at: int
    span: Span


@dataclass(frozen=True, slots=True)
class Chain:
    """Operands joined by `&&`, or by `||`."""

    operator: str
    parts: tuple["Syntax", ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Call:
    """`function(…)`, or `target.function(…)`; `at` is the place of the function's name."""

    function: str
    target: "Syntax | None"
    arguments: tuple["Syntax", ...]
    at: int
    span: Span


Syntax = Name | Constant | Listing | Negation | Binary | Chain | Call
