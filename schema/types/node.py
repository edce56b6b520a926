"""What has an id and can be fetched again by it."""

from abc import abstractmethod

import strawberry


@strawberry.interface(description="An object that `node(id)` finds again.")
class Node:
    """The interface Node."""

    @abstractmethod
    def global_id(self) -> strawberry.ID:
        """The id that `node` takes."""

    @strawberry.field
    def id(self) -> strawberry.ID:
        """Opaque; do not take it apart."""
        return self.global_id()
