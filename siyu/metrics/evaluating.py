"""Values of metrics from figures, and where they lie."""

from collections.abc import Mapping
from dataclasses import dataclass

from siyu.metrics.catalogue import CATALOGUE
from siyu.metrics.definition import SHARE_OF_OTHER, Definition, Range, Status
from siyu.metrics.figures import Figures

MONTH_DAYS = 30


@dataclass(frozen=True, slots=True)
class Value:
    """A metric's value in a window; None where there is nothing to divide by. `healthy` is what it was judged by."""

    value: float | None
    previous: float | None
    numerator: int | None
    denominator: int | None
    healthy: Range
    status: Status

    @property
    def change(self) -> float | None:
        """The change from the period before, as a share of it."""
        if self.value is None or not self.previous:
            return None
        return self.value / self.previous - 1


def figures_of(definition: Definition) -> set[str]:
    """The figures that a metric needs, with those of the metric that bounds it."""
    named = {definition.numerator, definition.denominator} - {"one"}
    return named | (figures_of(CATALOGUE[definition.high_share_of]) if definition.high_share_of else set())


def quotient(definition: Definition, figures: Figures, days: int) -> float | None:
    """The metric's value of these figures, which are of so many days."""
    numerator, denominator = figures[definition.numerator], figures[definition.denominator]
    # Cost is less than nothing where more was taken back than given.
    if numerator is None or denominator is None or denominator <= 0:
        return None
    value = numerator / denominator
    return value * MONTH_DAYS / days if definition.is_monthly else value


def evaluate(
    definition: Definition,
    figures: Figures,
    before: Figures | None,
    days: int,
    ranges: Mapping[str, Range],
) -> Value:
    """The value in a window of so many days; `before` are the figures of the one before it, `ranges` the shop's own."""
    value = quotient(definition, figures, days)
    previous = quotient(definition, before, days) if before is not None else None
    healthy = ranges.get(definition.key, definition.healthy)
    if definition.high_share_of is not None and definition.key not in ranges:
        other = quotient(CATALOGUE[definition.high_share_of], figures, days)
        healthy = Range(high=None if other is None else other * SHARE_OF_OTHER)
    numerator, denominator = figures[definition.numerator], figures[definition.denominator]
    return Value(value, previous, numerator, denominator, healthy, status_of(value, previous, healthy))


def status_of(value: float | None, previous: float | None, healthy: Range) -> Status:
    """Where a value lies; UNKNOWN where growth is asked for and nothing is known to have grown from."""
    if value is None or healthy.is_empty:
        return Status.UNKNOWN
    if healthy.low is not None and value < healthy.low:
        return Status.LOW
    if healthy.high is not None and value > healthy.high:
        return Status.HIGH
    if healthy.growth is not None:
        if not previous:
            return Status.UNKNOWN
        return Status.LOW if value < previous * (1 + healthy.growth) else Status.HEALTHY
    return Status.HEALTHY
