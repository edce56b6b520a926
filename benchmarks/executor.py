"""A page of members answered by a compiled plan against graphql-core, in one process, from memory."""

import asyncio
import os
from statistics import median
from time import process_time

import orjson
import strawberry
import uvloop
from strawberry.extensions import ParserCache, ValidationCache

from api.executor import CompiledExecutor, PlanCounts

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
    caches = [ParserCache, ValidationCache]
    walked = strawberry.Schema(Query, extensions=[*caches])
    planned = strawberry.Schema(Query, extensions=[*caches, CompiledExecutor(PlanCounts()).extension])
    assert orjson.dumps(await _answer(walked)) == orjson.dumps(await _answer(planned))
    cpu_ms: dict[str, list[float]] = {"graphql_core": [], "plan": []}
    for _ in range(rounds):
        cpu_ms["graphql_core"].append(await _cpu_ms(walked))
        cpu_ms["plan"].append(await _cpu_ms(planned))
    pairs = zip(cpu_ms["graphql_core"], cpu_ms["plan"], strict=True)
    return {
        "ratio": round(median(core / plan for core, plan in pairs), 2),
        "compared": f"CPU of strawberry's execute for {MEMBERS} members with their tier, {9 * MEMBERS + 1} fields; "
        f"documents are cached on both sides; {OPERATIONS} operations a round, {rounds} rounds in turn, median",
        "cpu_ms": {side: [round(each, 3) for each in rounds_ms] for side, rounds_ms in cpu_ms.items()},
        "cores": os.cpu_count(),
    }


async def _answer(schema: strawberry.Schema) -> object:
    result = await schema.execute(DOCUMENT, {"first": MEMBERS})
    assert not result.errors
    return result.data


async def _cpu_ms(schema: strawberry.Schema) -> float:
    """CPU of one operation, warm."""
    for _ in range(WARM_UP):
        await _answer(schema)
    before_s = process_time()
    for _ in range(OPERATIONS):
        await _answer(schema)
    return (process_time() - before_s) * 1_000 / OPERATIONS
