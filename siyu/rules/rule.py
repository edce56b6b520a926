"""A rule as it is used: its text, checked, ready to be asked in Python and in SQL."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from siyu.rules.checking import check
from siyu.rules.clock import RuleClock
from siyu.rules.closures import Answer, Row, answer_of
from siyu.rules.explaining import Clause, clauses_of
from siyu.rules.features import MEMBER_FEATURES, Feature, FeatureSet
from siyu.rules.parser import parse
from siyu.rules.problems import BadRule, RuleProblem
from siyu.rules.tree import Condition, features_of

# More than a shop has, segments, audiences and tiers together.
RULES_KEPT_MAX = 1_024


@dataclass(frozen=True)
class Rule:
    """A checked rule over a set of features. It holds for a member for whom it is true; unknown is not true."""

    text: str
    condition: Condition
    feature_set: FeatureSet
    answer: Answer = field(init=False, repr=False)
    features: Sequence[Feature] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "answer", answer_of(self.condition, self.feature_set))
        object.__setattr__(self, "features", tuple(dict.fromkeys(features_of(self.condition))))

    def holds_for(self, row: Row, clock: RuleClock) -> bool:
        """Whether the member with these columns, in the feature set's order, is one of those meant."""
        return self.answer(row, clock) is True

    def explain(self, row: Row, clock: RuleClock) -> Sequence[Clause]:
        """What has to be true for the rule to hold, each with what it comes to for this member."""
        return clauses_of(self.text, self.condition, self.feature_set, row, clock)


@lru_cache(RULES_KEPT_MAX)
def compile_rule(text: str, features: FeatureSet = MEMBER_FEATURES) -> Rule:
    """The rule of the text. Raises BadRule with everything that is wrong and where."""
    return Rule(text, check(parse(text), text, features), features)


def rule_problems(text: str, features: FeatureSet = MEMBER_FEATURES) -> Sequence[RuleProblem]:
    """What is wrong with the text; nothing where it is a rule."""
    try:
        compile_rule(text, features)
    except BadRule as bad:
        return bad.rule_problems
    return ()
