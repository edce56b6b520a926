"""What the last release promises to front ends: its schema, without what was deprecated and has had its time.

`python -m tests.schema.released` makes today's schema the promise, with a release; it refuses one that breaks the last.
"""

import re
import sys
from datetime import date

from graphql import (
    REMOVE,
    DocumentNode,
    EnumValueDefinitionNode,
    FieldDefinitionNode,
    GraphQLDeprecatedDirective,
    InputValueDefinitionNode,
    InterfaceTypeDefinitionNode,
    NamedTypeNode,
    Node,
    ObjectTypeDefinitionNode,
    TypeDefinitionNode,
    Visitor,
    VisitorAction,
    build_ast_schema,
    build_schema,
    get_directive_values,
    parse,
    visit,
)
from graphql.utilities import find_breaking_changes

from siyu.clock import utc_now
from tests.docs.pages import ROOT

RELEASED, PRESENT = ROOT / "schema" / "released.graphql", ROOT / "schema" / "schema.graphql"
ROOTS = ("Query", "Mutation", "Subscription")
DAY = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")


def breaking(released: str, present: str, today: date) -> list[str]:
    """What documents that were written for the one schema miss in the other, on this day."""
    old = build_ast_schema(promised(parse(released), today), assume_valid=True)
    return [change.description for change in find_breaking_changes(old, build_schema(present))]


def promised(document: DocumentNode, today: date) -> DocumentNode:
    """The schema without what may be gone: what was deprecated until a day before, and the types it alone led to."""
    kept: DocumentNode = visit(document, _WithoutTheExpired(today))
    led_to = _led_to(kept)
    return DocumentNode(
        definitions=tuple(
            each for each in kept.definitions if not isinstance(each, TypeDefinitionNode) or each.name.value in led_to
        )
    )


def last_day(node: Node) -> date | None:
    """Until when a deprecated field, argument or value stays, as its reason says; None: it says nothing of it."""
    deprecated = get_directive_values(GraphQLDeprecatedDirective, node)
    found = DAY.search(deprecated["reason"]) if deprecated else None
    return date.fromisoformat(found[0]) if found else None


class _WithoutTheExpired(Visitor):
    """Takes out the fields, arguments and values whose last day is over."""

    def __init__(self, today: date) -> None:
        super().__init__()
        self._today = today

    def enter(self, node: Node, *_: object) -> VisitorAction:
        if not isinstance(node, FieldDefinitionNode | InputValueDefinitionNode | EnumValueDefinitionNode):
            return None
        stays_until = last_day(node)
        return REMOVE if stays_until is not None and stays_until < self._today else None


def _led_to(document: DocumentNode) -> set[str]:
    """The names of the types that the roots lead to; an interface leads to all that implement it."""
    ways: dict[str, set[str]] = {}
    for definition in document.definitions:
        if isinstance(definition, TypeDefinitionNode):
            ways.setdefault(definition.name.value, set()).update(_named_in(definition))
        if isinstance(definition, ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode):
            for interface in definition.interfaces or ():
                ways.setdefault(interface.name.value, set()).add(definition.name.value)
    found: set[str] = set()
    waiting = set(ROOTS) & ways.keys()
    while waiting:
        found |= waiting
        waiting = {after for name in waiting for after in ways.get(name, ())} - found
    return found


def _named_in(definition: TypeDefinitionNode) -> set[str]:
    found: set[str] = set()

    class Names(Visitor):
        def enter_named_type(self, node: NamedTypeNode, *_: object) -> None:
            found.add(node.name.value)

    visit(definition, Names())
    return found


def renew() -> None:
    """Promise the present schema. Nothing is renewed while a promise is broken."""
    present = PRESENT.read_text(encoding="utf-8")
    if broken := breaking(RELEASED.read_text(encoding="utf-8"), present, utc_now().date()):
        sys.exit(f"front ends would miss: {'; '.join(broken)}")
    RELEASED.write_text(present, encoding="utf-8")


if __name__ == "__main__":
    renew()
