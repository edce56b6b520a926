"""The segments that siyu ships: layers, stages of the life cycle, RFM and the split by lifetime value."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from siyu.features.presets import LAYERS, STAGES, Preset
from siyu.rules import compile_rule
from siyu.sdk import Text


def _preset(key: str, zh: str, en: str, rule: str) -> Preset:
    return Preset(key, Text(zh=zh, en=en), compile_rule(rule))


# By recency, frequency and monetary value, each of them high from 4 of 5.
RFM = (
    ("champions", "重要价值", "Champions: lately, often, much", (True, True, True)),
    ("loyal", "一般价值", "Loyal: lately and often, not much", (True, True, False)),
    ("promising", "重要发展", "Promising: lately and much, not often", (True, False, True)),
    ("recent", "一般发展", "Recent: lately, neither often nor much", (True, False, False)),
    ("cannot_lose", "重要保持", "Cannot lose: often and much, not lately", (False, True, True)),
    ("fading", "一般保持", "Fading: often, neither lately nor much", (False, True, False)),
    ("at_risk", "重要挽留", "At risk: much, neither lately nor often", (False, False, True)),
    ("hibernating", "一般挽留", "Hibernating: neither lately, often nor much", (False, False, False)),
)
RFM_HIGH = 4
RFM_NAMES = ("member.rfm_recency", "member.rfm_frequency", "member.rfm_monetary")


def _rfm_rule(highs: Sequence[bool]) -> str:
    """The cell's rule; who has not bought for a year is ranked nowhere, and so in no cell."""
    return " && ".join(
        f"{name} {'>=' if high else '<'} {RFM_HIGH}" for name, high in zip(RFM_NAMES, highs, strict=True)
    )


# siyu hears what members do, not which posts they read: interactions stand for reacting to posts.
LIFETIME_VALUE = (
    _preset(
        "high",
        "高价值",
        "High: 3 orders or more and 12 interactions or more in 30 days",
        "member.orders_30d >= 3 && member.interactions_30d >= 12",
    ),
    _preset(
        "potential",
        "潜力",
        "Potential: an order in 90 days, fewer than 3 in 30, and an interaction in 30",
        "member.orders_90d >= 1 && member.orders_30d < 3 && member.interactions_30d >= 1",
    ),
    _preset(
        "lost",
        "流失",
        "Lost: no order for 180 days, or never one in 180 days",
        "member.last_order_days >= 180 || member.orders == 0 && member.joined_days >= 180",
    ),
)

# Families by their keys; what is in a family may overlap, but for stages and RFM.
PRESETS: Mapping[str, Sequence[Preset]] = MappingProxyType(
    {
        "layers": LAYERS,
        "lifecycle": STAGES,
        "rfm": [_preset(key, zh, en, _rfm_rule(highs)) for key, zh, en, highs in RFM],
        "lifetime_value": LIFETIME_VALUE,
    }
)
