"""Why a rule holds for a member or does not: its clauses, what each comes to, and what was known."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from siyu.rules.clock import RuleClock
from siyu.rules.closures import Answer, Row, answer_of
from siyu.rules.features import Feature, FeatureSet
from siyu.rules.tree import AllOf, AnyOf, Condition, Not, features_of

Known = int | str | bool | datetime | Sequence[str] | None


@dataclass(frozen=True, slots=True)
class Clause:
    """A part of a rule as its text has it; `holds` is None where what it asks is not known of the member.

    `depth` is 0 for what must be true for the rule to hold, and greater for what these consist of. `known` is what the
    clause read, by the features' names.
    """

    text: str
    depth: int
    holds: bool | None
    known: dict[str, Known]


def clauses_of(text: str, condition: Condition, features: FeatureSet, row: Row, clock: RuleClock) -> Sequence[Clause]:
    """The rule's clauses, each followed by what it consists of, in the order of the text."""
    return [
        Clause(
            text[slice(*part.span)],
            depth,
            answer_of(part, features)(row, clock),
            {feature.name: value_of(feature, features, row, clock) for feature in features_of(part)},
        )
        for part, depth in _parts(condition, 0)
    ]


def demands_of(text: str, condition: Condition, features: FeatureSet) -> Iterator[tuple[str, Answer]]:
    """What must be true for the rule to hold, each as its text has it, ready to be asked."""
    for part, depth in _parts(condition, 0):
        if depth == 0:
            yield text[slice(*part.span)], answer_of(part, features)


def value_of(feature: Feature, features: FeatureSet, row: Row, clock: RuleClock) -> Known:
    """What is known of the member: a value of the feature's type, or None."""
    value: Known = row[features.place_of(feature)]
    return clock.days_since(value) if feature.counts_days and isinstance(value, datetime) else value


def _parts(condition: Condition, depth: int) -> Iterator[tuple[Condition, int]]:
    """A rule is bounded in its depth and its parts, and so is this."""
    if isinstance(condition, AllOf) and depth == 0:
        for part in condition.parts:
            yield from _parts(part, 0)
        return
    yield condition, depth
    if isinstance(condition, AllOf | AnyOf):
        for part in condition.parts:
            yield from _parts(part, depth + 1)
    elif isinstance(condition, Not) and isinstance(condition.condition, AllOf | AnyOf):
        yield from _parts(condition.condition, depth + 1)
