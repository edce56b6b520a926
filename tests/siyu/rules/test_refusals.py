"""What is no rule is refused with its place, and with what may have been meant."""

import pytest

from siyu.rules import BadRule, RuleCode, compile_rule, rule_problems
from siyu.rules.parser import DEPTH_MAX, LIST_ITEMS_MAX, NODES_MAX, RULE_LENGTH_MAX
from siyu.rules.tokens import TEXT_LENGTH_MAX

# A text, and where it is wrong: line, column and code of its first problem.
REFUSED = [
    ("", 1, 1, RuleCode.SYNTAX),
    ("  // nothing but a remark", 1, 26, RuleCode.SYNTAX),
    ("member.orders >", 1, 16, RuleCode.SYNTAX),
    ("member.orders > 1 &&", 1, 21, RuleCode.SYNTAX),
    ("&& member.is_invited", 1, 1, RuleCode.SYNTAX),
    ("(member.orders > 1", 1, 19, RuleCode.SYNTAX),
    ("member.orders > 1)", 1, 18, RuleCode.SYNTAX),
    ("member.orders > 1 2", 1, 19, RuleCode.SYNTAX),
    ("member.orders = 1", 1, 15, RuleCode.SYNTAX),
    ("member.is_invited & true", 1, 19, RuleCode.SYNTAX),
    ("member.is_invited @ true", 1, 19, RuleCode.SYNTAX),
    ('member.tier == "gold', 1, 16, RuleCode.SYNTAX),
    ('member.tier == "go\nld"', 1, 16, RuleCode.SYNTAX),
    (r'member.tier == "\q"', 1, 17, RuleCode.SYNTAX),
    ("member.in", 1, 8, RuleCode.SYNTAX),
    ("while > 1", 1, 1, RuleCode.SYNTAX),
    ("size(member.tags,) > 1", 1, 18, RuleCode.SYNTAX),
    ("member.orders >\n\n  'x' &&\n member.tiers == 'gold'", 1, 15, RuleCode.TYPE),
    ("member.orders > 1\n  && member.tiers == 'gold'", 2, 6, RuleCode.UNKNOWN_FIELD),
    ("'会员' in member.tag", 1, 9, RuleCode.UNKNOWN_FIELD),
    ("tier == 'gold'", 1, 1, RuleCode.UNKNOWN_FIELD),
    ("is_known(member.tier)", 1, 1, RuleCode.UNKNOWN_FUNCTION),
    ("member.orders == '3'", 1, 15, RuleCode.TYPE),
    ("member.tier == 3", 1, 13, RuleCode.TYPE),
    ("member.joined_at > 3", 1, 18, RuleCode.TYPE),
    ("member.is_invited == 1", 1, 19, RuleCode.TYPE),
    ("member.orders", 1, 1, RuleCode.TYPE),
    ("now", 1, 1, RuleCode.TYPE),
    ("!member.orders", 1, 2, RuleCode.TYPE),
    ("(member.is_invited && true) == true", 1, 2, RuleCode.TYPE),
    ("size(member.tier) > 1", 1, 6, RuleCode.TYPE),
    ("size() > 1", 1, 1, RuleCode.TYPE),
    ("is_set(now)", 1, 8, RuleCode.TYPE),
    ("is_set('gold')", 1, 8, RuleCode.TYPE),
    ("is_set(member.tier) == true", 1, 1, RuleCode.TYPE),
    ("1 in member.tags", 1, 1, RuleCode.TYPE),
    ("'gold' in member.tier", 1, 11, RuleCode.TYPE),
    ("member.orders in ['a']", 1, 19, RuleCode.TYPE),
    ("member.tier in [member.stage]", 1, 17, RuleCode.TYPE),
    ("member.tags.startsWith('a')", 1, 1, RuleCode.TYPE),
    ("member.tier.startsWith(member.stage)", 1, 24, RuleCode.TYPE),
    ("[1, 2] == [1, 2]", 1, 1, RuleCode.TYPE),
    ("member.joined_at > timestamp(3)", 1, 30, RuleCode.TYPE),
    ("member.joined_at < now - duration('5ms')", 1, 26, RuleCode.VALUE),
    ("member.joined_at < now - duration('-1h')", 1, 26, RuleCode.VALUE),
    ("member.joined_at < now - duration('')", 1, 26, RuleCode.VALUE),
    ("member.joined_at < now - duration('1.5h')", 1, 26, RuleCode.VALUE),
    ("member.joined_at < now - duration('876001h')", 1, 26, RuleCode.VALUE),
    ("member.joined_at < timestamp('2026-02-30T00:00:00Z')", 1, 20, RuleCode.VALUE),
    ("member.joined_at < timestamp('2026-01-31')", 1, 20, RuleCode.VALUE),
    ("member.joined_at < timestamp('2026-01-31T00:00:00')", 1, 20, RuleCode.VALUE),
    ("member.joined_at < timestamp('0001-01-31T00:00:00Z')", 1, 20, RuleCode.VALUE),
    ("member.orders > 9223372036854775808", 1, 17, RuleCode.VALUE),
    ("member.orders > -9223372036854775809", 1, 17, RuleCode.VALUE),
    ("member.orders > 0xFFFFFFFFFFFFFFFFF", 1, 17, RuleCode.VALUE),
    (r'member.tier == "\u0000"', 1, 16, RuleCode.VALUE),
    (r'member.tier == "\ud800"', 1, 16, RuleCode.VALUE),
    (r'member.tier == "\U00110000"', 1, 16, RuleCode.VALUE),
    ("has(member.tier)", 1, 1, RuleCode.NOT_ALLOWED),
    ("member.tier == null", 1, 16, RuleCode.NOT_ALLOWED),
    ("member.spend_fen > 10.5", 1, 20, RuleCode.NOT_ALLOWED),
    ("member.spend_fen > 1e3", 1, 20, RuleCode.NOT_ALLOWED),
    ("member.spend_fen > 10u", 1, 20, RuleCode.NOT_ALLOWED),
    ("member.orders + 1 > 2", 1, 15, RuleCode.NOT_ALLOWED),
    ("member.orders * 2 > 2", 1, 15, RuleCode.NOT_ALLOWED),
    ("member.orders / 2 > 2", 1, 15, RuleCode.NOT_ALLOWED),
    ("member.orders % 2 == 0", 1, 15, RuleCode.NOT_ALLOWED),
    ("member.orders - 1 > 2", 1, 15, RuleCode.NOT_ALLOWED),
    ("-member.orders > 2", 1, 1, RuleCode.NOT_ALLOWED),
    ("now - member.joined_at > duration('1h')", 1, 5, RuleCode.NOT_ALLOWED),
    ("member.joined_at + duration('1h') > now", 1, 18, RuleCode.NOT_ALLOWED),
    ("member.joined_at > duration('1h')", 1, 20, RuleCode.NOT_ALLOWED),
    ("member.is_invited ? true : false", 1, 19, RuleCode.NOT_ALLOWED),
    ("1 < member.orders < 3", 1, 19, RuleCode.NOT_ALLOWED),
    ("1 == 1", 1, 3, RuleCode.NOT_ALLOWED),
    ("now > timestamp('2026-01-31T00:00:00Z')", 1, 5, RuleCode.NOT_ALLOWED),
    ("member.tier < 'gold'", 1, 13, RuleCode.NOT_ALLOWED),
    ("member.is_invited > false", 1, 19, RuleCode.NOT_ALLOWED),
    ("member.tags == member.groups", 1, 13, RuleCode.NOT_ALLOWED),
    ("member.tier in []", 1, 16, RuleCode.NOT_ALLOWED),
    ("'gold' in ['gold']", 1, 1, RuleCode.NOT_ALLOWED),
    ("member.joined_at in [now]", 1, 1, RuleCode.NOT_ALLOWED),
    ("member.tier.matches('(a+)+$')", 1, 13, RuleCode.NOT_ALLOWED),
    ("member.tags.exists(tag, tag == 'vip')", 1, 13, RuleCode.NOT_ALLOWED),
    ("member.tags[0] == 'vip'", 1, 12, RuleCode.NOT_ALLOWED),
    ("{'a': 1} == {'a': 1}", 1, 1, RuleCode.NOT_ALLOWED),
    ("member.tags.size() > 1", 1, 13, RuleCode.NOT_ALLOWED),
    ("startsWith(member.tier, 'a')", 1, 1, RuleCode.NOT_ALLOWED),
    ("member.tier == r'gold'", 1, 16, RuleCode.NOT_ALLOWED),
    ("member.tier == b'gold'", 1, 16, RuleCode.NOT_ALLOWED),
    ("member.tier == '''gold'''", 1, 16, RuleCode.NOT_ALLOWED),
    ("'a'.b == 'c'", 1, 5, RuleCode.NOT_ALLOWED),
    (" " * (RULE_LENGTH_MAX + 1), 1, RULE_LENGTH_MAX + 1, RuleCode.TOO_LONG),
    ("true" + " || true" * (NODES_MAX // 2), 1, 6 + 8 * (NODES_MAX // 2 - 1) + 3, RuleCode.TOO_LONG),
    (f"member.orders in [{', '.join(['1'] * (LIST_ITEMS_MAX + 1))}]", 1, 18, RuleCode.TOO_LONG),
    (f"member.tier == '{'x' * (TEXT_LENGTH_MAX + 1)}'", 1, 16, RuleCode.TOO_LONG),
    ("(" * (DEPTH_MAX + 1) + "true" + ")" * (DEPTH_MAX + 1), 1, DEPTH_MAX + 1, RuleCode.TOO_DEEP),
    ("!" * (DEPTH_MAX + 1) + "true", 1, DEPTH_MAX + 1, RuleCode.TOO_DEEP),
    ("f(" * 1_000, 1, 2 * DEPTH_MAX + 2, RuleCode.TOO_DEEP),
    ("[" * 1_000, 1, DEPTH_MAX + 1, RuleCode.TOO_DEEP),
]


@pytest.mark.parametrize(("text", "line", "column", "code"), REFUSED, ids=[str(n) for n in range(len(REFUSED))])
def test_what_is_no_rule_is_refused_with_its_place(text: str, line: int, column: int, code: RuleCode) -> None:
    first = rule_problems(text)[0]

    assert (first.line, first.column, first.code) == (line, column, code)
    assert first.text.zh
    assert first.text.en


@pytest.mark.parametrize(
    "text",
    [
        " ".join(["true"] + ["|| true"] * (NODES_MAX // 2 - 1)),
        "(" * DEPTH_MAX + "true" + ")" * DEPTH_MAX,
        "!" * DEPTH_MAX + "true",
        f"member.orders in [{', '.join(['1'] * LIST_ITEMS_MAX)}]",
        f"member.tier == '{'x' * TEXT_LENGTH_MAX}'",
        "member.orders > -9223372036854775808 && member.orders < 9223372036854775807",
        "member.joined_at < now - duration('876000h')",
        "true // remarks are read over",
    ],
)
def test_what_is_just_within_its_bounds_is_a_rule(text: str) -> None:
    assert rule_problems(text) == ()


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("member.teir == 'gold'", "member.tier"),
        ("tier == 'gold'", "member.tier"),
        ("member.spent_30d_fen > 1", "member.spend_30d_fen"),
        ("member.order_30d > 1", "member.orders_30d"),
        ("isset(member.tier)", "is_set"),
        ("member.tier.startswith('g')", "startsWith"),
        ("has(member.tier)", "is_set"),
        ("member.orders = 1", "=="),
        ("member.weather == 'fine'", None),
    ],
)
def test_what_may_have_been_meant_is_suggested(text: str, meant: str | None) -> None:
    [problem] = rule_problems(text)

    assert problem.suggestion == meant
    assert meant is None or meant in problem.text.en


def test_everything_wrong_with_names_and_types_is_told_at_once_and_in_order() -> None:
    problems = rule_problems("member.teir == 'a' &&\n(member.orders > 'b' || !member.orders) &&\n foo(1)")

    assert [(problem.line, problem.column) for problem in problems] == [(1, 1), (2, 16), (2, 26), (3, 2)]


def test_no_more_is_told_than_somebody_reads() -> None:
    assert len(rule_problems(" && ".join(["member.x > 1"] * 50))) == 16


def test_a_bad_rule_is_an_input_that_its_writer_can_mend() -> None:
    with pytest.raises(BadRule) as caught:
        compile_rule("member.orders >\n 'x'")

    [problem] = caught.value.problems
    assert (problem.path, problem.code) == (("rule",), "RULE_TYPE")
    assert problem.text is not None
    assert (problem.text.en, problem.text.zh) == (
        "line 1, column 15: int does not compare with string",
        "第 1 行第 15 列：int 不能与 string 比较",
    )
