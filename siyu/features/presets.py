"""The layers and the stages of the life cycle that siyu ships, as rules over what is known of a member.

Their bounds are counts, sums and days of joining alone, so that a member's row tells on which day it changes.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from siyu.rules import BASE_FEATURES, Rule, compile_rule
from siyu.rules.tree import Aged, AllOf, AnyOf, Condition, Not
from siyu.sdk import Text


@dataclass(frozen=True, slots=True)
class Preset:
    """A rule that siyu ships, under a key."""

    key: str
    title: Text
    rule: Rule


def preset(key: str, zh: str, en: str, rule: str) -> Preset:
    """A preset over the features that do not themselves come of presets."""
    return Preset(key, Text(zh=zh, en=en), compile_rule(rule, BASE_FEATURES))


# A member is in the first of these whose rule holds, and in none where none does.
LAYERS = (
    preset(
        "high_value",
        "高价值活跃",
        "High-value active: from ¥500 in 30 days and 3 interactions in 7",
        "member.spend_30d_fen >= 50000 && member.interactions_7d >= 3",
    ),
    # Looking around is not told to siyu; who does something every week stands for who looks much.
    preset(
        "potential",
        "潜在高价值",
        "Potential high-value: ¥200 to 500 in 30 days and 4 interactions",
        "member.spend_30d_fen >= 20000 && member.spend_30d_fen < 50000 && member.interactions_30d >= 4",
    ),
    preset(
        "new",
        "新会员",
        "New: joined at most 7 days ago and has not ordered",
        "member.joined_days <= 7 && !member.has_ordered",
    ),
    preset(
        "silent",
        "沉默",
        "Silent: no order in 90 days and no interaction in 7",
        "member.joined_days >= 90 && member.orders_90d == 0 && member.interactions_7d < 1",
    ),
    preset(
        "low_value",
        "低价值",
        "Low-value: takes part, and spends less than ¥200 a year",
        "member.spend_365d_fen < 20000 && member.interactions_30d >= 1",
    ),
)

# Of these exactly one holds for every member.
STAGES = (
    preset("introduction", "引入期", "Introduction: days 1 to 7", "member.joined_days < 7"),
    preset(
        "growth",
        "成长期",
        "Growth: days 8 to 30",
        "member.joined_days >= 7 && member.joined_days < 30",
    ),
    preset(
        "maturity",
        "成熟期",
        "Maturity: days 31 to 180, with an order in 90 days or an interaction in 30",
        "member.joined_days >= 30 && member.joined_days < 180"
        " && (member.orders_90d > 0 || member.interactions_30d > 0)",
    ),
    preset(
        "decline",
        "衰退期",
        "Decline: from day 181, or neither an order in 90 days nor an interaction in 30",
        "member.joined_days >= 180"
        " || member.joined_days >= 30 && member.orders_90d == 0 && member.interactions_30d == 0",
    ),
)

# The columns that presets decide.
DECIDED: Mapping[str, tuple[Preset, ...]] = {"stage": STAGES, "layer": LAYERS}


def turning_days() -> list[int]:
    """The days after joining on which a preset may change its mind, as their rules have them."""
    found = {day for presets in DECIDED.values() for each in presets for day in _turns(each.rule.condition)}
    return sorted(found)


def _turns(condition: Condition) -> set[int]:
    match condition:
        case AllOf() | AnyOf():
            return {day for part in condition.parts for day in _turns(part)}
        case Not():
            return _turns(condition.condition)
        case Aged(days_min=least, days_max=most):
            return {day for day in (least, None if most is None else most + 1) if day is not None}
    return set()
