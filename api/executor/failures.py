"""The errors of one execution, in the order of the document, and none of what is null already."""

from typing import NamedTuple

from graphql import FieldNode, GraphQLError
from graphql.error import located_error

from api.executor.places import Place, ResponsePath


class Failure(NamedTuple):
    """An error, where it happened, and the path of what became null for it; () is the whole answer."""

    order: tuple[int, ...]
    path: ResponsePath
    nulled: ResponsePath
    error: GraphQLError


class Failures:
    """What went wrong in one execution."""

    def __init__(self) -> None:
        self._failures: list[Failure] = []
        self.nothing_left = False

    def add(self, raised: Exception, nodes: list[FieldNode], place: Place) -> None:
        """A field or list item has failed: put null where the schema allows it."""
        # The slot has to be there, so that its position can be told.
        place.container[place.key] = None
        order, path = place.order(), place.path()
        nulled = place.nulled()
        self.nothing_left |= nulled is None
        error = located_error(raised, nodes, list(path))
        self._failures.append(Failure(order, path, nulled.path() if nulled else (), error))

    def told(self) -> list[GraphQLError] | None:
        """The errors in the order of the document, without those that depth-first execution would not have met."""
        nulled: set[ResponsePath] = set()
        told: list[GraphQLError] = []
        for failure in sorted(self._failures, key=lambda failure: failure.order):
            within = (failure.path[:length] for length in range(len(failure.path) + 1))
            if not any(path in nulled for path in within):
                nulled.add(failure.nulled)
                told.append(failure.error)
        return told or None
