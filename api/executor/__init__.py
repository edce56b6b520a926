"""Runs an operation as a plan made of it once, instead of walking the document anew for every value.

`Plans` are those of one schema. How it works, and what it leaves to graphql-core, is told in docs/executor.md.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from api.executor.counting import PlanCounts

if TYPE_CHECKING:
    from api.executor.documents import Plans

__all__ = ["PlanCounts", "Plans"]

# Who only counts plans, as every command can, loads no GraphQL.
_MODULES = {"Plans": "api.executor.documents"}


def __getattr__(name: str) -> object:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_MODULES[name]), name)
