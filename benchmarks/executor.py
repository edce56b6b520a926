"""A page of members answered by a compiled plan against graphql-core, in one process, from memory."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from statistics import median
from time import process_time

import orjson
import strawberry
import uvloop
from graphql import ExecutionResult, execute, parse

from api.executor import PlanCounts, Plans

MEMBERS = 50
OPERATIONS = 300
WARM_UP = 20


@strawberry.type
class Tier:
    """A tier as an object of an answer."""

    key: str
    level: int

    @strawberry.field
    def title(self) -> str:
        """What it is called."""
        return f"tier {self.key}"


@strawberry.type
class Person:
    """A member as an object of an answer."""

    id: strawberry.ID
    nickname: str
    city: str | None
    points: int
    active: bool

    @strawberry.field
    def tier(self) -> Tier:
        """The member's tier."""
        return GOLD


GOLD = Tier(key="gold", level=3)
PEOPLE = [
    Person(id=strawberry.ID(str(number)), nickname=f"member {number}", city=None, points=number, active=True)
    for number in range(MEMBERS)
]


@strawberry.type
class Query:
    """What is asked."""

    @strawberry.field
    async def people(self, first: int) -> list[Person]:
        """A page."""
        return PEOPLE[:first]


DOCUMENT = (
    "query Page($first: Int!) { people(first: $first) { id nickname city points active tier { key level title } } }"
)


def run(rounds: int) -> dict[str, object]:
    """Everything the benchmark says, as one JSON object."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_measure(rounds))


async def _measure(rounds: int) -> dict[str, object]:
    schema, document, variables = strawberry.Schema(Query)._schema, parse(DOCUMENT), {"first": MEMBERS}
    plans = Plans(schema, PlanCounts())

    async def walked() -> object:
        result = execute(schema, document, variable_values=variables)
        assert not isinstance(result, ExecutionResult)
        return await result

    async def planned() -> object:
        return await plans.run(DOCUMENT, document, None, variables, None, None)

    assert orjson.dumps(_data(await walked())) == orjson.dumps(_data(await planned()))
    cpu_ms: dict[str, list[float]] = {"graphql_core": [], "plan": []}
    for _ in range(rounds):
        cpu_ms["graphql_core"].append(await _cpu_ms(walked))
        cpu_ms["plan"].append(await _cpu_ms(planned))
    pairs = zip(cpu_ms["graphql_core"], cpu_ms["plan"], strict=True)
    return {
        "ratio": round(median(core / plan for core, plan in pairs), 2),
        "compared": f"CPU of graphql-core's execute ÷ that of the plan for {MEMBERS} members with their tier, "
        f"{9 * MEMBERS + 1} fields, of a document that was parsed; {OPERATIONS} operations a round, {rounds} rounds in "
        "turn, median",
        "cpu_ms": {side: [round(each, 3) for each in rounds_ms] for side, rounds_ms in cpu_ms.items()},
        "cores": os.cpu_count(),
    }


def _data(result: object) -> object:
    assert isinstance(result, ExecutionResult)
    assert not result.errors
    return result.data


async def _cpu_ms(answer: Callable[[], Awaitable[object]]) -> float:
    """CPU of one operation, warm."""
    for _ in range(WARM_UP):
        await answer()
    before_s = process_time()
    for _ in range(OPERATIONS):
        await answer()
    return (process_time() - before_s) * 1_000 / OPERATIONS
