"""A tier's conditions written as a rule: the same conditions, and a place for everything wrong."""

from typing import Any

import orjson
import pytest

from siyu.errors import InvalidInput
from siyu.rules import BadRule
from siyu.tiers.ladder import Condition, Measure, Tier
from siyu.tiers.live import parse_stored, to_json
from siyu.tiers.reading import checked_ladder
from siyu.tiers.tier_rule import bounds_of

TITLE = {"zh": "等级", "en": "Tier"}


def ladder(rule: str, **others: Any) -> dict[str, Any]:
    """A ladder of two tiers, of which the higher asks for this."""
    return {"tiers": [{"key": "base", "title": TITLE}, {"key": "top", "title": TITLE, "rule": rule, **others}]}


def condition(measure: Measure, at_least: int, days: int | None = None) -> Condition:
    """A condition as a ladder without rules has it."""
    return Condition(measure=measure, at_least=at_least, days=days)


def test_a_rule_is_its_conditions() -> None:
    rule = """
    member.spend_month_fen >= 30000 && member.interactions_30d > 11   // twelve
      && (member.growth >= 5 || member.spend_fen >= 100 || 7 <= member.spend_year_fen)
    """

    top = checked_ladder(ladder(rule), ("config",)).tiers[1]

    assert top.all_of == (condition(Measure.SPEND_MONTH, 30_000), condition(Measure.INTERACTIONS, 12, 30))
    assert top.any_of == (
        condition(Measure.GROWTH, 5),
        condition(Measure.SPEND_TOTAL, 100),
        condition(Measure.SPEND_YEAR, 7),
    )
    assert top.conditions == (*top.all_of, *top.any_of)


def test_a_stored_ladder_keeps_the_rule_and_not_twice_what_it_says() -> None:
    given = checked_ladder(ladder("member.growth >= 5"), ("config",))

    stored = to_json(given)

    assert orjson.loads(stored)["tiers"][1] == {"key": "top", "title": TITLE, "rule": "member.growth >= 5"}
    assert parse_stored(stored) == given
    assert Tier.model_validate_json(given.tiers[1].model_dump_json()) == given.tiers[1]


@pytest.mark.parametrize(
    ("rule", "code", "line", "column"),
    [
        ("member.grwth >= 5", "RULE_UNKNOWN_FIELD", 1, 1),
        ("member.growth >= 5 &&\n  member.orders >= 1", "RULE_UNKNOWN_FIELD", 2, 3),
        ("member.growth >= 'x'", "RULE_TYPE", 1, 15),
        ("member.growth >=", "RULE_SYNTAX", 1, 17),
        ("member.growth >= 0", "RULE_VALUE", 1, 1),
        ("member.growth < 5", "RULE_NOT_ALLOWED", 1, 1),
        ("true", "RULE_NOT_ALLOWED", 1, 1),
        ("!(member.growth >= 5)", "RULE_NOT_ALLOWED", 1, 1),
        ("member.growth >= member.spend_fen", "RULE_NOT_ALLOWED", 1, 1),
        ("(member.growth >= 5 || member.spend_fen >= 1)\n&& (member.growth >= 6 || true)", "RULE_NOT_ALLOWED", 2, 5),
        ("member.growth >= 5 || (member.growth >= 6 && member.spend_fen >= 1)", "RULE_NOT_ALLOWED", 1, 24),
    ],
)
def test_what_is_no_tier_rule_is_refused_with_its_place(rule: str, code: str, line: int, column: int) -> None:
    with pytest.raises(BadRule) as refused:
        checked_ladder(ladder(rule), ("config",))

    [problem] = refused.value.rule_problems
    assert (problem.code.value, problem.line, problem.column) == (code, line, column)
    assert refused.value.problems[0].path == ("config", "tiers", "1", "rule")


def test_a_rule_goes_without_other_conditions_and_with_eight_of_a_kind_at_most() -> None:
    other = [{"measure": "growth", "at_least": 6}]
    many = " && ".join(f"member.interactions_{days}d >= 1" for days in range(1, 10))

    for config in (ladder("member.growth >= 5", all_of=other), ladder(many)):
        with pytest.raises(InvalidInput):
            checked_ladder(config, ("config",))
    assert len(bounds_of(many)[0]) == 9
