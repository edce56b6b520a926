"""A GraphQL request's body: read within a bound, and understood or refused with a reason."""

from dataclasses import dataclass
from typing import Any

import orjson
from starlette.requests import ClientDisconnect, Request

MEDIA_TYPE = "application/json"


class BadRequest(Exception):
    """The request is not one we answer; `status` and `code` say why."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


@dataclass(frozen=True, slots=True)
class GraphQLRequest:
    """What a client wants run."""

    query: str
    variables: dict[str, Any]
    operation_name: str | None


async def read_request(request: Request, body_bytes_max: int) -> GraphQLRequest:
    """The GraphQL request in an HTTP request. Raises BadRequest."""
    if request.headers.get("content-type", "").split(";")[0].strip().lower() != MEDIA_TYPE:
        raise BadRequest(415, "UNSUPPORTED_MEDIA_TYPE", f"send {MEDIA_TYPE}")
    return _parse(await _body(request, body_bytes_max))


async def _body(request: Request, bytes_max: int) -> bytes:
    """The body, counted while it streams in: the length a client announces is only a hint."""
    chunks: list[bytes] = []
    size = 0
    try:
        async for chunk in request.stream():
            size += len(chunk)
            if size > bytes_max:
                raise BadRequest(413, "BODY_TOO_LARGE", f"the body is larger than {bytes_max} bytes")
            chunks.append(chunk)
    except ClientDisconnect as error:
        # Everyday life on a phone, and no failure of ours to log.
        raise BadRequest(400, "INCOMPLETE_BODY", "the connection was closed within the body") from error
    return b"".join(chunks)


def _parse(body: bytes) -> GraphQLRequest:
    try:
        # Refuses NaN, Infinity and nesting deep enough to exhaust the stack.
        content = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise BadRequest(400, "INVALID_JSON", f"the body is not JSON: {error}") from error
    if isinstance(content, list):
        raise BadRequest(400, "NO_BATCHING", "send one operation a request")
    if not isinstance(content, dict) or not isinstance(content.get("query"), str):
        raise BadRequest(400, "INVALID_REQUEST", "the body must be an object with a text `query`")
    variables, name = content.get("variables"), content.get("operationName")
    if not isinstance(variables, dict | None) or not isinstance(name, str | None):
        raise BadRequest(400, "INVALID_REQUEST", "`variables` must be an object and `operationName` a text")
    return GraphQLRequest(content["query"], variables or {}, name)
