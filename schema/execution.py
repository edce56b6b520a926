"""One operation run: what a front end is told of its errors, and what only the log is."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import strawberry
from graphql import FieldNode, GraphQLError
from strawberry.exceptions import MissingQueryError
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types.execution import ExecutionResult, PreExecutionError

from schema.codes import ErrorCode
from schema.context import Context
from schema.errors import ApiError, timed_out
from siyu.db import TIMED_OUT
from siyu.errors import Busy

logger = logging.getLogger(__name__)


async def execute(
    schema: strawberry.Schema,
    document: str,
    variables: Mapping[str, Any] | None,
    operation_name: str | None,
    context: Context,
) -> dict[str, Any]:
    """The answer as JSON-ready data; `data` is missing where nothing was run. Raises nothing for a bad document."""
    try:
        result = await schema.execute(
            document, variable_values=dict(variables or {}), context_value=context, operation_name=operation_name
        )
    except (MissingQueryError, CannotGetOperationTypeError, InvalidOperationTypeError):
        name = f" named {operation_name}" if operation_name else ""
        error = ApiError(ErrorCode.INVALID_REQUEST, f"the document has no query or mutation{name}")
        return {"errors": [error.formatted]}
    if isinstance(result, PreExecutionError) or _is_refused(result):
        return {"errors": _formatted(result.errors or (), context)}
    return answer_of(result.data, result.errors, context)


def answer_of(data: dict[str, Any] | None, errors: Sequence[GraphQLError] | None, context: Context) -> dict[str, Any]:
    """What was run, as JSON-ready data."""
    if not errors:
        return {"data": data}
    return {"data": data, "errors": _formatted(errors, context)}


def _formatted(errors: Iterable[GraphQLError], context: Context) -> list[Any]:
    return [shaped(error, context.request_id).formatted for error in errors]


def _is_refused(result: ExecutionResult) -> bool:
    """Whether the variables did not fit, so that nothing was run: an error of a field has a path."""
    return result.data is None and all(error.path is None for error in result.errors or ())


def shaped(error: GraphQLError, request_id: str) -> GraphQLError:
    """The error with a code of the closed list; what we did not foresee is logged, and masked."""
    known = error.original_error if error.original_error is not None else error
    if isinstance(known, ApiError):
        return _placed(known, error)
    if isinstance(known, TIMED_OUT):
        logger.warning("request %s waited too long at %s: %r", request_id, field_of(error), known)
        return _placed(timed_out(), error)
    if isinstance(known, Busy):
        return _placed(ApiError(ErrorCode.BUSY, str(known), retry_after_ms=known.retry_after_ms), error)
    # Without a path nothing was resolved: the document or its variables are wrong.
    if error.path is None and (known is error or isinstance(known, GraphQLError)):
        return _placed(ApiError(ErrorCode.INVALID_REQUEST, error.message), error)
    logger.error("request %s failed at %s", request_id, field_of(error), exc_info=known)
    masked = ApiError(ErrorCode.INTERNAL, "internal error")
    masked.extensions = {**(masked.extensions or {}), "requestId": request_id}
    return _placed(masked, error)


def field_of(error: GraphQLError) -> str | None:
    """The field of the schema that the error is about; a path has aliases, which are the caller's words."""
    node = error.nodes[0] if error.nodes else None
    return node.name.value if isinstance(node, FieldNode) else None


def _placed(told: ApiError, error: GraphQLError) -> GraphQLError:
    """What is told, at the place in the document where it happened."""
    return GraphQLError(told.message, error.nodes, error.source, error.positions, error.path, None, told.extensions)
