"""Whatever is typed is a rule or is refused; and what is a rule to siyu is one to CEL."""

from cel_expr_python import cel
from hypothesis import given, settings
from hypothesis import strategies as st

from siyu.rules import MEMBER_FEATURES, rule_problems
from tests.siyu.rules.test_agreement import cel_environment

ENVIRONMENT = cel_environment()
PIECES = (
    *("member.tier", "member.orders", "member.tags", "member.joined_at", "member.joined_days", "member.is_invited"),
    *("now", "duration('1h')", "timestamp('2026-01-31T08:00:00Z')", "size(member.groups)", "member.stage"),
    *("1", "-2", "- 3", "0x1F", "007", "1.5", "2u", "'a'", '"b\\n"', "''", '"""', "r'x'", "true", "false", "null"),
    *("&&", "||", "!", "==", "!=", "<", "<=", ">", ">=", "in", "-", "+", "?", ":"),
    *("(", ")", "[", "]", ",", ".", "{", "}", "['a', 'b']", "[1, 2,]", "// x\n", "\n", "has(member.tier)"),
    *(".startsWith('a')", "&& true", "|| member.orders > 1", "tiers", "size", "startsWith"),
)


def said_by_cel(text: str) -> cel.Type:
    """The type that CEL finds. Raises RuntimeError for what is no expression to it."""
    return ENVIRONMENT.compile(text).return_type()


@settings(deadline=None, max_examples=400)
@given(st.text(st.characters(codec=None), max_size=60))
def test_any_text_is_a_rule_or_refused_with_a_place_within_it(text: str) -> None:
    for problem in rule_problems(text):
        lines = text.split("\n")
        assert 1 <= problem.line <= len(lines)
        assert 1 <= problem.column <= len(lines[problem.line - 1]) + 1


@settings(deadline=None, max_examples=400)
@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=9), st.sampled_from(["", " "]))
def test_what_is_a_rule_to_siyu_is_a_condition_to_cel(pieces: list[str], between: str) -> None:
    text = between.join(pieces)

    if not rule_problems(text):
        assert said_by_cel(text) == cel.Type.BOOL, text


def test_the_pieces_make_enough_rules_to_show_something() -> None:
    comparisons = [
        f"{left} {sign} {right}"
        for left in PIECES[:16]
        for sign in ("==", "<", ">=", "in")
        for right in PIECES
        if not rule_problems(f"{left} {sign} {right}")
    ]

    assert len(comparisons) > 100
    for text in comparisons:
        assert said_by_cel(text) == cel.Type.BOOL, text


def test_a_name_of_siyus_own_is_what_cel_is_told_of() -> None:
    assert all(said_by_cel(f"{name} == {name}") == cel.Type.BOOL for name in MEMBER_FEATURES.by_name)
