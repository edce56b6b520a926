"""What rules mean: what is unknown, which days count, how SQL is written, and which clause fails."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from siyu.rules import MEMBER_FEATURES, Rule, RuleClock, SqlWriter, compile_rule
from tests.siyu.rules.rule_makers import NOON

SHANGHAI = RuleClock(NOON, ZoneInfo("Asia/Shanghai"))
HOUR = timedelta(hours=1)


def row_of(**known: object) -> tuple[object, ...]:
    """A member of whom nothing else is known; by the last part of a column's name."""
    row: list[object] = [None] * len(MEMBER_FEATURES.columns)
    for name, value in known.items():
        [place] = [n for n, column in enumerate(MEMBER_FEATURES.columns) if column.partition(".")[2] == name]
        row[place] = value
    return tuple(row)


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("member.orders > 1", None),
        ("!(member.orders > 1)", None),
        ("member.orders > 1 || member.tier == 'gold'", True),
        ("member.orders > 1 && member.tier == 'gold'", None),
        ("member.orders > 1 && member.tier == 'silver'", False),
        ("member.orders == 1 || member.tier == 'silver'", None),
        ("is_set(member.orders)", False),
        ("is_set(member.tier) && !is_set(member.stage)", True),
        ("member.stage in member.tags", None),
        ("'x' in member.groups", None),
        ("member.tier in ['silver', 'gold']", True),
        ("'vip' in member.tags && size(member.tags) == 2", True),
        ("member.tier.startsWith('go')", True),
    ],
)
def test_what_is_not_known_is_neither_true_nor_false(text: str, holds: bool | None) -> None:
    row = row_of(tier="gold", tags=["vip", "mum"])

    assert compile_rule(text).answer(row, SHANGHAI) is holds
    assert compile_rule(text).holds_for(row, SHANGHAI) is (holds is True)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("member.joined_days == 0", 0, 0),
        ("member.joined_days <= 7", -2, 7),
        ("member.joined_days < 7", -2, 6),
        ("member.joined_days > 7", 8, 12),
        ("7 <= member.joined_days", 7, 12),
        ("!(member.joined_days != 3)", 3, 3),
        ("member.joined_days in [3]", 3, 3),
    ],
)
@pytest.mark.parametrize("zone", ["Asia/Shanghai", "America/New_York", "Pacific/Apia"])
def test_days_are_the_calendar_days_of_the_shop(text: str, first: int, last: int, zone: str) -> None:
    # Two days before New York's clocks went forward, and some before and after.
    clock, rule = RuleClock(NOON, ZoneInfo(zone)), compile_rule(text)
    for days in range(-2, 13):
        start = clock.midnight(days)
        for moment in (start, start + HOUR, clock.midnight(days - 1) - timedelta(microseconds=1)):
            joined_at = moment.astimezone(UTC)
            assert clock.days_since(joined_at) == days
            assert rule.holds_for(row_of(joined_at=joined_at), clock) is (first <= days <= last), (days, joined_at)


@pytest.mark.parametrize(
    ("text", "condition", "parameters"),
    [
        ("member.orders >= 3", "(f.orders >= $1::bigint)", [3]),
        ("3 <= member.orders", "(f.orders >= $1::bigint)", [3]),
        ("'vip' in member.tags", "(m.tags @> ARRAY[$1::text])", ["vip"]),
        ("member.tier in ['a', 'b']", "(m.tier = ANY($1::text[]))", [["a", "b"]]),
        ("member.joined_days <= 7", "(f.joined_at >= $1::timestamptz)", [datetime(2026, 3, 2, 16, tzinfo=UTC)]),
        ("member.joined_at < now - duration('1h30m')", "(f.joined_at < $1::timestamptz)", [NOON - 1.5 * HOUR]),
        ("!(is_set(member.tier) || true)", "(NOT ((m.tier IS NOT NULL) OR true))", []),
    ],
)
def test_sql_is_written_so_that_indexes_serve_it(text: str, condition: str, parameters: list[object]) -> None:
    writer = SqlWriter(SHANGHAI)

    assert writer.condition(compile_rule(text).condition) == condition
    assert writer.parameters == parameters


def test_no_text_of_a_rule_becomes_text_of_a_statement() -> None:
    hostile = "'; DROP TABLE member; --"
    writer = SqlWriter(SHANGHAI, ["before"])

    condition = writer.condition(compile_rule(f'member.tier == "{hostile}" || "{hostile}" in member.tags').condition)

    assert "DROP" not in condition
    assert writer.parameters == ["before", hostile, hostile]
    assert "$2::text" in condition


def test_the_clauses_tell_which_of_them_fails_and_what_was_known() -> None:
    rule = compile_rule(
        "member.orders >= 3 && (member.tier == 'gold' || 'vip' in member.tags) && member.joined_days < 9"
    )

    clauses = rule.explain(row_of(orders=2, tags=["vip"], joined_at=NOON - 49 * HOUR), SHANGHAI)

    assert [(clause.text, clause.depth, clause.holds) for clause in clauses] == [
        ("member.orders >= 3", 0, False),
        ("member.tier == 'gold' || 'vip' in member.tags", 0, True),
        ("member.tier == 'gold'", 1, None),
        ("'vip' in member.tags", 1, True),
        ("member.joined_days < 9", 0, True),
    ]
    assert [clause.known for clause in clauses][::4] == [{"member.orders": 2}, {"member.joined_days": 2}]
    assert clauses[1].known == {"member.tier": None, "member.tags": ["vip"]}


def test_a_negated_whole_is_explained_by_its_parts() -> None:
    rule = compile_rule("!(member.orders >= 3 || member.is_invited)")

    clauses = rule.explain(row_of(orders=2, is_invited=True), SHANGHAI)

    assert [(clause.depth, clause.holds) for clause in clauses] == [(0, False), (1, True), (2, False), (2, True)]


def test_the_same_text_is_compiled_once() -> None:
    assert compile_rule("member.orders > 4_1".replace("_", "")) is compile_rule("member.orders > 41")


def test_a_rule_names_the_features_that_it_reads_each_once() -> None:
    rule: Rule = compile_rule("member.tier in member.tags || size(member.tags) > 1 && !member.is_invited")

    assert [feature.name for feature in rule.features] == ["member.tier", "member.tags", "member.is_invited"]


def test_every_feature_is_told_in_both_languages() -> None:
    for feature in MEMBER_FEATURES.by_name.values():
        assert feature.name.startswith("member.")
        assert feature.title.zh
        assert feature.title.en
