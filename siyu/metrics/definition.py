"""What a metric is: a name, a quotient of two figures, where it is healthy, and what to do where it is not."""

from dataclasses import dataclass
from enum import Enum

from siyu.sdk import Text


class Level(Enum):
    """Which of the levels a metric belongs to."""

    OPERATION = "operation"
    CONVERSION = "conversion"
    VALUE = "value"
    SPREAD = "spread"
    TIERS = "tiers"


class Unit(Enum):
    """What a metric is counted in."""

    RATIO = "ratio"
    NUMBER = "number"
    FEN = "fen"


class Status(Enum):
    """Where a value lies; UNKNOWN where there is nothing to divide by, or no range."""

    HEALTHY = "healthy"
    LOW = "low"
    HIGH = "high"
    UNKNOWN = "unknown"


class Cut(Enum):
    """What the figures can be cut by: what members are, or the campaign that something was for (docs/metrics.md)."""

    CHANNEL = "channel"
    GROUP = "group"
    CAMPAIGN = "campaign"
    TIER = "tier"
    LAYER = "layer"
    STAGE = "stage"


@dataclass(frozen=True, slots=True)
class Range:
    """Where a metric is healthy, bounds included; `growth` is the least change from the period before, as a share."""

    low: float | None = None
    high: float | None = None
    growth: float | None = None

    @property
    def is_empty(self) -> bool:
        """Whether it says nothing."""
        return self.low is None and self.high is None and self.growth is None


@dataclass(frozen=True, slots=True)
class Definition:
    """A metric: `numerator` ÷ `denominator`, both figures of `siyu.metrics.figures.Figures`.

    `is_monthly`: the quotient is brought to 30 days. `high_share_of` names the metric of which this one may be at most
    a third. `low_advice` is what to do below the range, `high_advice` above it.
    """

    key: str
    level: Level
    unit: Unit
    title: Text
    formula: Text
    numerator: str
    denominator: str
    healthy: Range
    low_advice: Text
    high_advice: Text
    source: str
    is_monthly: bool = False
    high_share_of: str | None = None

    @property
    def can_alert(self) -> bool:
        """Whether there is anything that it could be out of."""
        return not self.healthy.is_empty or self.high_share_of is not None


# Of a metric that has an upper bound by another one: at most this share of it.
SHARE_OF_OTHER = 1 / 3
NOTHING_TO_DO = Text(zh="无需处理", en="Nothing needs doing")


def pair(zh: str, en: str) -> Text:
    """A text in both languages."""
    return Text(zh=zh, en=en)


def metric(
    key: str,
    kind: tuple[Level, Unit],
    title: Text,
    formula: Text,
    quotient: tuple[str, str],
    healthy: Range,
    advice: Text,
    source: str,
) -> Definition:
    """A definition whose advice is for what lies below its range; what else there is to say is put in by `replace`."""
    return Definition(key, *kind, title, formula, *quotient, healthy, advice, NOTHING_TO_DO, source)
