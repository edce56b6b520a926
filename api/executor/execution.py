"""One execution of a plan: level by level, every field of all objects of a level at once."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from graphql import ExecutionResult, FieldNode
from graphql.execution import Executor

from api.executor.failures import Failures
from api.executor.places import Place

if TYPE_CHECKING:
    from api.executor.plans import ObjectPlan


class Sources:
    """Objects to resolve fields of, the answer's parts that they fill, and where those stand; None is the root.

    Three columns of one length: a row of them for each object would be made for each object.
    """

    __slots__ = ("answers", "places", "values")

    def __init__(self) -> None:
        self.values: list[Any] = []
        self.answers: list[dict[str, Any]] = []
        self.places: list[Place | None] = []

    def add(self, value: Any, answer: dict[str, Any], place: Place | None) -> None:
        """One object more."""
        self.values.append(value)
        self.answers.append(answer)
        self.places.append(place)


class Awaited(NamedTuple):
    """A value that somebody has still to wait for, and what puts it into `container[key]`."""

    value: Awaitable[Any]
    complete: "Completer"
    container: Any
    key: str | int
    within: Place | None


class Completer(ABC):
    """Turns values of one field into the answer: `complete(value, container, key, within, execution)` fills a slot.

    `nullable` says whether null may stand there; what it raises is an error of the slot at `nodes`. Values of exactly
    the classes `own` may be put into the slot as they are, without a call.
    """

    __slots__ = ("nodes", "nullable", "own")

    def __init__(self, nodes: list[FieldNode], *, nullable: bool, own: frozenset[type] = frozenset()) -> None:
        self.nodes, self.nullable, self.own = nodes, nullable, own

    @abstractmethod
    def __call__(
        self, value: Any, container: Any, key: str | int, within: Place | None, execution: "Execution"
    ) -> None:
        """Fill the slot. Raises what is wrong with the value, and a value that is an error."""

    def fill(self, value: Any, container: Any, key: str | int, within: Place | None, execution: "Execution") -> None:
        """Fill the slot with the value, or with what its error leaves there."""
        try:
            self(value, container, key, within, execution)
        except Exception as error:  # whatever a resolver raises is told at its field
            execution.failures.add(error, self.nodes, Place(container, key, self.nullable, within))

    def fill_all(self, values: list[Any], container: list[Any], within: Place, execution: "Execution") -> None:
        """Append a slot for each value, and fill it."""
        if self.own.issuperset(map(type, values)):
            container += values
            return
        for index, value in enumerate(values):
            container.append(None)
            self.fill(value, container, index, within, execution)


class Execution:
    """The state of one execution; `executor` is graphql-core's, asked for variables and for what resolvers are told."""

    __slots__ = ("_awaited", "_level", "executor", "failures")

    def __init__(self, executor: "Executor[Any]") -> None:
        self.executor, self.failures = executor, Failures()
        self._level: dict[ObjectPlan, Sources] = {}
        self._awaited: list[Awaited] = []

    def next_of(self, plan: "ObjectPlan") -> Sources:
        """The objects whose fields are resolved on the next level; who has another adds it."""
        sources = self._level.get(plan)
        if sources is None:
            sources = self._level[plan] = Sources()
        return sources

    def wait(
        self, value: Awaitable[Any], complete: Completer, container: Any, key: str | int, within: Place | None
    ) -> None:
        """Fill the slot once the value is there; the slot keeps its turn among those around it."""
        container[key] = None
        self._awaited.append(Awaited(value, complete, container, key, within))

    async def run(self, root: "ObjectPlan", *, serially: bool) -> ExecutionResult:
        """The whole operation; fields of the root one after the other where they are to be."""
        answer: dict[str, Any] = {}
        if serially:
            sources = Sources()
            sources.add(self.executor.root_value, answer, None)
            for field in root.fields:
                field.resolve(sources, self)
                await self._finish()
                if self.failures.nothing_left:
                    break
        else:
            self.next_of(root).add(self.executor.root_value, answer, None)
            await self._finish()
        return ExecutionResult(None if self.failures.nothing_left else answer, self.failures.told())

    async def _finish(self) -> None:
        """Resolve levels until none is left. Ends, since every level is one deeper in the document."""
        await self._settle()
        while self._level:
            level, self._level = self._level, {}
            for plan, sources in level.items():
                for field in plan.fields:
                    field.resolve(sources, self)
            await self._settle()

    async def _settle(self) -> None:
        """Wait for what the level's resolvers left to wait for, all of it together."""
        while self._awaited:
            awaited, self._awaited = self._awaited, []
            for each, result in zip(awaited, await _results(awaited), strict=True):
                if isinstance(result, BaseException) and not isinstance(result, Exception):
                    raise result
                each.complete.fill(result, each.container, each.key, each.within, self)


async def _results(awaited: Sequence[Awaited]) -> Sequence[Any]:
    """What came of each, errors as values."""
    if len(awaited) > 1:
        return await asyncio.gather(*(each.value for each in awaited), return_exceptions=True)
    # Alone it needs no task.
    try:
        return [await awaited[0].value]
    except Exception as error:  # whatever a resolver raises is told at its field
        return [error]
