"""A rule is one thing: Python, PostgreSQL and CEL's own implementation say the same of every member."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from random import Random
from zoneinfo import ZoneInfo

import pytest
from cel_expr_python import cel

from siyu.db import Connection, Pool, append_rows
from siyu.rules import MEMBER_FEATURES, Rule, RuleClock, SqlWriter, ValueType, compile_rule
from tests.siyu.rules.rule_makers import NOON, RuleMaker, known_values, random_rows

MEMBERS = 500
RULES = 2_000
RULES_OF_A_STATEMENT = 20
POSTGRES_TYPES = {
    ValueType.INT: "bigint",
    ValueType.STRING: "text",
    ValueType.BOOL: "boolean",
    ValueType.TIMESTAMP: "timestamptz",
    ValueType.STRINGS: "text[]",
}
CEL_TYPES = {
    ValueType.INT: cel.Type.INT,
    ValueType.STRING: cel.Type.STRING,
    ValueType.BOOL: cel.Type.BOOL,
    ValueType.TIMESTAMP: cel.Type.TIMESTAMP,
    ValueType.STRINGS: cel.Type.List(cel.Type.STRING),
}
# For each member in turn: true, false, or unknown.
Answers = Sequence[bool | None]


@asynccontextmanager
async def tables_with(pool: Pool, rows: Sequence[tuple[object, ...]]) -> AsyncIterator[Connection]:
    """A connection with a table of members `m` and one of features `f`, without the checks of the real ones."""
    types = {feature.column: feature.type for feature in MEMBER_FEATURES.by_name.values() if not feature.counts_days}
    async with pool.acquire() as connection:
        for table in "mf":
            columns = [column for column in MEMBER_FEATURES.columns if column.startswith(f"{table}.")]
            places = [MEMBER_FEATURES.columns.index(column) for column in columns]
            names = [column.partition(".")[2] for column in columns]
            declared = ", ".join(
                f"{name} {POSTGRES_TYPES[types[column]]}" for name, column in zip(names, columns, strict=True)
            )
            await connection.execute(f"CREATE TEMPORARY TABLE some_{table} (place int, {declared})")
            kept = [(place, *(row[column] for column in places)) for place, row in enumerate(rows)]
            await append_rows(connection, f"some_{table}", ("place", *names), kept)
        try:
            yield connection
        finally:
            await connection.execute("DROP TABLE some_m, some_f")


async def asked_in_sql(
    connection: Connection, rules: Sequence[Rule], clock: RuleClock, members: int
) -> list[list[bool | None]]:
    """What PostgreSQL says: true and false apart, so that unknown is told from both."""
    writer = SqlWriter(clock)
    conditions = [writer.condition(rule.condition) for rule in rules]
    asked = ", ".join(
        f"array_agg(place) FILTER (WHERE {text}), array_agg(place) FILTER (WHERE NOT {text})" for text in conditions
    )
    found = await connection.fetchrow(f"SELECT {asked} FROM some_m m JOIN some_f f USING (place)", *writer.parameters)
    assert found is not None
    answers: list[list[bool | None]] = []
    for number in range(len(rules)):
        answer: list[bool | None] = [None] * members
        for holds, places in ((True, found[2 * number]), (False, found[2 * number + 1])):
            for place in places or ():
                answer[place] = holds
        answers.append(answer)
    return answers


def cel_environment() -> cel.Env:
    """CEL as its own team implements it, knowing our features."""
    types: Mapping[str, cel.Type] = {
        feature.name: CEL_TYPES[feature.type] for feature in MEMBER_FEATURES.by_name.values()
    }
    return cel.NewEnv(variables={**types, "now": cel.Type.TIMESTAMP})


def asked_in_cel(environment: cel.Env, text: str, activations: Iterable[cel.Activation]) -> list[bool | None]:
    """What CEL says; to it what is not known of a member is an error, which `&&` and `||` may absorb."""
    expression = environment.compile(text)
    values = [expression.eval(activation) for activation in activations]
    return [value.value() if value.type() == cel.Type.BOOL else None for value in values]


async def agree(pool: Pool, seed: int, rules: int, zone: str) -> int:
    """Ask random rules in all three ways; how many of the answers were unknown, true and false alike for some."""
    random = Random(seed)  # noqa: S311 - rules, not secrets
    clock, rows = RuleClock(NOON, ZoneInfo(zone)), random_rows(MEMBERS, random)
    maker, environment = RuleMaker(random), cel_environment()
    activations = [environment.Activation({**known_values(row, clock), "now": NOON}) for row in rows]
    made = [compile_rule(maker.rule()) for _ in range(rules)]
    telling = 0
    async with tables_with(pool, rows) as connection:
        for start in range(0, rules, RULES_OF_A_STATEMENT):
            some = made[start : start + RULES_OF_A_STATEMENT]
            for rule, in_sql in zip(some, await asked_in_sql(connection, some, clock, MEMBERS), strict=True):
                in_python = [rule.answer(row, clock) for row in rows]
                where = f"seed {seed}, {zone}: {rule.text}"
                assert in_python == in_sql, where
                if "is_set" not in rule.text:
                    assert in_python == asked_in_cel(environment, rule.text, activations), where
                telling += len(set(in_python)) == 3
    return telling


async def test_python_sql_and_cel_say_the_same_of_500_members_by_2_000_rules(pool: Pool) -> None:
    telling = await agree(pool, 20_261_122, RULES, "Asia/Shanghai")

    # Rules that are true for some, false for others and unknown for others still: else this shows little.
    assert telling > RULES / 3


@pytest.mark.prove
@pytest.mark.parametrize("zone", ["Asia/Shanghai", "America/New_York", "Pacific/Apia", "Asia/Kathmandu", "UTC"])
@pytest.mark.parametrize("seed", range(4))
async def test_they_say_the_same_by_many_more_rules_in_other_zones(pool: Pool, seed: int, zone: str) -> None:
    assert await agree(pool, seed, RULES, zone) > RULES / 3
