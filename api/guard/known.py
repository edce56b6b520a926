"""What is known of a document that was looked at once: whether it may run, and what its operations are."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from graphql import DocumentNode, GraphQLError

from api.guard.costs import Price


@dataclass(frozen=True, slots=True)
class Asked:
    """An operation of a valid document: a `query`, a `mutation` or a `subscription`.

    `root` is the first field of its root, `name` its own, if it has one.
    """

    kind: str
    name: str | None
    root: str
    introspects: bool
    price: Price

    def cost(self, variables: Mapping[str, Any]) -> int:
        """Its points with these variables."""
        return self.price.of(variables)


@dataclass(frozen=True, slots=True)
class Known:
    """A document, or why it is none that may run: `errors` are told in the place of an answer.

    `hash` is SHA-256 of its text; `weight` is what keeping it costs, in tokens. A document of one operation has it
    under None as well.
    """

    document: DocumentNode | None
    errors: tuple[GraphQLError, ...]
    operations: Mapping[str | None, Asked]
    weight: int
    hash: str


def hash_of(text: str) -> str:
    """The hash that names a document: SHA-256 of its text in UTF-8, hexadecimal."""
    return sha256(text.encode()).hexdigest()
