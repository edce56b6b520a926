"""Where strawberry lets another executor in: before it would run a validated document itself."""

from collections.abc import AsyncIterator

import strawberry
from strawberry.extensions import SchemaExtension

from api.executor.counting import PlanCounts
from api.executor.documents import Plans


class CompiledExecutor:
    """The executor of one schema; `extension` is what the schema lists among its extensions."""

    def __init__(self, counts: PlanCounts) -> None:
        self.counts = counts
        self._plans: Plans | None = None

    def extension(self) -> "CompiledExecution":
        """The extension for one operation."""
        return CompiledExecution(self)

    def plans(self, schema: strawberry.Schema) -> Plans:
        """The schema's plans; a schema is built after its extensions, so they begin with the first operation."""
        if self._plans is None:
            self._plans = Plans(schema._schema, self.counts)
        return self._plans


class CompiledExecution(SchemaExtension):
    """Runs what plans cover; the rest strawberry hands to graphql-core as ever."""

    def __init__(self, executor: CompiledExecutor) -> None:
        super().__init__()
        self._executor = executor

    async def on_execute(self) -> AsyncIterator[None]:
        """Leave the result where strawberry looks before it executes."""
        asked = self.execution_context
        if asked.query is not None and asked.graphql_document is not None:
            asked.result = await self._executor.plans(asked.schema).run(
                asked.query,
                asked.graphql_document,
                asked.operation_name,
                asked.variables,
                asked.root_value,
                asked.context,
            )
        yield
