"""What is wrong with a rule: where, in which way, and what may have been meant."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from enum import Enum

from siyu.errors import InvalidInput, Problem
from siyu.sdk import Text

# How alike two names must be, from 0 to 1, for one to be suggested instead of the other.
LIKENESS_MIN = 0.6


class RuleCode(Enum):
    """The ways in which a rule can be wrong."""

    SYNTAX = "RULE_SYNTAX"
    UNKNOWN_FIELD = "RULE_UNKNOWN_FIELD"
    UNKNOWN_FUNCTION = "RULE_UNKNOWN_FUNCTION"
    TYPE = "RULE_TYPE"
    VALUE = "RULE_VALUE"
    NOT_ALLOWED = "RULE_NOT_ALLOWED"
    TOO_LONG = "RULE_TOO_LONG"
    TOO_DEEP = "RULE_TOO_DEEP"


@dataclass(frozen=True, slots=True)
class RuleProblem:
    """One thing wrong with a rule's text; `line` and `column` count from 1, the column in characters."""

    code: RuleCode
    text: Text
    line: int
    column: int
    suggestion: str | None = None

    def told(self) -> Text:
        """The sentence with its place."""
        return Text(
            zh=f"第 {self.line} 行第 {self.column} 列：{self.text.zh}",
            en=f"line {self.line}, column {self.column}: {self.text.en}",
        )


class BadRule(InvalidInput):
    """The text is no rule; `rule_problems` says where and why, in the order of the text."""

    def __init__(self, problems: Sequence[RuleProblem], path: tuple[str, ...] = ("rule",)) -> None:
        told = [(problem, problem.told()) for problem in problems]
        super().__init__([Problem(path, text.en, problem.code.value, text) for problem, text in told])
        self.rule_problems = tuple(problems)


def problem_at(
    source: str, offset: int, code: RuleCode, zh: str, en: str, suggestion: str | None = None
) -> RuleProblem:
    """A problem at a place of the source, given in characters from its start."""
    before = source[:offset]
    line = before.count("\n") + 1
    return RuleProblem(code, Text(zh=zh, en=en), line, offset - (before.rfind("\n") + 1) + 1, suggestion)


def bad_at(source: str, offset: int, code: RuleCode, zh: str, en: str, suggestion: str | None = None) -> BadRule:
    """The one problem that ends the reading of a text."""
    return BadRule([problem_at(source, offset, code, zh, en, suggestion)])


def likely(name: str, known: Sequence[str]) -> str | None:
    """The known name whose last part is most like this one's; None where none is like it."""
    by_end = {each.rpartition(".")[2]: each for each in known}
    ends = get_close_matches(name.rpartition(".")[2], list(by_end), n=1, cutoff=LIKENESS_MIN)
    return by_end[ends[0]] if ends else None
