"""Where a value of the answer stands, and what becomes null when it cannot be had."""

from collections.abc import Iterator
from functools import partial
from itertools import repeat
from typing import Any, NamedTuple, Optional

# Response keys and list indices, from the root.
ResponsePath = tuple[str | int, ...]


class Place(NamedTuple):
    """The slot `container[key]` of the answer, in the object or list that stands at `within`; None is the root's.

    Whether null may stand there decides how far an error travels.
    """

    container: Any
    key: str | int
    nullable: bool
    within: Optional["Place"]

    def path(self) -> ResponsePath:
        """The path of the slot."""
        keys = [place.key for place in self.chain()]
        return tuple(reversed(keys))

    def order(self) -> tuple[int, ...]:
        """Where the slot stands among all of the answer: sorts as the document reads, depth first."""
        positions = [place.position() for place in self.chain()]
        return tuple(reversed(positions))

    def position(self) -> int:
        """The slot's number in its container; the keys of an object stand in the order of the document."""
        return self.key if isinstance(self.key, int) else list(self.container).index(self.key)

    def chain(self) -> "list[Place]":
        """This slot and those around it, the innermost first."""
        found, place = [self], self.within
        while place is not None:
            found.append(place)
            place = place.within
        return found

    def nulled(self) -> "Place | None":
        """Put null where an error in this slot ends up, and say where; None where the whole answer is null."""
        for place in self.chain():
            if place.nullable:
                place.container[place.key] = None
                return place
        return None


def places_in(container: list[Any], nullable: bool, within: Place) -> Iterator[Place]:
    """The places of all slots of a list."""
    # As Place(…) makes each, without a call in Python.
    made = partial(tuple.__new__, Place)
    return map(made, zip(repeat(container), range(len(container)), repeat(nullable), repeat(within), strict=False))
