"""An audience ready to be asked: its rule compiled once a revision, and asked of what is known of a member."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from siyu.rules import Rule, RuleClock, compile_rule
from siyu.rules.closures import Answer, Row
from siyu.rules.explaining import demands_of
from siyu.rules.known import LIVE_COLUMNS, row_of
from siyu.sdk import Audience, Features


class Demand(NamedTuple):
    """A part of the rule that must be true for the rule to hold, as the operator wrote it."""

    text: str
    answer: Answer


@dataclass(frozen=True, slots=True)
class LiveAudience:
    """`needs_row`: the rule asks what only the worker keeps of members, so that their rows have to be read."""

    rule: Rule
    demands: Sequence[Demand]
    needs_row: bool

    def lacks(self, features: Features, kept: Row | None, at: datetime, zone: ZoneInfo) -> Mapping[str, Any] | None:
        """Which of its demands a member does not meet at a moment; None for one who is in the audience.

        `kept` is the member's row as the worker left it; None where it was not read, or there is none.
        """
        row, clock = row_of(features, kept), RuleClock(at, zone)
        if self.rule.holds_for(row, clock):
            return None
        return {"rule": [demand.text for demand in self.demands if demand.answer(row, clock) is not True]}


def live_audience(audience: Audience) -> LiveAudience:
    """The audience to decide by. Raises BadRule."""
    rule = compile_rule(audience.rule)
    demands = [Demand(text, answer) for text, answer in demands_of(rule.text, rule.condition, rule.feature_set)]
    return LiveAudience(rule, demands, any(feature.column not in LIVE_COLUMNS for feature in rule.features))
