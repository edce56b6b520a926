"""Runs an operation as a plan made of it once, instead of walking the document anew for every value.

`CompiledExecutor` is the front door. How it works, and what it leaves to graphql-core, is told in docs/executor.md.
"""

from api.executor.counting import PlanCounts
from api.executor.extension import CompiledExecutor

__all__ = ["CompiledExecutor", "PlanCounts"]
