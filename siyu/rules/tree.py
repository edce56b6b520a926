"""A checked rule: what it asks, with every name resolved and every type settled."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from siyu.rules.features import Feature, ValueType
from siyu.rules.syntax import Span

Scalar = int | str | bool | datetime


@dataclass(frozen=True, slots=True)
class Read:
    """A feature of the member."""

    feature: Feature


@dataclass(frozen=True, slots=True)
class Literal:
    """A value that the rule names."""

    value: Scalar
    type: ValueType


@dataclass(frozen=True, slots=True)
class Ago:
    """So long before the moment at which the rule is asked."""

    back: timedelta


@dataclass(frozen=True, slots=True)
class Size:
    """How many a list of the member has."""

    feature: Feature


Operand = Read | Literal | Ago | Size


@dataclass(frozen=True, slots=True)
class Truth:
    """`true` or `false`."""

    value: bool
    span: Span


@dataclass(frozen=True, slots=True)
class Holds:
    """A feature that is itself true or false."""

    feature: Feature
    span: Span


@dataclass(frozen=True, slots=True)
class IsSet:
    """Whether a feature is known; never unknown itself."""

    feature: Feature
    span: Span


@dataclass(frozen=True, slots=True)
class Compare:
    """Two operands of one type."""

    operator: str
    left: Operand
    right: Operand
    span: Span


@dataclass(frozen=True, slots=True)
class Aged:
    """Whether the days since a feature's moment are within bounds, both of them included; None is no bound."""

    feature: Feature
    days_min: int | None
    days_max: int | None
    span: Span


@dataclass(frozen=True, slots=True)
class Among:
    """Whether the operand is one of the values, of which there is at least one."""

    operand: Operand
    values: tuple[int | str, ...]
    type: ValueType
    span: Span


@dataclass(frozen=True, slots=True)
class Contains:
    """Whether a list of the member has the text."""

    feature: Feature
    text: Read | Literal
    span: Span


@dataclass(frozen=True, slots=True)
class Prefix:
    """Whether a text of the member starts with another."""

    feature: Feature
    prefix: str
    span: Span


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite; unknown where the condition is."""

    condition: "Condition"
    span: Span


@dataclass(frozen=True, slots=True)
class AllOf:
    """True where all are; false where one is, whatever the others are."""

    parts: tuple["Condition", ...]
    span: Span


@dataclass(frozen=True, slots=True)
class AnyOf:
    """True where one is, whatever the others are; false where all are."""

    parts: tuple["Condition", ...]
    span: Span


Condition = Truth | Holds | IsSet | Compare | Aged | Among | Contains | Prefix | Not | AllOf | AnyOf


def features_of(condition: Condition) -> Iterator[Feature]:
    """The features that it reads, in the order of the text, perhaps more than once."""
    match condition:
        case Not():
            yield from features_of(condition.condition)
        case AllOf() | AnyOf():
            for part in condition.parts:
                yield from features_of(part)
        case Compare():
            for operand in (condition.left, condition.right):
                yield from _read_by(operand)
        case Among():
            yield from _read_by(condition.operand)
        case Contains():
            yield from _read_by(condition.text)
            yield condition.feature
        case Holds() | IsSet() | Aged() | Prefix():
            yield condition.feature
        case Truth():
            pass


def type_of(operand: Operand) -> ValueType:
    """The type of what an operand comes to."""
    match operand:
        case Read():
            return operand.feature.type
        case Literal():
            return operand.type
        case Ago():
            return ValueType.TIMESTAMP
        case Size():
            return ValueType.INT


def _read_by(operand: Operand) -> Iterator[Feature]:
    if isinstance(operand, Read | Size):
        yield operand.feature
