"""What a tier asks for, written as a rule: bounds of what its ladder measures, day by day and for ever exact."""

from collections.abc import Iterator
from typing import NamedTuple

from siyu.rules import Feature, FeatureSet, RuleCode, ValueType, compile_rule
from siyu.rules.problems import BadRule, bad_at
from siyu.rules.tree import AllOf, AnyOf, Compare, Condition, Literal, Read
from siyu.sdk import Text

WINDOW_DAYS_MAX = 366
# A hundred billion yuan, or as many points of growth: far below what a sum of bigint columns holds.
AT_LEAST_MAX = 10**13
INTERACTIONS = "interactions"


class Bound(NamedTuple):
    """So much of a measure at least; `days` is the window of interactions."""

    measure: str
    at_least: int
    days: int | None


def _feature(name: str, measure: str, zh: str, en: str) -> Feature:
    return Feature(f"member.{name}", ValueType.INT, f"t.{measure}", Text(zh=zh, en=en))


# The column names the measure, and of interactions the window too: rules of tiers are read, never asked of a table.
TIER_FEATURES = FeatureSet(
    [
        _feature("spend_fen", "spend_total", "累计消费（分，已减退款）", "spend in fen, without what was paid back"),
        _feature("spend_month_fen", "spend_month", "本月消费（分）", "such spend within a calendar month"),
        _feature("spend_year_fen", "spend_year", "近一年消费（分）", "such spend since the same day a year before"),
        _feature("growth", "growth", "成长值", "growth that was granted and not taken back"),
        *(
            _feature(f"interactions_{days}d", f"{INTERACTIONS}/{days}", f"近 {days} 天互动", f"those of {days} days")
            for days in range(1, WINDOW_DAYS_MAX + 1)
        ),
    ]
)


def bounds_of(text: str) -> tuple[tuple[Bound, ...], tuple[Bound, ...]]:
    """What all of must hold, and what one of must. Raises BadRule with the place.

    A tier has a history: which day it was earned on, again after a refund or late news. That is known of sums by day
    and not of whatever rules may ask, and so only bounds from below are taken, with `||` around one group of them.
    """
    condition = compile_rule(text, TIER_FEATURES).condition
    every: list[Bound] = []
    some: list[Bound] | None = None
    for part in _parts(condition):
        if isinstance(part, AnyOf):
            if some is not None:
                raise _refused(text, part, "只能有一组 ||", "a tier has one group of `||` at most")
            some = [_bound(text, each) for each in part.parts]
        else:
            every.append(_bound(text, part))
    return tuple(every), tuple(some or ())


def _parts(condition: Condition) -> Iterator[Condition]:
    if isinstance(condition, AllOf):
        for part in condition.parts:
            yield from _parts(part)
    else:
        yield condition


def _bound(text: str, condition: Condition) -> Bound:
    match condition:
        case Compare(operator=">=" | ">" as operator, left=Read(feature=feature), right=Literal(value=int() as value)):
            least = value + (operator == ">")
            if not 1 <= least <= AT_LEAST_MAX:
                raise bad_at(text, condition.span[0], RuleCode.VALUE, "须大于 0", f"must be from 1 to {AT_LEAST_MAX}")
            measure, _, days = feature.column.partition(".")[2].partition("/")
            return Bound(measure, least, int(days) if days else None)
    zh, en = "等级的条件只能是下限：>=", "a tier asks for at least so much of something: use `>=`"
    raise _refused(text, condition, zh, en)


def _refused(text: str, condition: Condition, zh: str, en: str) -> BadRule:
    return bad_at(text, condition.span[0], RuleCode.NOT_ALLOWED, zh, en)
