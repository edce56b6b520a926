"""How many operations ran as a plan, and how many fell back to graphql-core."""

from dataclasses import dataclass


@dataclass(slots=True)
class PlanCounts:
    """Counts since the process started; `compiled` are the plans that were made."""

    planned: int = 0
    fallen_back: int = 0
    compiled: int = 0
