"""The interface of effects: what a decision changed."""

from collections.abc import Mapping
from typing import Any, Self

import strawberry


@strawberry.interface(description="One thing that a decision changed.")
class Effect:
    """An effect as a GraphQL object."""

    kind: str

    @classmethod
    def from_log(cls, logged: Mapping[str, Any]) -> Self:
        """The effect as the decision log has it."""
        return cls(**logged)
