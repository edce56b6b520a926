"""Metrics, their cuts and series, as analysts and operators see them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum

import strawberry
from strawberry.dataloader import DataLoader

from schema.context import Info
from schema.errors import invalid_argument
from schema.fields import field
from schema.ids import CAMPAIGN, encode_id
from siyu.errors import InvalidInput
from siyu.metrics.catalogue import CATALOGUE
from siyu.metrics.definition import Cut, Definition, Level, Range, Status, Unit
from siyu.metrics.evaluating import Value
from siyu.metrics.figures import Window
from siyu.metrics.queries import CutValue, Point, Step, series

strawberry.enum(
    Cut,
    name="MetricCut",
    description="What figures are cut by: members by their tier at the end of the period, by their channel, by the "
    "group, layer or stage of now; or a campaign.",
)
strawberry.enum(Level, name="MetricLevel", description="Which of the levels a metric belongs to.")
strawberry.enum(Unit, name="MetricUnit", description="What a metric is counted in.")
strawberry.enum(
    Step, name="MetricStep", description="How far the points of a series are apart; weeks begin on Mondays."
)
strawberry.enum(
    Status,
    name="MetricStatus",
    description="Where a value lies; UNKNOWN where there is nothing to divide by, or no range to be in.",
)

# Enum's own form with members that are only known here.
MetricKey = Enum("MetricKey", {key.upper(): key for key in CATALOGUE})  # type: ignore[misc]  # its members are data
strawberry.enum(MetricKey, description="Every metric that siyu knows.")


def metric_key(key: str) -> MetricKey:
    """The enum's name of a metric."""
    return MetricKey(key)


@dataclass
class Reading:
    """Metrics that are read together, so that their series are too."""

    info: Info
    definitions: Sequence[Definition]
    window: Window
    compare: bool

    def __post_init__(self) -> None:
        self.series: DataLoader[Step, Mapping[str, Sequence[Point]]] = DataLoader(self._series)

    async def _series(self, steps: list[Step]) -> Sequence[Mapping[str, Sequence[Point]]]:
        context = self.info.context
        try:
            return [await series(context.pool, context.zone, self.definitions, self.window, step) for step in steps]
        except InvalidInput as error:
            raise invalid_argument(str(error)) from None


@strawberry.type(
    description="Where a metric is healthy, bounds included; `growth` is the least change from the period before, as a "
    "share."
)
class HealthyRange:
    """A range as a GraphQL object."""

    low: float | None
    high: float | None
    growth: float | None


@strawberry.type(description="A metric's value of some days, which the range may cut short.")
class MetricPoint:
    """A point as a GraphQL object."""

    from_: date = strawberry.field(name="from")
    to: date
    value: float | None


def healthy_range(healthy: Range) -> HealthyRange | None:
    """A range as an object; None where it says nothing."""
    return None if healthy.is_empty else HealthyRange(low=healthy.low, high=healthy.high, growth=healthy.growth)


@strawberry.type(description="A metric's value for one key of a cut.")
class MetricCutValue:
    """A value of a cut as a GraphQL object."""

    row: strawberry.Private[CutValue]
    compare: strawberry.Private[bool]

    @field("What it was cut by.")
    def cut(self) -> Cut:
        return self.row.cut

    @field("Of a campaign its id, else as it is written. Empty for members without one; null for all others together.")
    def key(self) -> str | None:
        if self.row.cut is Cut.CAMPAIGN and self.row.key:
            return encode_id(CAMPAIGN, self.row.key)
        return self.row.key

    @field("What the key is called, where it has a name beside itself.")
    def label(self, info: Info) -> str | None:
        return self.row.label.in_language(info.context.language) if self.row.label else None

    @field("Null where there is nothing to divide by, and where a cut cannot tell.")
    def value(self) -> float | None:
        return self.row.value.value

    @field("The value of the period before.")
    def previous(self) -> float | None:
        return self.row.value.previous if self.compare else None

    @field("Where the value lies.")
    def status(self) -> Status:
        return self.row.value.status

    @field("What is divided.")
    def numerator(self) -> float | None:
        return _number(self.row.value.numerator)

    @field("What it is divided by.")
    def denominator(self) -> float | None:
        return _number(self.row.value.denominator)


@strawberry.type(description="A metric of a range of days.")
class Metric:
    """A metric as a GraphQL object."""

    definition: strawberry.Private[Definition]
    found: strawberry.Private[Value]
    cut_values: strawberry.Private[Sequence[CutValue]]
    reading: strawberry.Private[Reading]

    @field("Which one.")
    def key(self) -> MetricKey:
        return metric_key(self.definition.key)

    @field("What it is called, in your language.")
    def name(self, info: Info) -> str:
        return self.definition.title.in_language(info.context.language)

    @field("What is divided by what.")
    def formula(self, info: Info) -> str:
        return self.definition.formula.in_language(info.context.language)

    @field("Its level.")
    def level(self) -> Level:
        return self.definition.level

    @field("What it is counted in; money in fen.")
    def unit(self) -> Unit:
        return self.definition.unit

    @field("Null where there is nothing to divide by.")
    def value(self) -> float | None:
        return self.found.value

    @field("The value of as many days right before; null without `compare`.")
    def previous(self) -> float | None:
        return self.found.previous if self.reading.compare else None

    @field("The change from the period before, as a share of it.")
    def change(self) -> float | None:
        return self.found.change if self.reading.compare else None

    @field("What is divided.")
    def numerator(self) -> float | None:
        return _number(self.found.numerator)

    @field("What it is divided by.")
    def denominator(self) -> float | None:
        return _number(self.found.denominator)

    @field("Where it is healthy: the shop's own range, else the handbooks'.")
    def healthy(self) -> HealthyRange | None:
        return healthy_range(self.found.healthy)

    @field("Where the value lies.")
    def status(self) -> Status:
        return self.found.status

    @field("The likely lever, where the value is out of its range.")
    def advice(self, info: Info) -> str | None:
        return advice_of(self.definition, self.found.status, info.context.language)

    @field("The values of parts of the range, in order; at most 100.")
    async def series(self, step: Step) -> list[MetricPoint]:
        points = (await self.reading.series.load(step))[self.definition.key]
        return [MetricPoint(from_=each.window.first, to=each.window.last, value=each.value) for each in points]

    @field("By what `cut` asked for: of each cut those with most to divide by, at most 20, then all others together.")
    def cuts(self) -> list[MetricCutValue]:
        return [MetricCutValue(row=row, compare=self.reading.compare) for row in self.cut_values]


def advice_of(definition: Definition, status: Status, language: str) -> str | None:
    """What to do, where there is something to be done."""
    told = {Status.LOW: definition.low_advice, Status.HIGH: definition.high_advice}.get(status)
    return told.in_language(language) if told else None


def _number(figure: int | None) -> float | None:
    return None if figure is None else float(figure)


@strawberry.type(description="The metrics of a level.")
class MetricsOfLevel:
    """A level of the board as a GraphQL object."""

    level: Level
    title: str = strawberry.field(description="What the level is called, in your language.")
    healthy: int = strawberry.field(description="How many of its metrics are in their range.")
    out_of_range: int
    metrics: list[Metric]
