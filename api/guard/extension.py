"""Where strawberry is given what the guard knows, instead of parsing and validating."""

from collections.abc import Iterator

from strawberry.extensions import SchemaExtension

from api.guard.documents import DocumentGuard


class GuardedDocument(SchemaExtension):
    """Hands over the document that the guard has admitted; nothing else is to get here."""

    def __init__(self, guard: DocumentGuard) -> None:
        super().__init__()
        self._guard = guard

    def on_parse(self) -> Iterator[None]:
        """The tree, by the text."""
        asked = self.execution_context
        assert asked.query is not None  # noqa: S101 - who executes gives a text
        known = self._guard.look(asked.query)
        assert known.document is not None, "it was refused before"  # noqa: S101 - an invariant
        asked.graphql_document = known.document
        yield

    def on_validate(self) -> Iterator[None]:
        """Valid it is: no errors, rather than none yet."""
        self.execution_context.pre_execution_errors = []
        yield
