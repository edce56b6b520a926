"""The shape of a document: every fragment is walked once, and spread only when the whole is known to be small."""

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple, cast

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
)

from api.guard.limits import DocumentLimits, Refused, over

# Sums stop here: fragments that double each other would else make numbers of thousands of digits.
SUM_MAX = 1_000_000
INTROSPECTION = frozenset({"__schema", "__type"})

Selection = FieldNode | FragmentSpreadNode | InlineFragmentNode
Owner = OperationDefinitionNode | FragmentDefinitionNode | Selection


class Measures(NamedTuple):
    """What a part of a document comes to once its fragments are spread; `introspection` is the depth in there."""

    selections: int
    aliases: int
    directives: int
    depth: int
    introspection: int
    nesting: int


NOTHING = Measures(0, 0, 0, 0, 0, 0)


class Shape:
    """The definitions of one document, measured. Raises Refused for a document that is too large or makes no sense."""

    def __init__(self, document: DocumentNode, limits: DocumentLimits) -> None:
        self._limits = limits
        self.operations: list[OperationDefinitionNode] = []
        self.fragments: dict[str, FragmentDefinitionNode] = {}
        self._measured: dict[str, Measures] = {}
        self._walking: set[str] = set()
        for definition in document.definitions:
            if isinstance(definition, OperationDefinitionNode):
                self.operations.append(definition)
            elif not isinstance(definition, FragmentDefinitionNode):
                raise Refused("definitions", "the document is refused: it defines types")
            elif self.fragments.setdefault(definition.name.value, definition) is not definition:
                raise Refused("definitions", "the document is refused: it defines a fragment twice")
        self._check()

    def _check(self) -> None:
        limits = self._limits
        if len(self.operations) > limits.operations:
            raise over("operations", limits.operations)
        if len(self.fragments) > limits.fragments:
            raise over("fragments", limits.fragments)
        of_operations = [self.measure(operation) for operation in self.operations] or [NOTHING]
        total, deepest = [*map(sum, zip(*of_operations, strict=True))], [*map(max, zip(*of_operations, strict=True))]
        found = dict(zip(Measures._fields, [*total[:3], *deepest[3:]], strict=True))
        found["introspection_depth"] = found.pop("introspection")
        for name, value in found.items():
            if value > getattr(limits, name):
                raise over(name, getattr(limits, name))
        if len(self._measured) != len(self.fragments):
            raise Refused("fragments", "the document is refused: no operation spreads one of its fragments")
        self._count_repeats()

    def measure(self, owner: Owner, level: int = 0) -> Measures:
        """The measures of an operation, a fragment or a selection, without what it is itself."""
        below = selections_of(owner)
        if len(below) > self._limits.width:
            raise over("width", self._limits.width)
        if level > self._limits.nesting:
            raise over("nesting", self._limits.nesting)
        parts = [self._of_selection(node, level + 1) for node in below]
        return Measures(
            min(sum(part.selections for part in parts), SUM_MAX),
            min(sum(part.aliases for part in parts), SUM_MAX),
            min(sum(part.directives for part in parts) + _directives(owner), SUM_MAX),
            max((part.depth for part in parts), default=0),
            max((part.introspection for part in parts), default=0),
            max((part.nesting for part in parts), default=0),
        )

    def _of_selection(self, node: Selection, level: int) -> Measures:
        """What one selection adds to its owner, itself included."""
        if isinstance(node, FragmentSpreadNode):
            inner = self._of_fragment(node, level)
            inner = inner._replace(directives=inner.directives + len(node.directives or ()))
        else:
            inner = self.measure(node, level)
        inner = inner._replace(selections=inner.selections + 1, nesting=inner.nesting + 1)
        if not isinstance(node, FieldNode):
            return inner
        aliases = inner.aliases + (node.alias is not None)
        if node.name.value in INTROSPECTION:
            return inner._replace(aliases=aliases, depth=1, introspection=inner.depth)
        return inner._replace(aliases=aliases, depth=inner.depth + 1)

    def _of_fragment(self, spread: FragmentSpreadNode, level: int) -> Measures:
        name = spread.name.value
        if name in self._walking:
            raise Refused("fragments", "the document is refused: a fragment spreads itself")
        if name not in self.fragments:
            raise Refused("fragments", "the document is refused: it spreads a fragment that it does not define")
        if name not in self._measured:
            self._walking.add(name)
            self._measured[name] = self.measure(self.fragments[name], level)
            self._walking.discard(name)
        return self._measured[name]

    def fields(self, owner: Owner) -> Iterator[FieldNode]:
        """The fields directly in the owner's braces, those of its fragments too."""
        for node in selections_of(owner):
            if isinstance(node, FieldNode):
                yield node
            elif isinstance(node, FragmentSpreadNode):
                yield from self.fields(self.fragments[node.name.value])
            else:
                yield from self.fields(node)

    def _count_repeats(self) -> None:
        """Look at every path of the answer; there are at most `selections`."""
        seen: Counter[tuple[object, ...]] = Counter()

        def spread(owner: Owner, path: tuple[object, ...]) -> None:
            for field in self.fields(owner):
                below = (*path, (field.alias or field.name).value)
                seen[below] += 1
                spread(field, below)

        for index, operation in enumerate(self.operations):
            spread(operation, (index,))
        if max(seen.values(), default=0) > self._limits.repeats:
            raise over("repeats", self._limits.repeats)


def selections_of(owner: Owner) -> tuple[Selection, ...]:
    """What stands in the owner's braces; a spread and a field of a scalar have none."""
    if isinstance(owner, FragmentSpreadNode) or owner.selection_set is None:
        return ()
    # The parser makes these three kinds alone.
    return cast("tuple[Selection, ...]", owner.selection_set.selections)


def _directives(owner: Owner) -> int:
    count = len(owner.directives or ())
    if isinstance(owner, OperationDefinitionNode | FragmentDefinitionNode):
        count += sum(len(variable.directives or ()) for variable in owner.variable_definitions or ())
    return count
