"""Rules: what they can ask, what is wrong with one, and what its clauses come to for a member."""

from datetime import datetime
from enum import Enum

import strawberry

from schema.context import Info
from schema.fields import field
from siyu.rules import MEMBER_FEATURES, BadRule, Clause, Feature, Rule, RuleProblem, ValueType, compile_rule
from siyu.rules.explaining import Known
from siyu.segments.queries import count_members


@strawberry.enum
class RuleValueType(Enum):
    """The types of what rules compare."""

    INT = "int"
    STRING = "string"
    BOOL = "bool"
    TIMESTAMP = "timestamp"
    STRINGS = strawberry.enum_value("list<string>", description="A list of strings.")


@strawberry.type(description="Something that is known of members, which rules can ask.")
class RuleFeature:
    """A feature as a GraphQL object."""

    feature: strawberry.Private[Feature]

    @field("What rules call it, such as `member.spend_30d_fen`.")
    def name(self) -> str:
        return self.feature.name

    @field("The type of its value.")
    def type(self) -> RuleValueType:
        return RuleValueType(self.feature.type.value)

    @field("Whether there are members of whom it is not known; `is_set` asks.")
    def nullable(self) -> bool:
        return self.feature.nullable

    @field("What it is, in your language.")
    def description(self, info: Info) -> str:
        return self.feature.title.in_language(info.context.language)


@strawberry.type(name="RuleProblem", description="One thing wrong with a rule's text.")
class RuleProblemNode:
    """A problem as a GraphQL object."""

    problem: strawberry.Private[RuleProblem]

    @field("`RULE_SYNTAX`, `RULE_UNKNOWN_FIELD`, `RULE_TYPE` and the like; docs/rules.md lists them.")
    def code(self) -> str:
        return self.problem.code.value

    @field("What is wrong, in your language.")
    def message(self, info: Info) -> str:
        return self.problem.text.in_language(info.context.language)

    @field("The line of the text, from 1.")
    def line(self) -> int:
        return self.problem.line

    @field("The character of the line, from 1.")
    def column(self) -> int:
        return self.problem.column

    @field("What may have been meant in its place.")
    def suggestion(self) -> str | None:
        return self.problem.suggestion


@strawberry.type(description="What siyu makes of a rule's text.")
class RuleCheck:
    """A text, checked."""

    text: strawberry.Private[str]
    rule: strawberry.Private[Rule | None]
    found: strawberry.Private[tuple[RuleProblem, ...]]

    @field("Everything wrong with it, in the order of the text; empty for a rule.")
    def problems(self) -> list[RuleProblemNode]:
        return [RuleProblemNode(problem=problem) for problem in self.found]

    @field("What the rule asks of members; empty for what is no rule.")
    def features(self) -> list[RuleFeature]:
        return [RuleFeature(feature=feature) for feature in (self.rule.features if self.rule else ())]

    @field("How many members it holds for now; null for what is no rule.")
    async def count(self, info: Info) -> int | None:
        if self.rule is None:
            return None
        return await count_members(info.context.pool, [self.rule], info.context.rule_clock)


@strawberry.type(description="What a clause read of the member.")
class RuleKnown:
    """A feature and what is known of it."""

    feature: RuleFeature
    value: str | None = strawberry.field(
        description="As rules write it, a list with commas; null where it is not known of the member."
    )


@strawberry.type(description="A part of a rule, and what it comes to for one member.")
class RuleClause:
    """A clause as a GraphQL object."""

    clause: strawberry.Private[Clause]

    @field("The part of the rule's text.")
    def text(self) -> str:
        return self.clause.text

    @field("0 for what must hold for the rule to hold; greater for what the clause before it consists of.")
    def depth(self) -> int:
        return self.clause.depth

    @field("Null where what it asks is not known of the member, which counts as not holding.")
    def holds(self) -> bool | None:
        return self.clause.holds

    @field("What it read of the member.")
    def known(self) -> list[RuleKnown]:
        return [
            RuleKnown(feature=RuleFeature(feature=MEMBER_FEATURES.by_name[name]), value=written(value))
            for name, value in self.clause.known.items()
        ]


def checked(text: str) -> RuleCheck:
    """The text, checked."""
    try:
        return RuleCheck(text=text, rule=compile_rule(text), found=())
    except BadRule as bad:
        return RuleCheck(text=text, rule=None, found=bad.rule_problems)


def written(value: Known) -> str | None:
    """A value as people read it."""
    match value:
        case None:
            return None
        case bool():
            return "true" if value else "false"
        case datetime():
            return value.isoformat().replace("+00:00", "Z")
        case int() | str():
            return str(value)
        case _:
            return ", ".join(value)


assert {each.value for each in RuleValueType} == {each.value for each in ValueType}, "GraphQL knows every type"  # noqa: S101 - an invariant
