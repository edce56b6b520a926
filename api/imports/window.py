"""Keeps a bounded number of facts in flight in the engine, entered in order."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from api.imports.errors import CannotImport
from siyu.engine import Engine, NewFact, Outcome
from siyu.errors import Busy, IdempotencyConflict
from siyu.ids import new_id

# Enough to fill the batches that run and the next ones, while answers are still on their way.
FACTS_IN_FLIGHT_MAX = 2_048
FACTS_ENTERED_AT_ONCE = 256
# A queue that is full after so many pauses is not being worked on.
BUSY_PAUSES_MAX = 300

Origin = TypeVar("Origin")
Answer = Outcome | IdempotencyConflict
# What a fact came from, its answer, and whether it had been decided before it was entered.
Settle = Callable[[Origin, Answer, bool], None]


class Window(Generic[Origin]):
    """Submits facts and hands each answer to `settle`, with whatever the fact came from."""

    def __init__(self, engine: Engine, settle: Settle[Origin]) -> None:
        self._engine = engine
        self._settle = settle
        self._in_flight: dict[asyncio.Task[tuple[Answer, bool]], Origin] = {}
        self._fewer = asyncio.Event()
        self._failure: Exception | None = None

    async def enter(self, facts: Sequence[tuple[Origin, NewFact]]) -> None:
        """Submit facts in their order, waiting for room. Raises what the engine or `settle` failed with."""
        for start in range(0, len(facts), FACTS_ENTERED_AT_ONCE):
            await self._until_at_most(FACTS_IN_FLIGHT_MAX - FACTS_ENTERED_AT_ONCE)
            await self._enter(facts[start : start + FACTS_ENTERED_AT_ONCE])

    async def drain(self) -> None:
        """Wait until everything is answered. Raises what the engine or `settle` failed with."""
        await self._until_at_most(0)

    async def _until_at_most(self, count: int) -> None:
        while len(self._in_flight) > count:
            self._fewer.clear()
            await self._fewer.wait()
        if self._failure is not None:
            raise self._failure

    async def _enter(self, facts: Sequence[tuple[Origin, NewFact]]) -> None:
        for _ in range(BUSY_PAUSES_MAX):
            tasks = [asyncio.create_task(self._submit(fact)) for _, fact in facts]
            # The tasks' first steps run one after another in one turn of the loop, so a queue that is full for one
            # is full for all after it: what is entered again later keeps its place in the order.
            await asyncio.sleep(0)
            refused = []
            retry_after_ms = 0
            for task, (origin, fact) in zip(tasks, facts, strict=True):
                if task.done() and isinstance(busy := task.exception(), Busy):
                    refused.append((origin, fact))
                    retry_after_ms = busy.retry_after_ms
                else:
                    self._follow(task, origin)
            if not refused:
                return
            facts = refused
            await asyncio.sleep(retry_after_ms / 1000)
        raise CannotImport("The engine's queue stays full; run the import again when the server has less to do.")

    async def _submit(self, fact: NewFact) -> tuple[Answer, bool]:
        """The answer, and whether it was known: ids grow with time, so a fact decided earlier has a smaller one."""
        before = new_id()
        try:
            outcome = await self._engine.submit(fact)
        except IdempotencyConflict as conflict:
            return conflict, True
        return outcome, outcome.fact_id < before

    def _follow(self, task: asyncio.Task[tuple[Answer, bool]], origin: Origin) -> None:
        self._in_flight[task] = origin
        task.add_done_callback(self._answered)

    def _answered(self, task: asyncio.Task[tuple[Answer, bool]]) -> None:
        origin = self._in_flight.pop(task)
        self._fewer.set()
        try:
            self._settle(origin, *task.result())
        except Exception as error:  # raised to the one who enters or drains
            self._failure = self._failure or error
