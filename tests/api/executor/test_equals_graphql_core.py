"""What a plan answers is, byte for byte, what graphql-core answers."""

import gc
from collections.abc import Awaitable, Iterator
from random import Random
from typing import Any

import orjson
import pytest
import strawberry
from graphql import ExecutionResult, execute, parse, validate

from api.executor import PlanCounts
from api.executor.documents import Plans
from tests.api.executor.documents import Documents
from tests.api.executor.nulls import nulled
from tests.api.executor.world import Mutation, Other, Query, World

LITERALS = {
    "Int": ["0", "1", "2", "5", "7"],
    "Float": ["1.5"],
    "String": ['"text"'],
    "Boolean": ["true"],
    "ID": ['"x"'],
}
# Fields whose resolvers are coroutines in any world.
LATE = frozenset({"slow", "lateSecret", "awaited"})
SCHEMA = strawberry.Schema(Query, Mutation, types=[Other])._schema
# graphql-core leaves behind what the siblings of an error would have waited for; it is collected while we look away.
pytestmark = [
    pytest.mark.usefixtures("collected"),
    pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning"),
    pytest.mark.filterwarnings("ignore:Exception ignored in. <coroutine:pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture
def collected() -> Iterator[None]:
    """What was left behind is gone before the next test."""
    yield
    gc.collect()


class Both:
    """graphql-core and the plans of one schema, asked the same."""

    def __init__(self) -> None:
        self.counts = PlanCounts()
        self._plans = Plans(SCHEMA, self.counts)

    async def answers(
        self, text: str, variables: dict[str, Any], seed: int, *, slow: bool
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """graphql-core's answer and the plan's."""
        document = parse(text)
        assert validate(SCHEMA, document) == [], text
        core = execute(SCHEMA, document, context_value=World(seed, slow=slow), variable_values=variables)
        planned = await self._plans.run(text, document, None, variables, None, World(seed, slow=slow))
        assert planned is not None, text
        return told(await core if isinstance(core, Awaitable) else core), told(planned)


def seeded(seed: int) -> Random:
    """What one document is drawn from."""
    return Random(seed)  # noqa: S311 - a test's


def told(result: Any) -> dict[str, Any]:
    """An answer as it goes out."""
    assert isinstance(result, ExecutionResult)
    return {"data": result.data, "errors": [error.formatted for error in result.errors or ()]}


async def answers_errors_and_their_order_are_equal(operations: int) -> None:
    both, errors = Both(), 0
    for seed in range(operations):
        drawn = Documents(SCHEMA, LITERALS, seeded(seed), LATE).operation("query")
        core, planned = await both.answers(*drawn, seed, slow=False)

        assert orjson.dumps(planned) == orjson.dumps(core), drawn
        errors += len(core["errors"])
    assert errors > operations / 2
    assert both.counts.planned == operations


async def answers_are_equal_where_values_come_later(operations: int) -> None:
    # Which of several errors that null the same place is told, and when, depends there on who comes first.
    both, late = Both(), 0
    for seed in range(operations):
        drawn = Documents(SCHEMA, LITERALS, seeded(seed)).operation("query")
        core, planned = await both.answers(*drawn, seed, slow=True)

        assert orjson.dumps(planned["data"]) == orjson.dumps(core["data"]), drawn
        assert nulled(planned) == nulled(core), drawn
        late += any(name in drawn.document for name in LATE)
    assert late > operations / 4


async def test_answers_errors_paths_and_their_order_are_equal() -> None:
    await answers_errors_and_their_order_are_equal(250)


async def test_answers_are_equal_where_values_come_later() -> None:
    await answers_are_equal_where_values_come_later(250)


async def test_the_steps_of_a_mutation_are_done_in_turn() -> None:
    text = (
        "mutation { a: step(number: 1) { name } b: step(number: 2) { child { sure } } c: step(number: 3) { number } }"
    )
    core, planned = World(5, slow=True), World(5, slow=True)
    expected = await execute(SCHEMA, parse(text), context_value=core)
    answer = await Plans(SCHEMA, PlanCounts()).run(text, parse(text), None, None, None, planned)

    assert answer is not None
    assert told(answer)["data"] == told(expected)["data"]
    assert planned.steps == core.steps == [1, -1, 2, -2, 3, -3]


@pytest.mark.prove
async def test_many_answers_are_equal() -> None:
    await answers_errors_and_their_order_are_equal(5_000)
    await answers_are_equal_where_values_come_later(5_000)
