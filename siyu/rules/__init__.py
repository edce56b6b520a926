"""The rule language: a small subset of CEL, checked once, asked of one member in Python or of all of them in SQL."""

from siyu.rules.clock import RuleClock
from siyu.rules.explaining import Clause
from siyu.rules.features import BASE_FEATURES, MEMBER_FEATURES, Feature, FeatureSet, ValueType
from siyu.rules.problems import BadRule, RuleCode, RuleProblem
from siyu.rules.rule import Rule, compile_rule, rule_problems
from siyu.rules.sql import SqlWriter

__all__ = [
    "BASE_FEATURES",
    "MEMBER_FEATURES",
    "BadRule",
    "Clause",
    "Feature",
    "FeatureSet",
    "Rule",
    "RuleClock",
    "RuleCode",
    "RuleProblem",
    "SqlWriter",
    "ValueType",
    "compile_rule",
    "rule_problems",
]
