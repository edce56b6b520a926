"""A rule as Python functions: asked of one member's row, they answer True, False, or None for unknown."""

import operator
from collections.abc import Callable, Sequence
from typing import Any

from siyu.rules.clock import RuleClock
from siyu.rules.features import Feature, FeatureSet
from siyu.rules.tree import (
    Aged,
    Ago,
    AllOf,
    Among,
    AnyOf,
    Compare,
    Condition,
    Contains,
    Holds,
    IsSet,
    Literal,
    Not,
    Operand,
    Prefix,
    Read,
    Size,
    Truth,
)

# A member's columns, in the order of the feature set: each of its own type, or None for unknown.
Row = Sequence[Any]
Answer = Callable[[Row, RuleClock], bool | None]
# What an operand comes to; its type was checked with the rule.
Value = Callable[[Row, RuleClock], Any]

COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def answer_of(condition: Condition, features: FeatureSet) -> Answer:
    """The function that asks a row."""
    return _Closures(features).answer(condition)


class _Closures:
    """Makes the functions for rows of one feature set."""

    def __init__(self, features: FeatureSet) -> None:
        self._features = features

    def answer(self, condition: Condition) -> Answer:
        """The function of a condition."""
        match condition:
            case AllOf() | AnyOf() | Not() | Truth():
                return self._joined(condition)
            case Compare():
                return self._compare(condition)
            case Aged():
                return self._aged(condition)
            case Among():
                return self._among(condition)
            case _:
                return self._about_a_column(condition)

    def _joined(self, condition: AllOf | AnyOf | Not | Truth) -> Answer:
        match condition:
            case AllOf():
                return _all_of([self.answer(part) for part in condition.parts])
            case AnyOf():
                return _any_of([self.answer(part) for part in condition.parts])
            case Not():
                return _opposite(self.answer(condition.condition))
            case Truth(value=value):
                return lambda _row, _clock: value

    def _about_a_column(self, condition: Holds | IsSet | Contains | Prefix) -> Answer:
        place = self._features.place_of(condition.feature)
        match condition:
            case Holds():
                return lambda row, _clock: row[place]
            case IsSet():
                return lambda row, _clock: row[place] is not None
            case Prefix(prefix=prefix):
                return lambda row, _clock: None if row[place] is None else row[place].startswith(prefix)
            case Contains(text=Literal(value=text)):
                return lambda row, _clock: None if row[place] is None else text in row[place]
            case Contains(text=text):
                return self._contains(place, self.value(text))

    def _contains(self, place: int, text_of: Value) -> Answer:
        def contains(row: Row, clock: RuleClock) -> bool | None:
            text, texts = text_of(row, clock), row[place]
            return None if text is None or texts is None else text in texts

        return contains

    def _compare(self, condition: Compare) -> Answer:
        compared, right = COMPARE[condition.operator], condition.right
        if isinstance(condition.left, Read) and isinstance(right, Literal) and not condition.left.feature.counts_days:
            return _compare_column(compared, self._features.place_of(condition.left.feature), right.value)
        left_of, right_of = self.value(condition.left), self.value(right)

        def compare(row: Row, clock: RuleClock) -> bool | None:
            left, right = left_of(row, clock), right_of(row, clock)
            return None if left is None or right is None else compared(left, right)

        return compare

    def _aged(self, condition: Aged) -> Answer:
        place, youngest, oldest = self._features.place_of(condition.feature), condition.days_min, condition.days_max

        def is_aged(row: Row, clock: RuleClock) -> bool | None:
            moment = row[place]
            if moment is None:
                return None
            if oldest is not None and moment < clock.midnight(oldest):
                return False
            return youngest is None or moment < clock.midnight(youngest - 1)

        return is_aged

    def _among(self, condition: Among) -> Answer:
        value_of, values = self.value(condition.operand), frozenset(condition.values)

        def is_among(row: Row, clock: RuleClock) -> bool | None:
            value = value_of(row, clock)
            return None if value is None else value in values

        return is_among

    def value(self, operand: Operand) -> Value:
        """The function of an operand."""
        match operand:
            case Literal(value=value):
                return lambda _row, _clock: value
            case Ago(back=back):
                return lambda _row, clock: clock.now - back
            case Size(feature=feature):
                place = self._features.place_of(feature)
                return lambda row, _clock: None if row[place] is None else len(row[place])
            case Read(feature=feature):
                return self._read(feature)

    def _read(self, feature: Feature) -> Value:
        place = self._features.place_of(feature)
        if feature.counts_days:
            return lambda row, clock: None if row[place] is None else clock.days_since(row[place])
        return lambda row, _clock: row[place]


def _compare_column(compared: Callable[[Any, Any], bool], place: int, wanted: object) -> Answer:
    """The commonest of all conditions, without a call for each side."""

    def compare(row: Row, clock: RuleClock) -> bool | None:  # noqa: ARG001 - as every answer
        value = row[place]
        return None if value is None else compared(value, wanted)

    return compare


def _all_of(parts: Sequence[Answer]) -> Answer:
    def all_of(row: Row, clock: RuleClock) -> bool | None:
        answer: bool | None = True
        for part in parts:
            found = part(row, clock)
            if found is False:
                return False
            if found is None:
                answer = None
        return answer

    return all_of


def _any_of(parts: Sequence[Answer]) -> Answer:
    def any_of(row: Row, clock: RuleClock) -> bool | None:
        answer: bool | None = False
        for part in parts:
            found = part(row, clock)
            if found is True:
                return True
            if found is None:
                answer = None
        return answer

    return any_of


def _opposite(part: Answer) -> Answer:
    def opposite(row: Row, clock: RuleClock) -> bool | None:
        found = part(row, clock)
        return None if found is None else not found

    return opposite
