"""Runs an operation as a plan made of it once, instead of walking the document anew for every value.

`Plans` are those of one schema; `CompiledExecutor` is the door for who executes by strawberry. How it works, and what
it leaves to graphql-core, is told in docs/executor.md.
"""

from api.executor.counting import PlanCounts
from api.executor.documents import Plans
from api.executor.extension import CompiledExecutor

__all__ = ["CompiledExecutor", "PlanCounts", "Plans"]
