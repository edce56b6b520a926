"""A resolver is given by a plan what it is given by graphql-core and strawberry, however its arguments are written."""

from copy import deepcopy
from datetime import datetime
from typing import Any

import pytest
import strawberry
from graphql import ExecutionResult, execute_sync, parse, validate
from strawberry.scalars import JSON

from api.executor import PlanCounts
from api.executor.documents import Plans
from tests.api.executor.world import Colour, Wish


@strawberry.type
class Query:
    """Where it begins."""

    @strawberry.field
    def plain(
        self,
        number: int,
        share: float = 0.5,
        text: str | None = "none given",
        colour: Colour = Colour.RED,
        at: datetime | None = None,
        sure: bool | None = strawberry.UNSET,
    ) -> str:
        """Scalars and enums."""
        return repr((number, share, text, colour, at, sure))

    @strawberry.field
    def mixed(
        self,
        data: JSON | None = None,
        numbers: list[int] | None = None,
        wish: Wish | None = None,
        maybe: strawberry.Maybe[int | None] = None,
    ) -> str:
        """What is converted for each call; the resolver does with it as it likes."""
        seen = repr((data, numbers, wish, maybe))
        for own in (data, numbers, wish and wish.colours):
            if isinstance(own, list):
                own.append("left by a call before")  # type: ignore[arg-type]
        return seen


SCHEMA = strawberry.Schema(Query)._schema
ALL_PLAIN = (
    "query ($number: Int!, $share: Float! = 1, $text: String, $colour: Colour! = GREEN, $at: DateTime, $sure: Boolean)"
    " { plain(number: $number, share: $share, text: $text, colour: $colour, at: $at, sure: $sure) }"
)
MIXED = (
    "query ($data: JSON, $numbers: [Int!], $wish: Wish, $maybe: Int)"
    " { mixed(data: $data, numbers: $numbers, wish: $wish, maybe: $maybe) }"
)


@pytest.mark.parametrize(
    ("text", "variables"),
    [
        ("{ plain(number: 1) }", {}),
        ('{ plain(number: 1, share: 2, text: "x", colour: GREEN, at: "2026-01-01T08:00:00+08:00", sure: false) }', {}),
        ("{ plain(number: 1, text: null, sure: null) }", {}),
        (ALL_PLAIN, {"number": 1}),
        (ALL_PLAIN, {"number": 0, "share": 0, "text": "", "colour": "RED", "at": "2026-01-01T00:00:00Z", "sure": True}),
        (ALL_PLAIN, {"number": 1, "text": None, "sure": None, "at": None}),
        ("query ($number: Int = 4) { plain(number: $number) }", {}),
        ("query ($number: Int = 4) { plain(number: $number) }", {"number": None}),
        ("query ($share: Float) { plain(number: 1, share: $share) }", {"share": None}),
        ("query ($n: Int!) { a: plain(number: $n) b: plain(number: 2, text: null) }", {"n": 3}),
        ("{ mixed }", {}),
        ("{ mixed(data: {a: [1]}, numbers: [1, 2], wish: {colours: []}, maybe: 5) }", {}),
        ("{ mixed(data: [1], numbers: 7, wish: {}, maybe: null) }", {}),
        ("query ($n: Int!) { mixed(numbers: [1, $n], data: [$n], wish: {size: $n}) }", {"n": 3}),
        (MIXED, {}),
        (MIXED, {"data": [1], "numbers": [1], "wish": {"colours": ["RED"]}, "maybe": 5}),
        (MIXED, {"data": True, "numbers": None, "wish": None, "maybe": None}),
    ],
)
async def test_a_plan_gives_what_graphql_core_gives_the_second_time_too(text: str, variables: dict[str, Any]) -> None:
    document = parse(text)
    assert validate(SCHEMA, document) == []
    plans = Plans(SCHEMA, PlanCounts())

    for _ in range(2):
        expected = told(execute_sync(SCHEMA, parse(text), variable_values=deepcopy(variables)))
        assert told(await plans.run(text, document, None, deepcopy(variables), None, None)) == expected


async def test_one_plan_serves_other_values_of_its_variables() -> None:
    document = parse(ALL_PLAIN)
    plans = Plans(SCHEMA, PlanCounts())

    for variables in ({"number": 1}, {"number": 2, "text": "x"}, {"number": 3, "text": None}, {"number": 4}):
        expected = told(execute_sync(SCHEMA, document, variable_values=variables))
        assert told(await plans.run(ALL_PLAIN, document, None, variables, None, None)) == expected


def told(result: ExecutionResult | None) -> Any:
    """An answer as it goes out; there is one, since every document here has a plan."""
    assert isinstance(result, ExecutionResult)
    return result.formatted
