"""What a document must be beside valid: clear about which of its operations is meant."""

from collections.abc import Iterator

from graphql import OperationDefinitionNode
from strawberry.extensions import SchemaExtension

from schema.codes import ErrorCode
from schema.errors import ApiError


class OneOperation(SchemaExtension):
    """Refuses a document with several operations and no `operationName` (GraphQL specification, GetOperation)."""

    def on_validate(self) -> Iterator[None]:
        """Look before anything is validated or run."""
        asked = self.execution_context
        # `operation_name` would be the first one's where the client named none; what it sent is kept privately alone.
        if asked._provided_operation_name is None and asked.graphql_document is not None:
            definitions = asked.graphql_document.definitions
            if sum(isinstance(definition, OperationDefinitionNode) for definition in definitions) > 1:
                raise ApiError(ErrorCode.INVALID_REQUEST, "the document has several operations: name one")
        yield
