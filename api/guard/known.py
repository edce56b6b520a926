"""What is known of a document that was looked at once: whether it may run, and what its operations are."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphql import DocumentNode, GraphQLError

from api.guard.costs import Price


@dataclass(frozen=True, slots=True)
class Asked:
    """An operation of a valid document."""

    introspects: bool
    price: Price
    subscribes: bool = False

    def cost(self, variables: Mapping[str, Any]) -> int:
        """Its points with these variables."""
        return self.price.of(variables)


@dataclass(frozen=True, slots=True)
class Known:
    """A document, or why it is none that may run: `errors` are told in the place of an answer.

    `weight` is what keeping it costs, in tokens. A document of one operation has it under None as well.
    """

    document: DocumentNode | None
    errors: tuple[GraphQLError, ...]
    operations: Mapping[str | None, Asked]
    weight: int
