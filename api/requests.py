"""A GraphQL request's body: read within a bound, and understood or refused with a reason."""

from dataclasses import dataclass
from typing import Any

from starlette.requests import ClientDisconnect, Request

from api.json_bodies import read_json
from api.media import JSON, is_json
from api.refusals import BadRequest
from schema import ErrorCode


@dataclass(frozen=True, slots=True)
class GraphQLRequest:
    """What a client wants run: a document by its text, by its hash (SHA-256, hexadecimal), or by both."""

    query: str | None
    document_hash: str | None
    variables: dict[str, Any]
    operation_name: str | None


async def read_request(request: Request, body_bytes_max: int) -> GraphQLRequest:
    """The GraphQL request in an HTTP request. Raises BadRequest."""
    headers = request.headers
    if not is_json(headers.get("content-type", "")):
        raise BadRequest(415, ErrorCode.UNSUPPORTED_MEDIA_TYPE, f"send {JSON} in UTF-8")
    # What is small on the wire could be any size.
    if headers.get("content-encoding", "identity").lower() != "identity":
        raise BadRequest(415, ErrorCode.UNSUPPORTED_MEDIA_TYPE, "send a body that is not compressed")
    return _parse(await _body(request, body_bytes_max))


async def _body(request: Request, bytes_max: int) -> bytes:
    """The body, counted while it streams in: the length a client announces is only a hint."""
    chunks: list[bytes] = []
    size = 0
    try:
        async for chunk in request.stream():
            size += len(chunk)
            if size > bytes_max:
                raise BadRequest(413, ErrorCode.BODY_TOO_LARGE, f"the body is larger than {bytes_max} bytes")
            chunks.append(chunk)
    except ClientDisconnect as error:
        # Everyday life on a phone, and no failure of ours to log.
        message = "the connection was closed within the body"
        raise BadRequest(400, ErrorCode.INCOMPLETE_BODY, message) from error
    return b"".join(chunks)


def _parse(body: bytes) -> GraphQLRequest:
    content = read_json(body)
    if isinstance(content, list):
        raise BadRequest(400, ErrorCode.NO_BATCHING, "send one operation a request")
    if not isinstance(content, dict):
        raise _invalid("the body must be an object")
    return understood(content)


def understood(content: dict[str, Any]) -> GraphQLRequest:
    """The request that an object of JSON is. Raises BadRequest."""
    query, variables, name = content.get("query"), content.get("variables"), content.get("operationName")
    if not isinstance(variables, dict | None) or not isinstance(name, str | None):
        raise _invalid("`variables` must be an object and `operationName` a text")
    document_hash = _document_hash(content)
    if not isinstance(query, str | None) or (query is None and document_hash is None):
        raise _invalid("there must be a text `query` or a `documentId`")
    return GraphQLRequest(query, document_hash, variables or {}, name)


def _document_hash(content: dict[str, Any]) -> str | None:
    """The hash of a trusted document, as `documentId` or where Apollo's clients put it."""
    extensions = content.get("extensions")
    if not isinstance(extensions, dict | None):
        raise _invalid("`extensions` must be an object")
    persisted = (extensions or {}).get("persistedQuery")
    if not isinstance(persisted, dict | None):
        raise _invalid("`extensions.persistedQuery` must be an object")
    found = content.get("documentId") or (persisted or {}).get("sha256Hash")
    if not isinstance(found, str | None):
        raise _invalid("the hash of a document must be a text")
    return found.removeprefix("sha256:").lower() if found else None


def _invalid(message: str) -> BadRequest:
    return BadRequest(400, ErrorCode.INVALID_REQUEST, message)
